"""Whether what a learner's code returns is right, which frequent slip it is, and where it is furthest off.

Arrays are compared in relation to their largest entry. ``agrees`` asks for as many digits as their precision has, and
``close`` for four, which a function that computes in float32 reaches as well. A single number is compared by
``is_right_number``, which knows the one rule of rounding.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .expect import NotYetError

CLOSE = 1e-4  # of the largest entry: float32 and a normalization without epsilon stay below, a slip does not
SMALL = 0.01  # the largest entry counts as this at least, since it may be 0
DIGITS = 3  # significant ones, to which an answer may be rounded
NEAR = 0.015  # of the right number, within which another one is told that it is close
SAME = 1e-6  # of a slip's number, within which it is the slip itself and not a rounded number

# --- one number -------------------------------------------------------------------------------------------------------


def rounds_to(given: float, right: float, digits: int = DIGITS) -> bool:
    """Return whether ``given`` is ``right``, at least as exactly as rounding to so many significant digits."""
    unit = 10.0 ** (math.floor(math.log10(abs(right))) - digits + 1)
    return abs(given - right) <= 0.5 * unit * (1 + 1e-9)


def is_right_number(number: float, right: float, slips: dict[str, float], how: str) -> bool:
    """Return whether a number is ``right``, by the rule of rounding that holds in every exercise.

    Three significant digits, rounded as a learner would round them, are right. The number of a frequent slip is not,
    even if it rounds to the right one. slips : hint -> number, none of them 0; how : to get more digits, in words.

    Raises NotYetError with what there is to say to a slip, or to a number that is near but not right to three digits.
    """
    exactly = (hint for hint, wrong in slips.items() if abs(number - wrong) <= SAME * abs(wrong))
    rounded = (hint for hint, wrong in slips.items() if rounds_to(number, wrong))
    hint = next(exactly, None)
    if hint is None and rounds_to(number, right):
        return True
    hint = hint or next(rounded, None)
    if hint:
        raise NotYetError(hint)
    if abs(number / right - 1) < NEAR or rounds_to(number, right, 2):
        raise NotYetError(f"nearly: {number:.4g} is close, but it is not right to three significant digits yet; {how}")
    return False


# --- arrays -----------------------------------------------------------------------------------------------------------


def agrees(given: Any, right: Any, tolerance: float = 2e-6) -> bool:
    """Return whether numbers are ``right``, in relation to the largest of them, as far as their own precision goes."""
    given = np.asarray(given)
    if given.dtype.kind == "f":
        tolerance = max(tolerance, 32 * float(np.finfo(given.dtype).eps))
    size = float(np.max(np.abs(right), initial=0.0))
    return given.shape == np.shape(right) and bool(np.allclose(given, right, rtol=tolerance, atol=tolerance * size))


def close(given: Any, right: Any) -> bool:
    """Return whether ``given`` is ``right``, up to CLOSE of its largest entry."""
    right = np.asarray(right, float)
    if np.shape(given) != right.shape:
        return False
    return bool(np.allclose(given, right, rtol=0, atol=CLOSE * max(SMALL, abs(right).max(initial=0))))


def furthest(given: Any, right: Any) -> tuple[int, ...]:
    """Return the index at which ``given`` is furthest from ``right``, where what is not finite is furthest of all."""
    off = np.where(np.isfinite(given), abs(np.subtract(given, right, dtype=float)), np.inf)
    return tuple(int(k) for k in np.unravel_index(np.argmax(off), off.shape))


def apart(name: str, given: Any, right: Any) -> str:
    """Return where ``given`` is furthest from ``right``, and both numbers, in as many digits as tell them apart."""
    given, right = np.asarray(given, float), np.asarray(right, float)
    at = furthest(given, right)
    one, other = in_digits(given[at], right[at])
    place = f"[{', '.join(str(k) for k in at)}]" if at else ""
    return f"{name}{place} is {one} with yours, and should be {other}"


def off_quotient(name: str, given: Any, right: Any, **where: Any) -> str:
    """Return how ``given`` compares with a difference quotient, ``right``, at the place where they differ most.

    where : arrays of the same shape, such as z, of which the entry at that place is named.
    """
    at = furthest(given, right)
    one, other = in_digits(given[at], right[at])
    place = " and ".join(f"{array} = {values[at]:.3g}" for array, values in where.items())
    return f"at {place} your {name} is {one}, and a difference quotient says {other}"


def in_digits(given: float, right: float) -> tuple[str, str]:
    """Return both numbers in as few digits, but at least 4, as tell them apart."""
    pairs = [(f"{given:.{digits}g}", f"{right:.{digits}g}") for digits in range(4, 18)]
    return next((pair for pair in pairs if pair[0] != pair[1]), pairs[-1])


# --- what a check knows of frequent slips -----------------------------------------------------------------------------


def find_slip(given: Any, slips: dict[str, Any]) -> str | None:
    """Return what there is to say to a frequent slip, known by its own numbers, or None.   slips : hint -> numbers."""
    return next((hint for hint, wrong in slips.items() if close(given, wrong)), None)


def slip(given: Any, slips: dict[str, Any], **closeness: Any) -> str | None:
    """Return the same as ``find_slip``, where ``closeness`` is that of np.allclose."""
    return next((hint for hint, wrong in slips.items() if np.allclose(given, wrong, **closeness)), None)


def refuse_slips(given: Any, slips: dict[str, Any], **closeness: Any) -> None:
    """Raise NotYetError with what there is to say to a frequent slip, if ``given`` is one."""
    hint = slip(given, slips, **closeness)
    if hint:
        raise NotYetError(hint)
