"""What learners hand over for each exercise, one module for each room, in both directions.

    RIGHT = {"exercise": {"in float32": given, ...}}             # at least SIX of each exercise
    WRONG = {"exercise": {"upside down": (given, "word"), ...}}  # at least EIGHT; the reply must contain the word

A list in place of the inner dict is allowed where names would say nothing. A given that takes long to make, such as a
record, is wrapped in ``Later``, so that it is made in its own test. What every exercise has to refuse, such as
None or a function that raises, stands in test_exercises.py and need not be repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Later(NamedTuple):
    """A given that is made when its test runs."""

    make: Callable[[], Any]


def made(given: Any) -> Any:
    """The given itself, made now if it is made later."""
    return given.make() if isinstance(given, Later) else given


def named(variants: dict[str, Any] | list[Any] | tuple[Any, ...]) -> dict[str, Any]:
    """The variants by their names; where there are none, by their numbers."""
    return variants if isinstance(variants, dict) else {str(k): variant for k, variant in enumerate(variants)}
