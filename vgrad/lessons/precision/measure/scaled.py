"""Nets whose passes run in 16 bits, with a loss that a factor makes small and a scale makes large.

A loss that is a mean over M samples divides the gradient of each of them by M. A batch of a few pictures and a factor
on its loss have the same dlogits for each picture, without the samples that are missing.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from .... import require, train
from ....kit.experiments.protocol import Batch, Depth, Networks, TrainSteps, Width, measured, require_work
from ....ops import Array
from ....require import Seed, guarded, number_from, whole_from
from ....train.precision import LARGEST, PRECISIONS
from ..records import TrainedRecord
from . import nets

SMALLEST = 2.0**-60
COST = 8  # NumPy computes float16 one number at a time

PassPrecision = Annotated[str, require.one_of(PRECISIONS)]
Factor = Annotated[float, number_from(SMALLEST, 1.0)]
Scale = Annotated[float, number_from(1.0, LARGEST)]
Every = Annotated[int, whole_from(1, 10**9)]
Rate = Annotated[float, number_from(0.0, 1e3)]


@guarded
@measured
def train_in(
    precision: PassPrecision = "float32", *, factor: Factor = 1.0, scale: Scale = 1.0, every: Every | None = None,
    rate: Rate = 3e-3, depth: Depth = 4, width: Width = 32, batch: Batch = 32, steps: TrainSteps = 150,
    seeds: Networks = 5, seed: Seed = 0,
) -> TrainedRecord:  # fmt: skip
    """dW = (gradient of scale · factor · loss, in the format) / scale.  Return how tanh nets learn the digits by Adam.

    precision : of the forward and backward pass; weights, the division and the updates are in float32. scale, every :
    as in ``train.loss_scaling``, where every = None is a static scale. A step with a gradient that is not finite is
    skipped. The nets and the batches are the same for the same seed, whatever the format. Raises ValueError where the
    sizes multiplied are too large.
    """
    require_work("seeds · steps · batch · depth · width²", COST, seeds, steps, batch, depth, width**2)
    seen: list[tuple[Array, Array]] = []
    model = _watched(train.classifier("tanh", precision=precision), factor, scale, seen)
    scaling = train.loss_scaling(scale, every=every)
    rule = train.adam(rate)
    start = nets.drawn(depth, width, seeds, seed)
    run = train.fit(start, model, nets.batches(batch, seed), optimizer=rule, steps=steps, scaling=scaling)
    accuracy = np.full((seeds, steps), np.nan)
    scales, skipped = np.full(steps, np.nan), np.zeros(steps, bool)
    for k, record in enumerate(run):
        accuracy[:, k] = record.accuracy
        scales[k], skipped[k] = record.scale, record.skipped
    settings = precision, float(factor), float(scale), every, depth, width, batch, float(rate), seeds
    return TrainedRecord(*settings, accuracy, scales, skipped, *seen[0], record.trouble)


def _watched(model, factor: float, scale: float, seen: list[tuple[Array, Array]]):
    """A model of factor times the loss; it first notes which share of the first layer's dW is 0, and its size."""

    def run(params, given, dloss=1.0):
        passed = model(params, given, dloss * factor)
        if not seen:
            dW = abs(passed.grads[0].affine.W)
            seen.append(((dW == 0).mean(axis=(-2, -1)), np.median(dW, axis=(-2, -1)) / scale))
        return passed

    return run
