"""Tokens that become one: networks of attention before training, forward and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np

from .... import models, ops, probes, require
from ....kit.experiments.protocol import Networks, Width, measured, require_work
from ....models import Attention
from ....require import Flag, Seed
from ....tape import backprop
from ..records import CollapseRecord, CubeRecord

Depth = Annotated[int, require.whole_from(1, 100)]
Tokens = Annotated[int, require.whole_from(2, 4_096)]
NormKind = Annotated[str | None, require.one_of((None, "layer", "rms"))]
Shares = Annotated[Sequence[float], lambda name, values: require.numbers(name, require.several(name, values), 0.0, 1.0)]
Place = Annotated[str, require.one_of(("pre", "post"))]


@require.guarded
@measured
def collapse(
    *, skip: Flag = False, mlp: Flag = False, norm: NormKind = None, place: Place = "pre", causal: Flag = False,
    depth: Depth = 24, T: Tokens = 32, width: Width = 64, seeds: Networks = 10, seed: Seed = 0,
) -> CollapseRecord:  # fmt: skip
    """Send N(0, 1) tokens (T, width) through ``depth`` blocks of attention, and a N(0, 1) cotangent back.

    Attention has one head and scores times 1 / √width, each W is N(0, 1/width), and an MLP has 4 · width GELU units.
    The rest r of a block is √(mean variance over tokens) / √(mean square) of its output.
    """
    require_work("seeds · depth · width · (width + T)", seeds, depth, width, width + T, most=2**28)
    nets = [_one((skip, mlp, norm, place, causal), depth, T, width, s) for s in range(seed, seed + seeds)]
    found = (np.stack(each) for each in zip(*nets, strict=True))
    return CollapseRecord(skip, mlp, norm, place, causal, depth, T, width, *found)


def _one(form: tuple, depth: int, T: int, width: int, seed: int) -> tuple:
    """Of one network, by block: the rest, the mean square, ‖dh‖, and the norms of dW_q, dW_k and dW_v."""
    skip, mlp, norm, place, causal = form
    rng = np.random.default_rng([seed, 16])
    params = models.init_transformer(depth, width, scheme="lecun_normal", rng=rng, norm=norm, place=place, mlp=mlp)
    x, cotangent = rng.standard_normal((2, T, width))
    _, tape = models.transformer(params, x, "gelu", norm=norm, place=place, skip=skip, causal=causal)
    states = (x, *probes.outputs(tape))
    rest = [_rest(h) for h in states]
    square = [float(np.mean(h * h)) for h in states]
    grads = [adjoint.grads for adjoint in backprop(tape, cotangent) if isinstance(adjoint.grads, Attention)][::-1]
    dW = [[float(np.linalg.norm(getattr(each, name))) for each in grads] for name in ("W_q", "W_k", "W_v")]
    return rest, square, probes.norms(tape, cotangent).dh, *dW


def _rest(h) -> float:
    """The share of h in which its tokens differ."""
    return 10 ** float(probes.signal_fraction(h))


@require.guarded
@measured
def cube(
    *, rests: Shares = (0.3, 0.1, 0.03, 0.01), T: Tokens = 32, width: Width = 64, seeds: Networks = 5, seed: Seed = 0
) -> CubeRecord:
    """Send tokens √(1 - r²) m + r e through one layer of attention, for each r in ``rests``; m and all e are N(0, 1).

    All tokens share m, and the mean square of each number is 1. The control keeps the weights that N(0, 1) tokens make
    in the same layer, so that they do not depend on the tokens that are averaged.
    """
    require_work("len(rests) · seeds · width · (width + T)", len(rests), seeds, width, width + T, most=2**26)
    found = [_cubes(rests, T, width, np.random.default_rng([s, 17])) for s in range(seed, seed + seeds)]
    after, fixed = (np.stack(each) for each in zip(*found, strict=True))
    return CubeRecord(T, width, tuple(rests), after, fixed)


def _cubes(rests, T: int, width: int, rng) -> tuple:
    W_q, W_k, W_v = rng.standard_normal((3, width, width)) / width**0.5
    common, (own, others) = rng.standard_normal(width), rng.standard_normal((2, T, width))
    after, fixed = [], []
    for r in rests:
        x = (1 - r * r) ** 0.5 * common + r * own
        after.append(_rest(ops.attention(x @ W_q, x @ W_k, x @ W_v)[0]))
        fixed.append(_rest(ops.attention(others @ W_q, others @ W_k, x @ W_v)[0]))
    return after, fixed
