"""A transformer: blocks of attention and of an MLP, each on a branch of its own (Vaswani et al. 2017).

    h <- h + attention(norm(h)),   h <- h + φ(norm(h) W_1 + b_1) W_2 + b_2        ("pre": Xiong et al. 2020)
    h <- norm(h + attention(h)),   h <- norm(h + φ(h W_1 + b_1) W_2 + b_2)        ("post", as it was published)

Tokens take the place of samples: h is (..., T, D). The tape is that of a net with skips, two forks and two joins for
each block, and so whatever looks at a tape of ``mlp`` looks at this one as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated

import numpy as np

from .. import require
from ..door import quietly_guarded, quietly_guarded_by
from ..init import Named
from ..ops.attention import attention
from ..ops.linear import affine, product
from ..ops.norms import rms_norm
from ..require import Count, Finite, Flag, Precision, Rng, Sizes
from ..tape import Step
from .checks import Activation, activation_named, check_transformer, require_heads
from .layers import KINDS, Attention, Block, Layer, activated, fork, join, on_branch, unit_norm, walk
from .mlp import LAYER, init_affine

Array = np.ndarray
LAST_MAPS = {  # the factor of a branch's last matrix, of so many branches
    "plain": lambda branches: 1.0,
    "gpt2": lambda branches: branches**-0.5,  # so that the sum of all branches is no larger than one (Radford 2019)
    "zero": lambda branches: 0.0,  # so that each block starts as the identity
}
PLACES = ("pre", "post")
Kind = Annotated[str, require.one_of(KINDS)] | None
Place = Annotated[str, require.one_of(PLACES)]
LastMaps = Annotated[str, require.one_of(LAST_MAPS)]


@quietly_guarded_by(check_transformer)
def transformer(
    params: list, x: Array, activation: Activation = "gelu", *, norm: Kind = "layer", place: Place = "pre",
    heads: Count = 1, causal: Flag = False, tokens: Count | None = None, skip: Flag = True, scale: Finite | None = None,
) -> tuple[Array, list[Step]]:  # fmt: skip
    """Return the last h (..., T, D), or the readout of it, and the tape, in which the layers are the blocks.

    params : of ``init_transformer``; x : (..., T, D), or (..., N T, D) for N sequences of ``tokens`` = T tokens each.
    norm : a name in KINDS, or None. place : "pre" or "post". skip : whether there is a path around attention and around
    the MLP. scale : by what scores are multiplied, by default 1 / √d of a head. Axes in front of T D are those of an
    ensemble. A readout in the pre-norm form stands behind a norm of its own. Raises ValueError for parameters that were
    drawn for another norm or place, and for arrays that do not fit.
    """
    attend, feed = _steps(activation_named(activation), norm, place, skip, (heads, causal, tokens, scale))

    def steps_of(block):
        return attend if block.first is None else attend + feed

    *blocks, last = params
    if isinstance(last, Block):
        return walk(params, x, steps_of)
    h, tape = walk(blocks, x, steps_of)
    if norm and last.norm:
        y, pullback = KINDS[norm](last.norm, h)
        tape.append(Step(f"{KINDS[norm].__name__} readout", None, y, pullback, h))
        h = y
    logits, pullback = affine(last.affine, h)
    return logits, [*tape, Step("readout", None, logits, pullback, h)]


def _steps(phi: Callable, norm: str | None, place: str, skip: bool, options: tuple) -> tuple[list, list]:
    """The steps of attention and of the MLP: a name, a letter, and a function (block, state) -> (state, pullback)."""

    def sublayer(number, letter, *branch):
        before = [("fork", letter, fork)] if skip else []
        after = [("join", letter, join(1.0))] if skip else []
        if norm:
            normalize = KINDS[norm]
            own_norm = on_branch(lambda block, h: normalize(block.norms[number], h))
            (before if place == "pre" else after).append((normalize.__name__, letter, own_norm))
        return [*before, *branch, *after]

    attend = on_branch(lambda block, h: self_attention(block.attention, h, *options))
    first = on_branch(lambda block, h: affine(block.first, h))
    second = on_branch(lambda block, h: affine(block.second, h))
    mlp = ("affine", "", first), (phi.__name__, "", activated(phi)), ("affine", "b", second)
    return sublayer(0, "", ("attention", "", attend)), sublayer(1, "b", *mlp)


def self_attention(
    params: Attention, x: Array, heads: int = 1, causal: bool = False, tokens: int | None = None,
    scale: float | None = None,
):  # fmt: skip
    """y = attention(x W_q, x W_k, x W_v) W_o, each head on its own D / heads columns.

    Returns y (..., N T, D), and the pullback(dy) -> (Attention of the gradients, dx). Of QK-norm, an RMS norm of each
    head's q and k stands before their product (Henry et al. 2020; Dehghani et al. 2023).
    """
    q, q_pullback = _normed_product(params.W_q, params.q_norm, x)
    k, k_pullback = _normed_product(params.W_k, params.k_norm, x)
    v, v_pullback = product(params.W_v, x)
    q, k, v = (_split(each, heads, tokens) for each in (q, k, v))
    y, heads_pullback = attention(q, k, v, causal, scale=scale)
    y, o_pullback = product(params.W_o, _merge(y))

    def pullback(dy):
        dW_o, dy = o_pullback(dy)
        dq, dk, dv = map(_merge, heads_pullback(_split(dy, heads, tokens)))
        (dW_q, dq_norm), dx_q = q_pullback(dq)
        (dW_k, dk_norm), dx_k = k_pullback(dk)
        dW_v, dx_v = v_pullback(dv)
        return Attention(dW_q, dW_k, dW_v, dW_o, dq_norm, dk_norm), dx_q + dx_k + dx_v

    return y, pullback


def _normed_product(W: Array, norm, x: Array):
    """z = norm(x W), head by head, or x W without a norm.   pullback(dz) -> ((dW, dnorm), dx)."""
    z, product_pullback = product(W, x)
    if norm is None:

        def plain(dz):
            dW, dx = product_pullback(dz)
            return (dW, None), dx

        return z, plain
    d = norm.gamma.shape[-1]
    y, norm_pullback = rms_norm(norm, z.reshape(*z.shape[:-2], -1, d))  # each head of each token is a row

    def pullback(dy):
        dnorm, dz = norm_pullback(dy.reshape(*dy.shape[:-2], -1, d))
        dW, dx = product_pullback(dz.reshape(dy.shape))
        return (dW, dnorm), dx

    return y.reshape(z.shape), pullback


def _split(h: Array, heads: int, tokens: int | None) -> Array:
    """(..., N T, D) -> (..., N, heads, T, D / heads)."""
    *lead, rows, D = h.shape
    T = tokens or rows
    return h.reshape(*lead, rows // T, T, heads, D // heads).swapaxes(-2, -3)


def _merge(h: Array) -> Array:
    """(..., N, heads, T, d) -> (..., N T, heads d)."""
    *lead, N, heads, T, d = h.shape
    return h.swapaxes(-2, -3).reshape(*lead, N * T, heads * d)


@quietly_guarded
def init_transformer(
    depth: Count, width: Count, *, scheme: Named, rng: Rng, hidden: Count | None = None, gain: Finite = 1.0,
    norm: Kind = "layer", place: Place = "pre", last_maps: LastMaps = "plain", heads: Count = 1, qk_norm: Flag = False,
    mlp: Flag = True, readout: Count | None = None, ensemble: Sizes = (), dtype: Precision = "float64",
) -> list:  # fmt: skip
    """W = gain · std · unit draw.  Returns ``depth`` Blocks, and behind them a Layer if there is a ``readout``.

    hidden : the units of each MLP, by default 4 · width. last_maps : what W_o and the second map of each MLP are
    multiplied by: "plain" 1, "gpt2" 1 / √branches (of which there are 2 depth), "zero" 0. heads matters to QK-norm
    alone, whose gamma has width / heads entries. mlp : whether a block has one behind its attention. The rest is as in
    ``init_mlp``. Raises ValueError for sizes below 1, unknown names, heads that do not divide the width, or a gain that
    is not finite.
    """
    options: dict = dict(scheme=scheme, rng=rng, ensemble=ensemble, dtype=dtype)
    maps = depth * (width * (4 * width + 2 * (hidden or 4 * width)) + 6 * LAYER) + width * (readout or 0)
    require.total("depth · width² and ensemble", maps * math.prod(map(int, ensemble)))
    last = gain * LAST_MAPS[last_maps](2 * depth)
    require_heads(heads, width)

    def matrix(scale):
        return init_affine(width, width, gain=scale, **options).W

    def norms(number, size, kind):
        return tuple(unit_norm(kind, (*ensemble, size), dtype) for _ in range(number)) if kind else ()

    def block():
        W_q, W_k, W_v, W_o = (matrix(scale) for scale in (gain, gain, gain, last))
        first = init_affine(width, hidden or 4 * width, gain=gain, **options) if mlp else None
        second = init_affine(hidden or 4 * width, width, gain=last, **options) if mlp else None
        of_qk = norms(2, width // heads, "rms" if qk_norm else None)
        return Block(Attention(W_q, W_k, W_v, W_o, *of_qk), first, second, norms(1 + mlp, width, norm) or None)

    blocks = [block() for _ in range(depth)]
    if readout is None:
        return blocks
    return [*blocks, Layer(init_affine(width, readout, gain=gain, **options), *norms(place == "pre", width, norm))]
