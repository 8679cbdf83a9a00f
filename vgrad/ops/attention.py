"""y = softmax(q kᵀ / √d) v: each token asks with q, answers to k, and hands on v (Vaswani et al. 2017, eq. 1)."""

from __future__ import annotations

import numpy as np

from .linear import matmul
from .shapes import at_least_float32, sum_to_shape

Array = np.ndarray


def softmax(z: Array):
    """p = eᶻ / Σ eᶻ over the last axis;  dz = p (dp - Σ p dp).

    Returns p, of z's shape, and its pullback. The largest z is subtracted first, so that nothing overflows.
    """
    wide = at_least_float32(z)
    exp = np.exp(wide - wide.max(axis=-1, keepdims=True))
    p = exp / exp.sum(axis=-1, keepdims=True)

    def pullback(dp):
        dz = p * (dp - np.sum(p * dp, axis=-1, keepdims=True))
        return dz.astype(z.dtype, copy=False)

    return p.astype(z.dtype, copy=False), pullback


def attention(q: Array, k: Array, v: Array, causal: bool = False, *, mask: Array | None = None):
    """s = q kᵀ / √d,  a = softmax(s),  y = a v;  da = dy vᵀ,  dv = aᵀ dy,  dq = ds k / √d,  dk = dsᵀ q / √d.

    Returns y (..., T, D), and the pullback(dy) -> (dq, dk, dv). q : (..., T, d), k : (..., S, d) and v : (..., S, D),
    for T tokens that look at S. causal : token t looks at the first t tokens alone. mask : booleans (..., T, S), where
    True means that the token of this row may look. What is hidden has a weight of exactly 0, and 0 comes back to it.
    A row in which all is hidden is 0 / 0, and so NaN, like such a row of PyTorch's softmax (its own attention answers
    with 0). The door of ``ops`` refuses it with a ValueError, and also arguments that do not fit.
    """
    root = q.shape[-1] ** 0.5
    scaled = q / root  # before the product, which might overflow in float16
    s = matmul(scaled, k.mT)
    visible = may_look(s.shape[-2:], causal, mask)
    a, softmax_pullback = softmax(s if visible is None else np.where(visible, s, -np.inf))
    y = matmul(a, v)
    axes = y.ndim

    def pullback(dy):
        ds = softmax_pullback(matmul(dy, v.mT))
        dq = matmul(ds, k) / root
        dk = matmul(ds.mT, scaled)
        dv = matmul(a.mT, dy)
        stacked = dy.ndim - axes
        return sum_to_shape(dq, q, stacked), sum_to_shape(dk, k, stacked), sum_to_shape(dv, v, stacked)

    return y, pullback


def may_look(shape: tuple, causal: bool, mask: Array | None) -> Array | None:
    """Return which token may look at which, True or False, as far as there are limits; None where there are none."""
    if not causal:
        return mask
    earlier = np.tri(*shape, dtype=bool)
    return earlier if mask is None else earlier & mask
