"""The tokens of a transformer, block by block: how far they differ, and what W_q and W_v receive.

Attention alone makes tokens alike (Dong et al. 2021). If all tokens are one, then all scores of a row are one number,
and the softmax does not ask which: nothing reaches W_q and W_k (Noci et al. 2022).
"""

from __future__ import annotations

from functools import partial
from typing import Annotated

import numpy as np

from .... import init, models, ops, probes, require, tape
from ....kit.experiments.protocol import Networks, Width, band, measured, require_work, scaled_draw
from ....models.layers import Attention, Block
from ....ops import Affine, Array
from ....require import Count, Flag, NonNegative, Seed
from ..records import SMALL, UNITS, ColumnsRecord, TokenNet

NORMS = ("none", "pre", "post")
MLP = 4  # times the width, which are the units of an MLP
Depth = Annotated[int, require.whole_from(1, 500)]
Tokens = Annotated[int, require.whole_from(2, 500)]
Place = Annotated[str, require.one_of(NORMS)]


@require.guarded
@measured
def token_columns(
    *, depth: Depth = 12, norm: Place = "none", skip: Flag = False, mlp: Flag = False, scores: NonNegative = 1.0,
    causal: Flag = False, heads: Count = 1, width: Width = 32, tokens: Tokens = 12, seeds: Networks = 5, seed: Seed = 0,
) -> ColumnsRecord:  # fmt: skip
    """Measure r of the tokens, ‖dh‖, ‖dW_v‖ and ‖dW_q‖ in every block of ``seeds`` random transformers.

    Protocol: tokens x ~ N(0, 1) of shape (tokens, width) go in, and a N(0, 1) cotangent of the last h is pulled back.
    W_q, W_k, W_v and W_o are N(0, 1/width); an MLP is GELU over 4 width units, He's first and 1/fan_in in its second
    map, without biases; a norm is layer norm, "pre" before each branch or "post" behind each sum. r is √(variance over
    the tokens / mean square).

    scores : by what q·k/√d is multiplied, where d = width / heads; 0 makes attention uniform; causal : a token looks at
    no later one; seed : the same one draws the same networks, block for block, whatever the other settings but the
    width are. Raises ValueError naming the argument, its value and what is allowed.
    """
    require.instance("heads", heads, width % heads == 0, f"a divisor of width, {width}")
    net = TokenNet(depth, norm, skip, mlp, float(scores), causal, heads, width, tokens, seeds)
    require_work("seeds · depth · tokens · width · (width + tokens)", seeds, depth, tokens, width, width + tokens)
    blocks, x, cotangent = drawn_blocks(net, int(seed))
    _, steps = models.transformer(
        blocks, x, norm=None if norm == "none" else "layer", place="post" if norm == "post" else "pre", heads=heads,
        causal=causal, skip=skip, scale=net.scores * (width // heads) ** -0.5,
    )  # fmt: skip
    states = [x, *probes.outputs(steps)]
    r = np.stack([np.nan_to_num(10 ** probes.signal_fraction(h)) for h in states], axis=-1)
    dh, dW_v, dW_q = _received(steps, cotangent)
    relative = {"r": r, "dh": _over(dh, dh), "dW_v": _over(dW_v, dW_v), "dW_q": _over(dW_q, dW_v)}
    squares = np.median([np.mean(h * h, axis=(-2, -1)) for h in states], axis=-1)
    return ColumnsRecord(
        net, r, dh, dW_v, dW_q, {name: band(rows) for name, rows in relative.items()},
        (squares / squares[0]) ** 0.5,
        _theory(net, np.median(r, axis=0), squares),
        np.stack([_columns(h[0]) for h in states]),
    )  # fmt: skip


def drawn_blocks(net: TokenNet, seed: int) -> tuple[list, Array, Array]:
    """Return the blocks, the tokens and the cotangents, of unit normals that are drawn once and scaled."""
    D = net.width
    drawn = partial(scaled_draw, draw=init.normal, precision="float64", seed=seed)
    one, zero = (np.full((net.seeds, D), value) for value in (1.0, 0.0))
    norms = () if net.norm == "none" else (ops.Norm(one, zero),) * (1 + net.mlp)

    def block(k):
        maps = (drawn((k, part), shape=(net.seeds, D, D), scale=D**-0.5) for part in range(4))
        first, second = _mlp(net, partial(drawn, shape=(net.seeds, D, MLP * D)), k) if net.mlp else (None, None)
        return Block(Attention(*maps), first, second, norms or None)

    x, cotangent = (drawn((0, k), shape=(net.seeds, net.tokens, D)) for k in (0, 1))
    return [block(k) for k in range(1, net.depth + 1)], x, cotangent


def _mlp(net: TokenNet, drawn, k: int) -> tuple[Affine, Affine]:
    """The two maps of block k's MLP, of draws of one shape."""
    D = net.width
    up = drawn((k, 4), scale=(2 / D) ** 0.5)
    down = drawn((k, 5), scale=(MLP * D) ** -0.5).mT
    return Affine(up, np.zeros((net.seeds, MLP * D))), Affine(down, np.zeros((net.seeds, D)))


def _received(steps: list, cotangent: Array) -> tuple[Array, Array, Array]:
    """‖dh‖ at each block's output, and ‖dW_v‖ and ‖dW_q‖ of its attention, (seeds, depth) each."""
    dh: dict[int, Array] = {}
    dW: dict[int, tuple[Array, Array]] = {}
    for adjoint in tape.backprop(steps, cotangent):
        if adjoint.layer is None:
            continue
        if adjoint.layer not in dh:  # the block's last step comes first
            dh[adjoint.layer] = probes.norm(adjoint.cotangent)
        if isinstance(adjoint.grads, Attention):
            dW[adjoint.layer] = probes.norm(adjoint.grads.W_v), probes.norm(adjoint.grads.W_q)
    of_v, of_q = zip(*(dW[k] for k in sorted(dW)), strict=True)
    return np.stack([dh[k] for k in sorted(dh)], axis=-1), np.stack(of_v, axis=-1), np.stack(of_q, axis=-1)


def _over(norms: Array, units: Array) -> Array:
    """Norms (seeds, depth) over another's at the last block; 0 where nothing arrives."""
    return np.where(norms == 0, 0.0, norms / units[:, -1:])


def _theory(net: TokenNet, r: Array, squares: Array) -> Array:
    """r by the law of these networks, from the measured r that is the first below SMALL; NaN without a law.

    Alone, r' = c q √(1/D + 1/T) r³. c is the factor of the scores, and q the mean square of what attention sees, which
    is 1 behind a norm, and else that of the h before it. Where tokens are nearly one, only a part of the size c q r²
    of a score depends on both tokens. This part makes the rows of the weights differ, and it weighs v's that differ by
    r. With a skip, r'² = r² / 2: a block adds to all tokens a common vector as large as the one that they share.
    """
    line = np.full(net.depth + 1, np.nan)
    small = np.flatnonzero(r < SMALL)
    if net.law is None or not small.size:
        return line
    line[small[0]] = r[small[0]]
    for k in range(small[0], net.depth):
        seen = 1.0 if net.norm == "pre" else squares[k]
        cube = net.scores * seen * (1 / net.width + 1 / net.tokens) ** 0.5 * line[k] ** 3
        line[k + 1] = cube if net.law == "cube" else line[k] * 0.5**0.5
    return line


def _columns(h: Array) -> Array:
    """The first units of each token as a column, over the rms of all that are drawn; fewer of a narrow net."""
    drawn = h[:, :UNITS].T
    rms = np.mean(drawn * drawn) ** 0.5
    return drawn / (rms if rms > 0 else 1.0)
