"""One layer of attention, and tokens that differ by a given share of their size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np

from .... import ops, probes, require
from ....kit.experiments.protocol import Networks, Width, measured, require_work
from ....require import Seed
from ..records import CubeRecord


def _shares(name: str, values) -> None:
    for value in require.several(name, values, 100):
        require.number(name, value, 0.0, 1.0)


Tokens = Annotated[int, require.whole_from(2, 4_096)]
Shares = Annotated[Sequence[float], _shares]


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
    rests = tuple(map(float, rests))
    found = [_cubes(rests, T, width, np.random.default_rng([s, 17])) for s in range(seed, seed + seeds)]
    after, fixed = (np.stack(each) for each in zip(*found, strict=True))
    return CubeRecord(T, width, rests, after, fixed)


def _cubes(rests, T: int, width: int, rng) -> tuple:
    W_q, W_k, W_v = rng.standard_normal((3, width, width)) / width**0.5
    common, (own, others) = rng.standard_normal(width), rng.standard_normal((2, T, width))
    after, fixed = [], []
    for r in rests:
        x = (1 - r * r) ** 0.5 * common + r * own
        after.append(_rest(ops.attention(x @ W_q, x @ W_k, x @ W_v)[0]))
        fixed.append(_rest(ops.attention(others @ W_q, others @ W_k, x @ W_v)[0]))
    return after, fixed


def _rest(h) -> float:
    """The share of h in which its tokens differ."""
    return 10 ** float(probes.signal_fraction(h))
