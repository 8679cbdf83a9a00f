"""z = x W + b: the only operation with weights, and so the only one that a gain can tame."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .. import require

Array = np.ndarray
HALF = np.dtype(np.float16)


class Affine(NamedTuple):
    """The parameters of z = x W + b:  W (..., fan_in, fan_out) and b (..., fan_out)."""

    W: Array
    b: Array


def affine(params: Affine, x: Array):
    """z = x W + b.

    x : (..., N, fan_in), z : (..., N, fan_out).  pullback(dz) -> (Affine(dW, db), dx), where
    dW = xᵀ dz,  db = Σ_N dz,  dx = dz Wᵀ,  summed over the leading axes that W, b or x does not have.
    (Of one network in float64, that is all:  dW, db, dx = x.T @ dz, dz.sum(axis=0), dz @ W.T.)
    Raises ValueError when W, b and x do not fit.
    """
    W, b = params
    z, product_pullback = product(W, x)
    if np.shape(b) != W.shape[:-2] + W.shape[-1:]:
        require.misfit("b", b, f"{W.shape[:-2] + W.shape[-1:]}, as W has shape {W.shape}")
    z += b[..., None, :]
    axes = z.ndim  # the pullback keeps x, W and b, but not z

    def pullback(dz):
        dW, dx = product_pullback(dz)
        return Affine(dW, sum_to_shape(wide_sum(dz, -2), b, dz.ndim - axes)), dx

    return z, pullback


def product(W: Array, x: Array):
    """z = x W, the same without b.   pullback(dz) -> (dW, dx)."""
    if getattr(W, "ndim", 0) < 2:
        require.misfit("W", W, "(..., fan_in, fan_out)")
    if getattr(x, "ndim", 0) < 2 or x.shape[-1] != W.shape[-2] or not axes_agree(x.shape[:-2], W.shape[:-2]):
        require.misfit("x", x, f"(..., N, {W.shape[-2]}), as W has shape {W.shape}")
    if x.dtype != W.dtype:
        raise ValueError(f"x is {x.dtype}, but W is {W.dtype}; allowed is one precision for both")
    z = matmul(x, W)
    axes = z.ndim

    def pullback(dz):
        stacked = dz.ndim - axes
        return sum_to_shape(matmul(x.mT, dz), W, stacked), sum_to_shape(matmul(dz, W.mT), x, stacked)

    return z, pullback


def axes_agree(lead: tuple, other: tuple) -> bool:
    """Whether of two tuples of leading axes one ends with the other: W of S networks, x of T steps of each."""
    shared = min(len(lead), len(other))
    return not shared or lead[-shared:] == other[-shared:]


def sum_to_shape(gradient: Array, argument: Array, stacked: int) -> Array:
    """A gradient in its argument's own shape: summed over the leading axes that only the others had.

    stacked : the axes in front that belong to a stack of cotangents, each of which has its own gradient.
    """
    extra = gradient.ndim - stacked - argument.ndim
    return wide_sum(gradient, tuple(range(stacked, stacked + extra))) if extra else gradient


def wide_sum(a: Array, axis) -> Array:
    """Σ; of float16 in float32, then rounded, as ``matmul`` does."""
    return a.sum(axis=axis, dtype=np.float32).astype(HALF) if a.dtype == HALF else a.sum(axis=axis)


def matmul(a: Array, b: Array) -> Array:
    """a @ b; a float16 product is multiplied and summed in float32, then rounded, as accelerators do."""
    try:
        half = a.dtype == b.dtype == HALF
    except AttributeError:
        require.array("a", a)
        require.array("b", b)
    if half:
        return np.matmul(a.astype(np.float32), b.astype(np.float32)).astype(HALF)
    return np.matmul(a, b)
