"""How an exercise is answered: with "correct", or with a hint at what to do next, and never with an exception.

A check receives what a learner hands over. It returns why that is not right yet, or None where it is right. The first
questions of most checks are the same: is it a function, a number, a whole record? They stand here as ``expect_…``, and
raise ``NotYetError`` with their hint, so that a check goes on only with what it can judge.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import require

GOOD = "#00805d"  # of a bar beside the words; the words themselves say the same
OPEN = "#b07400"


class NotYetError(Exception):
    """A hint: why what was handed over cannot be judged yet."""


class Feedback:
    """What a check says, which is "correct" or "not yet", and why."""

    def __init__(self, correct: bool, text: str):
        self.correct = correct
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def of_the_solution(self) -> Feedback:
        """Return the same feedback, but say that it is about the lesson's own solution."""
        return Feedback(self.correct, self.text.replace("correct:", "correct (the solution, not yours):", 1))

    def _repr_html_(self) -> str:
        return card(self.text, GOOD if self.correct else OPEN)


Check = Callable[[Any], str | None]


class Exercises:
    """The exercises of a lesson.   checks : name -> (check, praise)."""

    def __init__(self, checks: dict[str, tuple[Check, str]]):
        self.checks = checks

    def answer(self, name: str, given: Any) -> Feedback:
        """Check what is ``given`` for the exercise called ``name``: a value, a function or a record, as it asks."""
        return answer_to(name, given, self.checks)

    def solution(self, name: str, given: Any) -> Feedback:
        """Check the lesson's own solution, and say in words that it is not the learner's."""
        return self.answer(name, given).of_the_solution()


def answer_to(name: str, given: Any, exercises: dict[str, tuple[Check, str]]) -> Feedback:
    """Return what the check of the exercise called ``name`` says of ``given``."""
    check, praise = exercises[require.choice("name", name, list(exercises))]
    if given is ...:
        return Feedback(False, "not yet: put your answer where the three dots are")
    try:
        why = check(given)
    except NotYetError as hint:
        why = str(hint)
    except Exception as problem:  # the learner's own code may do anything
        why = f"running it raised {type(problem).__name__}: {problem}"
    return Feedback(False, f"not yet: {why}") if why else Feedback(True, f"correct: {praise}")


# --- what most checks ask first --------------------------------------------------------------------------------------


def is_missing(given: Any) -> bool:
    """Return whether nothing is given yet, or only the three dots."""
    return given is None or given is ...


def is_number(given: Any) -> bool:
    """Return whether an answer is one finite number."""
    return isinstance(given, (int, float, np.number)) and not isinstance(given, bool) and bool(np.isfinite(given))


def expect_number(given: Any, hint: str = "give a number") -> float:
    """Return ``given`` if it is one finite number; raise NotYetError with the ``hint`` if it is not."""
    if not is_number(given):
        raise NotYetError(hint)
    return given


def expect_function(given: Any, which: str = "") -> Callable[..., Any]:
    """Return ``given`` if it is a function; raise NotYetError if it is not.   which : what to add, such as ", clip"."""
    if not callable(given):
        raise NotYetError(f"hand over the function itself{which}")
    return given


def expect_record(given: Any, what: str, *fields: str) -> Any:
    """Return ``given`` if it has all ``fields``; raise NotYetError if it has not.

    what : is to be handed over, in words.
    """
    if not all(hasattr(given, name) for name in fields):
        raise NotYetError(f"hand over {what}")
    return given


def expect_answer(given: Any, should: str = "") -> Any:
    """Return ``given`` unless it is missing; raise NotYetError if it is.

    should : what to add to the hint, such as "; it should return W".
    """
    if is_missing(given):
        raise NotYetError(f"it returns nothing yet{should}")
    return given


def expect_two(given: Any, which: str) -> tuple[Any, Any]:
    """Return the pair that is ``given``; raise NotYetError if it is none.   which : two things, in words."""
    if not (isinstance(given, tuple) and len(given) == 2):
        raise NotYetError(f"return two things, {which}")
    return given


def expect_pullback(given: Any, which: str, right: np.ndarray, formula: str, **closeness: Any) -> Callable[..., Any]:
    """Return the pullback of what a function returned, (output, pullback), if the output is ``right``.

    Raises NotYetError if it is not. which : both by name, in words; formula : of the output, which is named first.
    """
    output, pullback = expect_two(given, which)
    if not callable(pullback):
        raise NotYetError(f"return two things, {which}")
    if np.shape(output) != right.shape or not np.allclose(output, right, **closeness):
        raise NotYetError(f"{which.split()[0]} is not {formula} yet")
    return pullback


def expect_like(given: Any, source: str, name: str, like: str, right: np.ndarray) -> np.ndarray:
    """Return ``given`` as an array, if it has the shape of ``right``; raise NotYetError if it has not, or is missing.

    source : what returns it; name : its name; like : the name of the argument that has its shape.
    """
    if is_missing(given):
        raise NotYetError(f"{source} returns nothing yet; it should return {name}")
    if np.shape(given) != right.shape:
        shape = np.shape(given)
        raise NotYetError(f"{source} returns something of shape {shape}; {name} has {like}'s shape, {right.shape}")
    return np.asarray(given, float)


# --- what a check knows of frequent slips -----------------------------------------------------------------------------


def slip(given: Any, slips: dict[str, Any], **closeness: Any) -> str | None:
    """Return what there is to say to a frequent slip, known by its own numbers, or None.   slips : hint -> numbers."""
    return next((hint for hint, wrong in slips.items() if np.allclose(given, wrong, **closeness)), None)


def refuse_slips(given: Any, slips: dict[str, Any], **closeness: Any) -> None:
    """Raise NotYetError with what there is to say to a frequent slip, if ``given`` is one."""
    hint = slip(given, slips, **closeness)
    if hint:
        raise NotYetError(hint)


def differences(loss: Callable[[np.ndarray], Any], x: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """dloss/dx.  Returns this gradient by difference quotients, entry by entry, in x's shape."""
    slope = np.empty_like(x)
    for entry in np.ndindex(*x.shape):
        move = np.zeros_like(x)
        move[entry] = step
        slope[entry] = (loss(x + move) - loss(x - move)) / (2 * step)
    return slope


def quotient_says(told: str, given: float, right: float) -> str:
    """Return how a number that was ``told`` compares with the difference quotient, in words."""
    return f"{told} {given:.4f}, and a difference quotient says {right:.4f}"


def unlike(name: str, given: np.ndarray, right: np.ndarray, slips: dict[str, Any]) -> str | None:
    """Return why ``given`` (N, D) is not ``right``: a slip, or where it is furthest off. It is None if it is right."""
    if np.allclose(given, right, rtol=1e-5, atol=1e-6):
        return None
    off = np.where(np.isfinite(given), abs(given - right), np.inf)
    sample, unit = np.unravel_index(np.argmax(off), off.shape)
    told = quotient_says(f"at sample {sample}, unit {unit} your {name} is", given[sample, unit], right[sample, unit])
    return slip(given, slips, rtol=1e-4, atol=1e-5) or told


def card(text: str, color: str) -> str:
    """Return the words with a bar in ``color`` beside them, as HTML that a screen reader says at once."""
    style = f"border-left: 5px solid {color}; padding: 4px 12px; margin: 4px 0; max-width: 62em; line-height: 1.45"
    return f'<div role="status" style="{style}">{html.escape(text, quote=False)}</div>'
