"""y = softmax(q kᵀ / √d) v: a token compares its q with the k of all, and averages their v (Vaswani et al. 2017).

Two rules make the whole backward pass, in which dA stands for the derivative of a loss by A. A product has
C_ij = Σ_k A_ik B_kj, hence dA_ik = Σ_j dC_ij B_kj, which is dA = dC Bᵀ, and in the same way dB = Aᵀ dC. The softmax has
p_i = e^z_i / Σ_j e^z_j, hence ∂p_i/∂z_j = p_i (δ_ij - p_j) by the quotient rule, where δ_ij is 1 for i = j, and else 0.
"""

from __future__ import annotations

import numpy as np

from .linear import matmul
from .shapes import at_least_float32, sum_to_shape

Array = np.ndarray


def softmax(z: Array):
    """p = eᶻ / Σ eᶻ over the last axis;  dz_j = Σ_i dp_i ∂p_i/∂z_j = p_j (dp_j - Σ_i p_i dp_i).

    Returns p, of z's shape, and its pullback. The largest z is subtracted first, so that nothing overflows. This needs
    no pullback of its own, because p does not change when all z of a row are shifted.
    """
    wide = at_least_float32(z)
    exp = np.exp(wide - wide.max(axis=-1, keepdims=True))
    p = exp / exp.sum(axis=-1, keepdims=True)

    def pullback(dp):
        dz = p * (dp - np.sum(p * dp, axis=-1, keepdims=True))
        return dz.astype(z.dtype, copy=False)

    return p.astype(z.dtype, copy=False), pullback


def attention(
    q: Array, k: Array, v: Array, causal: bool = False, *, mask: Array | None = None, scale: float | None = None
):  # fmt: skip
    """s = c q kᵀ,  a = softmax(s),  y = a v;   da = dy vᵀ,  dv = aᵀ dy,  dq = c ds k,  dk = c dsᵀ q.

    Returns y (..., T, D), and the pullback(dy) -> (dq, dk, dv). q : (..., T, d), k : (..., S, d) and v : (..., S, D),
    for T tokens that look at S. The rule for products, with A = c q and B = kᵀ, gives d(kᵀ) = c qᵀ ds, and dk is its
    transpose. ds is what softmax's pullback makes of da. causal : token t, counted from 1, looks at the tokens 1 to t.
    mask : booleans (..., T, S), where True means that the token of this row may look. scale : c, by default 1 / √d.

    A hidden score is -inf, and so its weight a is exactly 0. Its ds = a (da - Σ a da) is 0 as well, so that hiding
    needs no pullback of its own. A row in which all is hidden is NaN, like such a row of PyTorch's softmax (PyTorch's
    attention answers with 0). ``ops.attention`` refuses it with a ValueError that names the row, and also shapes or
    precisions that do not belong together.
    """
    c = q.shape[-1] ** -0.5 if scale is None else scale
    scaled = _times(c, q)  # it also holds the c of dk; q kᵀ before the multiplication might overflow in float16
    s = matmul(scaled, k.mT)
    visible = may_look(s.shape[-2:], causal, mask)
    a, softmax_pullback = softmax(s if visible is None else np.where(visible, s, -np.inf))
    y = matmul(a, v)
    axes = y.ndim

    def pullback(dy):
        ds = softmax_pullback(matmul(dy, v.mT))
        dq = _times(c, matmul(ds, k))
        dk = matmul(ds.mT, scaled)
        dv = matmul(a.mT, dy)
        stacked = dy.ndim - axes  # a pullback may take many cotangents at once
        return sum_to_shape(dq, q, stacked), sum_to_shape(dk, k, stacked), sum_to_shape(dv, v, stacked)

    return y, pullback


def _times(c: float, a: Array) -> Array:
    """c a, in the precision of a."""
    return (c * a).astype(a.dtype, copy=False)


def may_look(shape: tuple, causal: bool, mask: Array | None) -> Array | None:
    """Return which token may look at which, True or False, as far as there are limits; None where there are none."""
    if not causal:
        return mask
    earlier = np.tri(*shape, dtype=bool)
    return earlier if mask is None else earlier & mask
