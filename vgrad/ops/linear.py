"""z = x W + b: the only operation with weights, and so the only one that a gain can tame."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .shapes import HALF, sum_to_shape, wide_sum

Array = np.ndarray


class Affine(NamedTuple):
    """The parameters of z = x W + b:  W (..., fan_in, fan_out) and b (..., fan_out)."""

    W: Array
    b: Array


def affine(params: Affine, x: Array):
    """z = x W + b;  dW = xᵀ dz,  db = Σ_N dz,  dx = dz Wᵀ.

    Returns z (..., N, fan_out) of x (..., N, fan_in), and the pullback(dz) -> (Affine(dW, db), dx). Where W, b or x
    lacks a leading axis that the others have, its gradient is summed over that axis.
    (Of one network in float64, that is all:  dW, db, dx = x.T @ dz, dz.sum(axis=0), dz @ W.T.)
    Raises ValueError when W, b and x do not fit.
    """
    W, b = params
    z = matmul(x, W)
    z += b[..., None, :]
    axes = z.ndim  # the pullback keeps x, W and b, but not z

    def pullback(dz):
        stacked = dz.ndim - axes
        dW = weight_gradient(W, x, dz, stacked)
        db = sum_to_shape(wide_sum(dz, -2), b, stacked)
        dx = sum_to_shape(matmul(dz, W.mT), x, stacked)
        return Affine(dW, db), dx

    return z, pullback


def product(W: Array, x: Array):
    """z = x W;  dW = xᵀ dz,  dx = dz Wᵀ.

    Returns z, and the pullback(dz) -> (dW, dx): it is ``affine`` without b, with the same shapes and errors.
    """
    z = matmul(x, W)
    axes = z.ndim

    def pullback(dz):
        stacked = dz.ndim - axes
        dW = weight_gradient(W, x, dz, stacked)
        dx = sum_to_shape(matmul(dz, W.mT), x, stacked)
        return dW, dx

    return z, pullback


def weight_gradient(W: Array, x: Array, dz: Array, stacked: int = 0) -> Array:
    """dW = xᵀ dz.  Returns it in W's own shape, summed over the leading axes that W lacks."""
    return sum_to_shape(matmul(x.mT, dz), W, stacked)


def matmul(a: Array, b: Array) -> Array:
    """a @ b.

    Returns the product in the precision of a and b. Of float16 it is multiplied and summed in float32 and then rounded,
    as accelerators do.
    """
    if a.dtype == b.dtype == HALF:
        return np.matmul(a.astype(np.float32), b.astype(np.float32)).astype(HALF)
    return a.dot(b) if a.ndim == b.ndim == 2 else a @ b  # the same numbers, but dot starts sooner
