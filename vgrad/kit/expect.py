"""What most checks ask first: is it a number, a function, two things, a whole record, and what came in left as it was?

Each ``expect_…`` returns what was given in the form in which a check goes on, or raises ``NotYetError`` with a hint.

A number is one finite real number of any type that ``float`` takes: an int, a float, a Fraction, a Decimal, a NumPy
scalar, or an array with a single entry. A bool, a text, a complex number, a list and a tuple are no numbers, and the
hint says which of them was given.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np


class NotYetError(Exception):
    """A hint: why what was handed over cannot be judged yet."""


class UntouchedError(NotYetError):
    """The same where a cell is as the page has it, so that it was no try."""


def is_missing(given: Any) -> bool:
    """Return whether nothing is given yet, or only the three dots."""
    return given is None or given is ...


# --- one number -------------------------------------------------------------------------------------------------------


def is_number(given: Any) -> bool:
    """Return whether an answer is one finite number."""
    return math.isfinite(_number(given))


def expect_number(given: Any, hint: str = "give a number") -> float:
    """Return ``given`` as a float if it is one finite number; raise NotYetError with the ``hint`` if it is not."""
    number = _number(given)
    if not math.isfinite(number):
        raise NotYetError(f"{hint}, but {what(given)}")
    return number


def _number(given: Any) -> float:
    """The float that ``given`` is, or NaN."""
    if isinstance(given, (bool, np.bool_, str, bytes, bytearray, complex, np.complexfloating)):
        return math.nan
    if isinstance(given, np.ndarray):
        return _number(given.item()) if given.size == 1 else math.nan
    try:
        return float(given)
    except OverflowError:
        return math.inf
    except Exception:  # whatever a float of something strange may raise
        return math.nan


def what(given: Any) -> str:
    """Return what was given in place of a number, in words that can follow "but"."""
    if given is ...:
        return "the three dots still hold its place"
    if given is None:
        return "None holds no value (print shows a number, but it returns None)"
    if isinstance(given, (str, bytes, bytearray)):
        return _what_text(given)
    if isinstance(given, (bool, np.bool_)):
        return f"{given} is the answer to a yes-or-no question"
    if isinstance(given, (list, tuple)):
        return _what_row(given)
    if isinstance(given, np.ndarray) and given.size != 1:
        return f"this is an array of {given.size} numbers, of shape {given.shape}"
    if np.iscomplexobj(given):
        return "a complex number has an imaginary part, and a real number is asked for"
    if callable(given):
        return "this is a function, and what it returns is asked for"
    return _what_else(given)


def _what_text(given: Any) -> str:
    try:
        float(given)
    except ValueError:
        return f"{given!r} is text"
    return f"the quotes make {given!r} a text, and without them it is a number"


def _what_row(given: Any) -> str:
    kind = "list" if isinstance(given, list) else "tuple"
    if kind == "tuple" and len(given) == 2 and all(type(part) is int for part in given):
        return f"{given[0]},{given[1]} is two whole numbers to Python, whose decimal sign is a point"
    if len(given) == 1:
        return f"this is a {kind} with one number in it, which a comma or square brackets make; take the number alone"
    return f"this is a {kind} of {len(given)} things"


def _what_else(given: Any) -> str:
    try:
        size = float(given)
    except OverflowError:
        return "this one is larger than the largest float64"
    except Exception:
        return f"this is a {type(given).__name__}"
    if math.isnan(size):
        return "NaN, which means “not a number”, is what is left of 0/0 and the like"
    return "it is infinite, so something was divided by 0 or grew beyond float64"


# --- functions, and what they return ----------------------------------------------------------------------------------


def expect_function(given: Any, which: str = "") -> Callable[..., Any]:
    """Return ``given`` if it is a function; raise NotYetError if it is not.   which : what to add, such as ", clip"."""
    if not callable(given):
        raise NotYetError(f"hand over the function itself{which}")
    return given


def expect_answer(given: Any, should: str = "") -> Any:
    """Return ``given`` unless it is missing; raise NotYetError if it is.

    should : what to add to the hint, such as "; it should return W".
    """
    if is_missing(given):
        raise NotYetError(f"it returns nothing yet{should}")
    return given


def expect_two(given: Any, which: str) -> tuple[Any, Any]:
    """Return the pair that is ``given``, as a tuple; raise NotYetError if it is none.

    given : a tuple, a list or an array of two; which : two things, in words.
    """
    several = isinstance(given, (tuple, list)) or (isinstance(given, np.ndarray) and given.ndim > 0)
    if several and len(given) == 2:
        return given[0], given[1]
    raise NotYetError(f"return two things, {which}; {_instead(given)}")


def _instead(given: Any) -> str:
    if is_missing(given):
        return "nothing came back yet"
    if isinstance(given, (tuple, list)):
        return f"a {type(given).__name__} of {len(given)} came back"
    if isinstance(given, np.ndarray):
        return f"one array came back, of shape {given.shape}"
    return f"one {'function' if callable(given) else type(given).__name__} came back"


def expect_array(given: Any, name: str) -> np.ndarray:
    """Return ``given``, such as a list of rows, as an array of real numbers in its own precision.

    Raises NotYetError that calls it by its ``name`` if it is missing, or no such array.
    """
    if is_missing(given):
        raise NotYetError(f"{name} is still missing")
    try:
        array = np.asarray(given)
        if array.dtype.kind in "US":
            raise NotYetError(f"{name} should hold numbers, and it holds text, because there are quotes around it")
        if array.dtype.kind == "c":
            raise NotYetError(f"{name} holds complex numbers, and real ones are asked for")
        return array if array.dtype.kind == "f" else array.astype(float)
    except (TypeError, ValueError):
        raise NotYetError(f"{name} should be an array of numbers, and it is a {type(given).__name__}") from None


def expect_record(given: Any, what: str, *fields: str) -> Any:
    """Return ``given`` if it has all ``fields``; raise NotYetError if it has not.

    what : is to be handed over, in words.
    """
    if not all(hasattr(given, name) for name in fields):
        raise NotYetError(f"hand over {what}")
    return given


class Lent:
    """Arguments that are lent to a learner's functions, by name, and must come back as they were.

    ``Lent(W=W, rate=0.1).to(function)`` calls ``function(W, rate)`` with copies, and looks at the copies afterwards.
    """

    def __init__(self, **arguments: Any):
        self._own = arguments
        self._copies = {name: copy.deepcopy(value) for name, value in arguments.items()}

    def to(self, function: Callable[..., Any]) -> Any:
        """Return what ``function`` returns; raise NotYetError if it has overwritten one of its arguments."""
        returned = function(*self._copies.values())
        self.look()
        return returned

    def look(self) -> None:
        """Raise NotYetError if something that was lent has changed since, for example when a pullback ran."""
        for name, own in self._own.items():
            if not _same(self._copies[name], own):
                raise NotYetError(
                    f"{name}, which your function was given, has changed, and whoever called it still needs it. "
                    f"Leave {name} as it came in, and make something new (x = x * 2 does, and x *= 2 overwrites)"
                )


def _same(given: Any, own: Any) -> bool:
    if isinstance(own, np.ndarray):
        return isinstance(given, np.ndarray) and np.array_equal(given, own, equal_nan=True)
    if isinstance(own, (list, tuple)):
        return len(given) == len(own) and all(map(_same, given, own))
    return given is own or isinstance(own, np.random.Generator) or given == own
