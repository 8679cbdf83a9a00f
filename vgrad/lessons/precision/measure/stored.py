"""Nets whose weights are kept in a format of fewer digits, and the updates that are lost there."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from .... import data, models, ops, require, train
from ....kit.experiments.protocol import Batch, Depth, Networks, TrainSteps, Width, measured, require_work
from ....ops.rounding import bfloat16
from ....require import Flag, Seed, guarded, number_from
from ....tape import tree_map
from ..records import FORMATS, StoredRecord
from . import nets

FormatName = Annotated[str, require.one_of(FORMATS)]
OptimizerName = Annotated[str, require.one_of(train.OPTIMIZERS)]
Rate = Annotated[float, number_from(0.0, 1e3)]


@guarded
@measured
def store_in(
    storage: FormatName = "float32", *, master: Flag = False, stochastic: Flag = False,
    optimizer: OptimizerName = "sgd", rate: Rate = 0.01, depth: Depth = 3, width: Width = 32, batch: Batch = 100,
    steps: TrainSteps = 300, seeds: Networks = 5, seed: Seed = 0,
) -> StoredRecord:  # fmt: skip
    """w <- round(w + Δw).  Return how tanh nets learn the digits whose weights are kept in this format.

    master : whether updates are added to weights in float32, of which the format holds a rounded copy; stochastic : in
    bfloat16 alone, to round up as often as a number lies towards its upper neighbour. Passes and updates are computed
    in float32, so that nothing but the storage differs. Raises ValueError where the sizes multiplied are too large.
    """
    require_work("seeds · steps · batch · depth · width²", seeds, steps, batch, depth, width**2)
    require.instance("stochastic", stochastic, not stochastic or storage == "bfloat16", "False, but in bfloat16")
    rounded = _rounding(storage, np.random.default_rng((seed, 2)) if stochastic else None)
    own = nets.drawn(depth, width, seeds, seed)
    seen = tree_map(rounded, own)
    own = own if master else seen
    model, rule = train.classifier("tanh"), train.OPTIMIZERS[optimizer](rate)
    memory, counted = rule.start(own), []
    for _, given in zip(range(steps), nets.batches(batch, seed), strict=False):
        update, memory = rule.step(model(seen, given).grads, memory, own)
        own = tree_map(lambda w, change: (w + change).astype(np.float32), own, update)
        after = tree_map(rounded, own)
        own = own if master else after
        counted.append(_counted(seen, update, after, FORMATS[storage].fraction))
        seen = after
    still, least, most = np.moveaxis(np.array(counted), 0, -1)
    settings = storage, bool(master), bool(stochastic), optimizer, float(rate), depth, width, batch, seeds
    return StoredRecord(*settings, _loss(seen, seeds), still, least, most)


def _rounding(storage: str, rng):
    """The function that rounds to a format and keeps the result in float32."""
    if storage == "bfloat16":
        return lambda array: bfloat16(array, rng=rng)
    return lambda array: array.astype(storage).astype(np.float32)


def _counted(before, update, after, fraction: int) -> list[Any]:
    """The shares of all weights of each network: not moved, surely lost, and at most lost, (3, seeds)."""
    w, change, moved = (_weights(params) for params in (before, update, after))
    size, change = np.abs(w), np.abs(change)
    shares = moved == w, change < size * 2.0 ** -(fraction + 2), change < size * 2.0 ** -(fraction + 1)
    return [share.mean(axis=-1) for share in shares]


def _weights(params):
    """All weights of each network in one row, without biases, (seeds, weights)."""
    rows = [layer.affine.W for layer in params]
    return np.concatenate([W.reshape(len(W), -1) for W in rows], axis=-1)


def _loss(params, seeds: int):
    """The loss over the training set, in float32, (seeds,)."""
    digits = data.digits(dtype="float32")
    x = np.broadcast_to(digits.x_train, (seeds, *digits.x_train.shape))
    logits, _ = models.mlp(params, x, "tanh")
    return ops.softmax_cross_entropy(logits, digits.y_train)[0]
