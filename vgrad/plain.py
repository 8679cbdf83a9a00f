"""What counts as a number, how it is taken, and how any value is shown in an error."""

from __future__ import annotations

import math
from numbers import Integral, Real

import numpy as np

LONG = 40
PLAIN = frozenset(
    (int, float, bool, str, type(None), list, tuple, dict, np.ndarray)
)  # types that are taken as they are


def plain(value):
    """Return a number of any type as Python's int or float, and everything else as it is."""
    if type(value) in PLAIN or not is_number(value):
        return value
    return int(value) if isinstance(value, Integral) else float(value)


def is_number(value) -> bool:
    """Return whether a value is a real number that a float can hold; True and False are none."""
    if not isinstance(value, Real) or isinstance(value, (bool, np.timedelta64)):
        return False
    try:
        return not math.isinf(value) or float(value) == value  # of a longer float, float(value) may be inf
    except OverflowError:
        return False


def shown(value) -> str:
    """Return a value in at most 99 characters; of a whole number that is too long to read, its size."""
    if isinstance(value, int) and abs(value) >= 10**15:
        power = math.floor(math.log10(abs(value)))
        return f"{'-' if value < 0 else ''}{abs(value) // 10 ** (power - 1) / 10:g}e{power}"
    if isinstance(value, (list, tuple, dict, set)) and len(value) > LONG:
        return f"a {type(value).__name__} of {len(value)}"  # such a text is long in the making
    try:
        return f"{value!r:.99}"
    except Exception:  # a fraction of such numbers, or an object that cannot be shown
        return f"a {type(value).__name__}"
