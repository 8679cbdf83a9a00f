"""Tokens that become one: networks of attention before training, forward and back."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from .... import models, probes, require
from ....kit.experiments.protocol import Networks, Width, measured, require_work
from ....models import Attention
from ....require import Flag, Seed
from ....tape import backprop
from ..records import CollapseRecord

Depth = Annotated[int, require.whole_from(1, 100)]
Tokens = Annotated[int, require.whole_from(2, 4_096)]
NormKind = Annotated[str | None, require.one_of((None, "layer", "rms"))]
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
    rest, dh, *dW = (np.stack(each) for each in zip(*nets, strict=True))
    return CollapseRecord(skip, mlp, norm, place, causal, depth, T, width, rest, dh, *dW)


def _one(form: tuple, depth: int, T: int, width: int, seed: int) -> tuple:
    """The rest by block, ‖dh‖ and the norms of the gradients of W_q, W_k and W_v, of one network."""
    skip, mlp, norm, place, causal = form
    rng = np.random.default_rng([seed, 16])
    params = models.init_transformer(depth, width, scheme="lecun_normal", rng=rng, norm=norm, place=place, mlp=mlp)
    x, cotangent = rng.standard_normal((2, T, width))
    _, tape = models.transformer(params, x, "gelu", norm=norm, place=place, skip=skip, causal=causal)
    rest = [10 ** float(probes.signal_fraction(h)) for h in (x, *probes.outputs(tape))]
    grads = [adjoint.grads for adjoint in backprop(tape, cotangent) if isinstance(adjoint.grads, Attention)][::-1]
    dW = [[float(np.linalg.norm(getattr(each, name))) for each in grads] for name in ("W_q", "W_k", "W_v")]
    return rest, probes.norms(tape, cotangent).dh, *dW
