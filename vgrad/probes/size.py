"""How large is an array?  And what became of its numbers?

A norm is the Frobenius norm over the last two axes, (N, D) or (fan_in, fan_out), one per ensemble member, **always
accumulated in float64**: in float32 the squares underflow at 1e-19, half way to where the gradient itself is lost.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..ops import Array

LEAST, MOST = 1e-280, 1e280  # between them, a sum of squares has all its digits


class Entries(NamedTuple):
    """Shares, from 0 to 1, of an array's entries that a precision could not hold well."""

    zeros: Array
    subnormals: Array
    infs: Array
    nans: Array


def norm(a: Array) -> Array:
    """‖a‖ over the last two axes:  (..., N, D) -> (...,).  Right to the last digits wherever ‖a‖ is a float64."""
    wide = a.astype(np.float64, copy=False)
    if a.ndim == 2 and LEAST < (square := np.vdot(wide, wide)) < MOST:  # one matrix: what follows would take longer
        return square**0.5
    flat = wide.reshape(*a.shape[:-2], -1)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        square = np.vecdot(flat, flat)
        if square.min() > LEAST and square.max() < MOST:
            return np.sqrt(square)
        # squares left the range of float64 in some networks: take the largest entry out first
        size, lost = np.asarray(np.sqrt(square)), ~((square > LEAST) & (square < MOST))
        if np.any(lost):
            peak = np.abs(flat[lost]).max(axis=-1)
            scale = np.where((peak > 0) & np.isfinite(peak), peak, 1.0)
            flat = flat[lost] / scale[..., None]
            size[lost] = scale * np.sqrt(np.vecdot(flat, flat))
        return size[()]


def together(arrays) -> Array:
    """The norm of several arrays as one:  √(Σ ‖a‖²); of inf and NaN, inf."""
    size = norm(arrays[0])
    for other in arrays[1:]:
        size = np.hypot(size, norm(other))
    return size


def entries(a: Array) -> Entries:
    """The shares of zeros, subnormals, infs and NaNs over the last two axes:  (..., N, D) -> (...,) each."""
    size = np.abs(a)
    tiny = np.finfo(a.dtype).tiny
    if size.min() >= tiny and size.max() < np.inf:  # false for NaN too
        return Entries(*np.zeros((4, *a.shape[:-2])))
    kinds = (size == 0, (size > 0) & (size < tiny), np.isinf(size), np.isnan(size))
    return Entries(*(kind.mean(axis=(-2, -1)) for kind in kinds))
