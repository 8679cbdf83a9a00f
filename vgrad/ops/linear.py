"""z = x W + b: the only operation with weights, and so the only one that a gain can tame."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .. import require

Array = np.ndarray


class Affine(NamedTuple):
    """The parameters of z = x W + b:  W (..., fan_in, fan_out) and b (..., fan_out)."""

    W: Array
    b: Array


def affine(params: Affine, x: Array):
    """z = x W + b.

    x : (..., N, fan_in), z : (..., N, fan_out).  pullback(dz) -> (Affine(dW, db), dx), where
    dW = xᵀ dz,  db = Σ_N dz,  dx = dz Wᵀ,  summed over the leading axes that W, b or x does not have.
    Raises ValueError when W, b and x do not fit.
    """
    W, b = params
    z, product_pullback = product(W, x)
    bias = W.shape[:-2] + W.shape[-1:]
    require.shape("b", b, f"{bias}, as W has shape {W.shape}", np.shape(b) == bias)
    z += b[..., None, :]

    def pullback(dz):
        dW, dx = product_pullback(dz)
        return Affine(dW, own(total(dz, -2), b, dz.ndim - z.ndim)), dx

    return z, pullback


def product(W: Array, x: Array):
    """z = x W, the same without b.   pullback(dz) -> (dW, dx)."""
    require.shape("W", W, "(..., fan_in, fan_out)", np.ndim(W) >= 2)
    fits = np.ndim(x) >= 2 and x.shape[-1] == W.shape[-2] and _nested(x.shape[:-2], W.shape[:-2])
    require.shape("x", x, f"(..., N, {W.shape[-2]}), as W has shape {W.shape}", fits)

    z = matmul(x, W)

    def pullback(dz):
        dW, dx, stacked = matmul(x.swapaxes(-1, -2), dz), matmul(dz, W.swapaxes(-1, -2)), dz.ndim - z.ndim
        return own(dW, W, stacked), own(dx, x, stacked)

    return z, pullback


def _nested(lead: tuple, other: tuple) -> bool:
    """Whether of two tuples of leading axes one ends with the other: W of S networks, x of T steps of each."""
    short, long = sorted((lead, other), key=len)
    return long[len(long) - len(short) :] == short


def own(gradient: Array, argument: Array, stacked: int) -> Array:
    """A gradient in its argument's own shape: summed over the leading axes that only the others had.

    stacked : the axes in front that belong to a stack of cotangents, each of which has its own gradient.
    """
    extra = gradient.ndim - stacked - argument.ndim
    return total(gradient, tuple(range(stacked, stacked + extra))) if extra else gradient


def total(a: Array, axis) -> Array:
    """Σ, in float32 at least, as ``matmul`` does."""
    return a.sum(axis=axis, dtype=np.result_type(a, np.float32)).astype(a.dtype, copy=False)


def matmul(a: Array, b: Array) -> Array:
    """a @ b; a float16 product is multiplied and summed in float32, then rounded, as accelerators do."""
    if a.dtype == np.float16 and b.dtype == np.float16:
        return np.matmul(a.astype(np.float32), b.astype(np.float32)).astype(np.float16)
    return np.matmul(a, b)
