"""Eight bits for the number and eight for its size: bfloat16, emulated, because NumPy does not have it.

A bfloat16 is the upper half of a float32. It has the same exponent, and so the same range from 1e-38 to 3e38, but only
7 bits of fraction, which are two to three decimal digits. Numbers are rounded here to what bfloat16 can hold, and they
stay in arrays of float32. What is computed *within* an operation is computed in float32, as an accelerator does in the
sums of a matrix product.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..require import Function, Rng

Array = np.ndarray
UPPER_HALF = np.uint32(0xFFFF0000)  # the sign, 8 bits of exponent and 7 of fraction


def bfloat16(a: Array, *, rng: Rng | None = None) -> Array:
    """bits <- (bits + carry) & 0xFFFF0000.  Returns each number rounded to a neighbouring bfloat16, in a float32 array.

    The carry of just under half a unit in the last place rounds to the nearest, and a tie to the even neighbour. With
    an rng the carry is uniform over a whole unit, so that a number is rounded up as often as it lies towards its upper
    neighbour. This is stochastic rounding, and its mean is the number itself. What rounds beyond 3.39e38 becomes inf,
    and NaN stays NaN. A float64 is rounded to float32 first.
    """
    with np.errstate(over="ignore"):
        bits = np.asarray(a, np.float32).view(np.uint32)
    if rng is None:
        carry = np.uint32(0x7FFF) + (bits >> np.uint32(16) & np.uint32(1))
    else:
        carry = rng.integers(0, 1 << 16, bits.shape, dtype=np.uint32)
    rounded = (bits + carry & UPPER_HALF).view(np.float32)
    return np.where(np.isnan(a), np.float32(np.nan), rounded)


def in_bfloat16(operation: Function) -> Function:
    """y = round(f(round(x))),  dx = round(pullback(round(dy))).  Returns the operation with rounded ends, both ways.

    operation : an activation, or any other function of arrays that returns its output and its pullback, such as
    ``affine`` or a cell. Its slope is that of f at the rounded x, as if rounding had the slope 1. What comes out is
    float32, and so the network around it has to be.
    """

    def rounded(*arguments):
        output, pullback = operation(*_rounded(arguments))
        return _rounded(output), lambda doutput: _rounded(pullback(_rounded(doutput)))

    rounded.__name__ = getattr(operation, "__name__", "operation")
    return rounded


def _rounded(tree) -> Any:
    """The same array, or tuple of arrays, in numbers that bfloat16 has."""
    if not isinstance(tree, tuple):
        return None if tree is None else bfloat16(tree)
    branches = [_rounded(branch) for branch in tree]
    return type(tree)(*branches) if hasattr(tree, "_fields") else tuple(branches)
