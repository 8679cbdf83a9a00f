"""Plumbing that several pages share: sums in a wide precision, and gradients in the shape of their arguments."""

from __future__ import annotations

import numpy as np

Array = np.ndarray
HALF = np.dtype(np.float16)


def sum_to_shape(gradient: Array, argument: Array, stacked: int) -> Array:
    """Return a gradient in its argument's own shape, summed over the leading axes that only the other arguments had.

    stacked : how many axes in front belong to a stack of cotangents, each of which has its own gradient.
    """
    extra = gradient.ndim - stacked - argument.ndim
    return wide_sum(gradient, tuple(range(stacked, stacked + extra))) if extra else gradient


def wide_sum(a: Array, axis) -> Array:
    """Return the sum over an axis; of float16 it is summed in float32 and then rounded."""
    if a.dtype == HALF:
        return np.add.reduce(a, axis, dtype=np.float32).astype(HALF)
    return np.add.reduce(a, axis)


def at_least_float32(a: Array) -> Array:
    """Return the array itself, or of float16 its numbers in float32, whose range holds their squares."""
    return a.astype(np.result_type(a, np.float32), copy=False)
