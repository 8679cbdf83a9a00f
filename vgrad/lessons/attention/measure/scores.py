"""What happens to the derivative of a softmax, and to a whole layer of attention, as the scores grow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np

from .... import ops, require
from ....kit.experiments.protocol import Networks, Width, measured, require_work
from ....require import Count, NonNegative, Seed
from ..records import ScaleRecord, SoftmaxRecord

Tokens = Annotated[int, require.whole_from(2, 4_096)]
Positives = Annotated[Sequence[float], lambda name, values: require.numbers(name, require.several(name, values), 0.0)]


@require.guarded
@measured
def softmax_jacobians(
    *, stds: Positives = (0.1, 0.5, 1, 2, 4, 8, 16, 32), tokens: Tokens = 64, rows: Count = 2000, seeds: Networks = 5,
    seed: Seed = 0,
) -> SoftmaxRecord:  # fmt: skip
    """‖J‖² = Σ_ij p_i² (δ_ij - p_j)².  Return the size of the softmax's Jacobian of rows of scores N(0, std²).

    The sum over j is p_i² ((1 - p_i)² + Σ p² - p_i²), which adds up to Σ p² (1 - 2 p) + (Σ p²)². The same unit draws
    are multiplied by each of ``stds``.
    """
    require_work("len(stds) · seeds · rows · tokens", len(stds), seeds, rows, tokens, most=2**28)
    stds = tuple(map(float, stds))
    unit = np.stack([np.random.default_rng([s, 14]).standard_normal((rows, tokens)) for s in range(seed, seed + seeds)])
    sizes = [_size(ops.softmax(std * unit)[0]) for std in stds]
    return SoftmaxRecord(stds, tokens, rows, np.stack(sizes, axis=1))


def _size(p):
    """‖∂p/∂s‖ of each row of weights p, (..., tokens) -> (...,)."""
    squares = np.sum(p * p, axis=-1)
    return np.sqrt(np.maximum(np.sum(p * p * (1 - 2 * p), axis=-1) + squares**2, 0.0))


@require.guarded
@measured
def one_layer(
    *, d: Width = 64, T: Tokens = 64, scale: NonNegative | None = None, seeds: Networks = 5, seed: Seed = 0
) -> ScaleRecord:
    """Measure the gradients of one layer, attention(x W_q, x W_k, x W_v), into which a N(0, 1) cotangent is sent.

    x is N(0, 1) and (T, d), and each W is N(0, 1/d). scale : of the scores, by default 1 / √d.
    """
    require_work("seeds · d · (d + T)", seeds, d, d + T, most=2**26)
    c = d**-0.5 if scale is None else scale
    found = [_one(d, T, c, np.random.default_rng([s, 15])) for s in range(seed, seed + seeds)]
    return ScaleRecord(d, T, c, *(np.array(each) for each in zip(*found, strict=True)))


def _one(d: int, T: int, scale: float, rng) -> tuple:
    x, dy = rng.standard_normal((2, T, d))
    (q, q_back), (k, _), (v, v_back) = (ops.product(W / d**0.5, x) for W in rng.standard_normal((3, d, d)))
    _, pullback = ops.attention(q, k, v, scale=scale)
    dq, _, dv = pullback(dy)
    dW_q, dW_v = q_back(dq)[0], v_back(dv)[0]
    norm = np.linalg.norm
    return np.std(scale * (q @ k.mT)), norm(dW_q), norm(dW_v), norm(dq, axis=-1)
