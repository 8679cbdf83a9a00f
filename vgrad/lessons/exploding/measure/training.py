"""What breaks when gradients explode, where and when, and what clipping changes about it.

``autopsy`` finds the step of training at which a ReLU-RNN leaves a precision. ``train_rnn`` trains RNNs on the adding
problem, with clipping and without it. ``upscaled`` scales vanished gradients up, and steps along them.
"""

from __future__ import annotations

import math
from itertools import repeat
from typing import Annotated

import numpy as np

from .... import data, init, models, probes, require, train
from ....kit.experiments.protocol import (
    CALLS,
    ActivationName,
    Depth,
    Networks,
    TrainSteps,
    TwoTimes,
    Width,
    measured,
    require_work,
)
from ....kit.experiments.training import Rates
from ....ops import Array
from ....require import Finite, NonNegative, Seed, guarded
from ....tape import tree_map
from ..records import Autopsy, RunsRecord, Upscaled

PRECISIONS = init.DTYPES

SAMPLES = 16  # in a batch

PlainCell = Annotated[str, require.one_of(("relu_rnn", "rnn"))]


@guarded
@measured
def autopsy(
    precision: require.Precision = "float64", *, cell: PlainCell = "relu_rnn", gain: Finite = 1.1,
    clip: NonNegative | None = None, rate: Rates = 0.01, steps: TrainSteps = 20, seed: Seed = 0,
) -> Autopsy:  # fmt: skip
    """Train one RNN on the adding problem, T = 100, until its numbers are not finite.

    cell, gain : as in ``train_rnn``; clip : the norm to which gradients are clipped; rate : the learning rate of SGD.
    """
    records, batches = train_on_adding(cell, gain, (), clip, rate, steps, 100, 16, precision, seed)
    last = records[-1]
    factor = _growth(cell, last.params, batches[last.step - 1][0])
    loss = np.array([record.loss for record in records])
    norm = np.array([record.norm for record in records])
    return Autopsy(precision, last.step if last.trouble else None, last.trouble, loss, norm, factor)


def _growth(cell, params, xs) -> float:
    """By how much the largest |h| is multiplied from one time step to the next, the median of those in range."""
    with np.errstate(all="ignore"):
        outputs, _ = models.unroll(cell, params.cell, xs)
        sizes = abs(outputs).max(axis=(1, 2))
        factors = sizes[1:] / sizes[:-1]
    there = factors[np.isfinite(factors)]
    return float(np.median(there)) if there.size else np.nan


@guarded
@measured
def train_rnn(
    cell: PlainCell = "relu_rnn", *, gain: Finite = 1.1, T: TwoTimes = 100, clip: NonNegative | None = None,
    rate: Rates = 0.01, steps: TrainSteps = 300, width: Width = 16, seeds: Networks = 5, seed: Seed = 0,
) -> RunsRecord:  # fmt: skip
    """Train ``seeds`` RNNs on the adding problem of T steps, by SGD at the learning rate ``rate``.

    cell : "relu_rnn", whose W_h is gain times the identity, or "rnn", with tanh, whose W_h is gain times an orthogonal
    matrix; clip : the norm to which gradients are clipped, or None.
    """
    records, batches = train_on_adding(cell, gain, (seeds,), clip, rate, steps, T, width, "float64", seed)
    loss = np.stack([record.loss for record in records], axis=-1)
    norm = np.stack([record.norm for record in records], axis=-1)
    baseline = np.array([np.mean((target - 1) ** 2) for _, target in batches[: len(records)]])
    xs = np.repeat(batches[0][0][:, None], seeds, axis=1)
    before = _reach(cell, records[0].params, xs)
    after = _reach(cell, records[-1].params, xs)
    return RunsRecord(cell, gain, T, clip, rate, steps, loss, norm, baseline, before, after)


@guarded
@measured
def upscaled(
    size: Finite = 0.1, *, precision: require.Precision = "float64", activation: ActivationName = "sigmoid",
    depth: Depth = 50, width: Width = 64, seeds: Networks = 5, seed: Seed = 0,
) -> Upscaled:  # fmt: skip
    """Scale the first layer's gradient on 64 digits up to the norm ``size``, and step along it.

    The same is done with the last layer's gradient. precision : in which both gradients are computed.
    """
    require.total("seeds · depth · width · (width + 64)", seeds * depth * width * (width + 64))
    digits = data.digits()
    rng = np.random.default_rng(seed)
    params = models.init_mlp([64, *[width] * depth, 10], scheme="xavier_normal", rng=rng, ensemble=(seeds,))
    x = digits.x_train[:64]
    labels = digits.y_train[:64]
    loss, exact = _loss_and_weights(params, x, labels, activation)
    rounded = tree_map(lambda array: array.astype(precision), params)
    _, grads = _loss_and_weights(rounded, x.astype(precision), labels, activation)
    first, last = (probes.norm(grads[layer]) for layer in (0, depth))
    gains = []
    for layer, norm in ((0, first), (depth, last)):
        moved = _moved(params, layer, -size * grads[layer] / norm[:, None, None])
        new_loss, _ = _loss_and_weights(moved, x, labels, activation)
        gains.append(loss - new_loss)
    cosine = (grads[0] * exact[0]).sum(axis=(1, 2)) / (first * probes.norm(exact[0]))
    return Upscaled(size, first, last, cosine, *gains)


def _loss_and_weights(params, x, labels, activation):
    """The loss, and dW of each layer in float64."""
    run = train.classifier(activation)(params, (x, labels))
    return run.loss, [layer.affine.W.astype(float) for layer in run.grads]


def _moved(params, layer: int, step: Array):
    """The parameters, one layer's W moved."""
    affine = params[layer].affine
    return [*params[:layer], params[layer]._replace(affine=affine._replace(W=affine.W + step)), *params[layer + 1 :]]


def train_on_adding(cell, gain, ensemble, clip, rate, steps, T, width, precision, seed, *, summed=False):
    """Return all records of training on the adding problem, and its batches.

    summed : whether the loss is added up over the samples of a batch, or their mean; the others : as in ``train_rnn``.
    """
    require_work("T · steps", T, steps, most=CALLS)
    require.total("T · seeds · width · (width + 16)", T * math.prod(ensemble) * width * (width + SAMPLES))
    rng = np.random.default_rng(seed)
    recurrent = "identity" if cell == "relu_rnn" else "orthogonal"
    params = models.init_recurrent(
        cell, 2, width, rng=rng, readout=1, recurrent=recurrent, gain=gain, ensemble=ensemble, dtype=precision
    )
    batches = [data.adding(T, SAMPLES, rng=rng, dtype=precision) for _ in repeat(None, steps)]
    model = train.sequence(cell)
    fitted = train.fit(
        params, _summed(model) if summed else model, batches, optimizer=train.sgd(rate), steps=steps, clip_norm=clip
    )
    return [*fitted], batches


def _summed(model):
    """The model whose loss is the sum over the samples of a batch, which is SAMPLES times their mean."""

    def of_sum(params, batch):
        run = model(params, batch)
        return run._replace(loss=SAMPLES * run.loss, grads=tree_map(lambda d: SAMPLES * d, run.grads))

    return of_sum


def _reach(cell, params, xs) -> Array:
    """How much of the gradient of the last output reaches the first input, over what reaches the last one."""
    outputs, tape = models.unroll(cell, params, xs)
    doutputs = np.zeros_like(outputs)
    doutputs[-1] = 1
    _, dxs, _ = models.through_time(tape, doutputs)
    return probes.norm(dxs[0]) / probes.norm(dxs[-1])
