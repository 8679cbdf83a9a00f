"""How large is an array?  And what became of its numbers?

A norm is the Frobenius norm over the last two axes, (N, D) or (fan_in, fan_out), one per ensemble member, **always
accumulated in float64**: in float32 the squares underflow at 1e-19, half way to where the gradient itself is lost.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import require
from ..ops import Array

LEAST = 1e-280
MOST = 1e280  # between them, a sum of squares has all its digits


class Entries(NamedTuple):
    """Shares, from 0 to 1, of an array's entries that a precision could not hold well."""

    zeros: Array | np.floating
    subnormals: Array | np.floating
    infs: Array | np.floating
    nans: Array | np.floating


def norm(a: Array) -> Any:
    """‖a‖ = √(Σ a²).  Returns the norm over the last two axes, (..., N, D) -> (...,), in float64.

    It is right to the last digits wherever ‖a‖ is a float64.
    """
    wide = a.astype(np.float64, copy=False)
    if a.ndim == 2:  # of one matrix, what follows would take longer
        square = np.vdot(wide, wide)
        if LEAST < square < MOST:
            return square**0.5
    return _norms(wide.reshape(*a.shape[:-2], math.prod(a.shape[-2:])))


def joint_norm(arrays: Sequence[Array]) -> Array:
    """√(Σ ‖a‖²).  Returns the norm of several arrays as one, (...,); of inf and NaN, inf."""
    first, *others = arrays
    size = norm(first)
    for other in others:
        size = np.hypot(size, norm(other))
    return size


def entries(a: Array) -> Entries:
    """Return the shares of zeros, subnormals, infs and NaNs over the last two axes, (..., N, D) -> (...,) each.

    Raises ValueError unless there is an entry at least.
    """
    size = np.abs(a)
    tiny = np.finfo(a.dtype).tiny
    if a.size and size.min() >= tiny and size.max() < np.inf:  # false for NaN too
        return Entries(*np.zeros((4, *a.shape[:-2])))
    require.shape("a", a, "(..., N, D) with an entry at least", a.size > 0)
    kinds = (size == 0, (size > 0) & (size < tiny), np.isinf(size), np.isnan(size))
    return Entries(*(kind.mean(axis=(-2, -1)) for kind in kinds))


def _norms(flat: Array) -> Array:
    """‖·‖ over the last axis; where squares leave the range of float64, the largest entry is taken out first."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        square = np.vecdot(flat, flat)
        if square.size and square.min() > LEAST and square.max() < MOST:
            return np.sqrt(square)
        size = np.asarray(np.sqrt(square))
        lost = ~((square > LEAST) & (square < MOST))
        peak = np.abs(flat[lost]).max(axis=-1, initial=0)
        scale = np.where((peak > 0) & np.isfinite(peak), peak, 1.0)
        flat = flat[lost] / scale[..., None]
        size[lost] = scale * np.sqrt(np.vecdot(flat, flat))
        return size[()]
