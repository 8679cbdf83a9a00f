"""What breaks when gradients explode, where and when; and what clipping changes about it.

``first_overflow``: the layer at which a deep linear net leaves a precision.  ``autopsy``: the step of training, and the
time step, at which a ReLU-RNN does.  ``train_rnn``: what RNNs learn of the adding problem with clipping and without it.
``upscaled``: vanished gradients, scaled up.
"""

from __future__ import annotations

from itertools import repeat

import numpy as np

from .... import data, models, ops, probes, require, train
from ....kit.experiments.protocol import checked, measured
from ....ops import Array
from ....tape import tree_map
from ..records import Autopsy, RunsRecord, Upscaled

PRECISIONS = ("float16", "float32", "float64")


@checked()
@measured
def first_overflow(factor: float, precision="float64", *, most=5000) -> int | None:
    """The first layer whose output is inf:  a linear net of one unit with W = ``factor``, and input 1."""
    dtype = np.dtype(require.choice("precision", precision, PRECISIONS))
    W, h = np.full((1, 1), factor, dtype), np.ones((1, 1), dtype)
    for layer in range(1, most + 1):
        h, _ = ops.affine(ops.Affine(W, np.zeros(1, dtype)), h)
        if not np.isfinite(h).all():
            return layer
    return None


@measured
def autopsy(precision="float64", *, cell="relu_rnn", gain=1.1, clip=None, rate=0.01, steps=20, seed=0) -> Autopsy:
    """Train one RNN on the adding problem, T = 100, until its numbers are not finite.   gain : W_h = gain · 1."""
    require.choice("precision", precision, PRECISIONS)
    records = _trained(cell, gain, (), clip, rate, steps, 100, 16, precision, seed)[0]
    last, loss, norm = records[-1], *(np.array([getattr(r, name) for r in records]) for name in ("loss", "norm"))
    return Autopsy(precision, last.step if last.trouble else None, last.trouble, loss, norm)


@measured
def train_rnn(
    cell="relu_rnn", *, gain=1.1, T=100, clip=None, rate=0.1, steps=300, width=16, seeds=5, seed=0
) -> RunsRecord:
    """Train ``seeds`` RNNs by SGD.   cell : "relu_rnn", with W_h = gain · 1, or "rnn", tanh, gain · orthogonal."""
    require.counts(seeds=seeds)
    records, batches = _trained(cell, gain, (seeds,), clip, rate, steps, T, width, "float64", seed)
    loss, norm = (np.stack([getattr(r, name) for r in records], axis=-1) for name in ("loss", "norm"))
    baseline = np.array([np.mean((target - 1) ** 2) for _, target in batches[: len(records)]])
    xs = np.repeat(batches[0][0][:, None], seeds, axis=1)
    reaches = [_reach(cell, records[k].params, xs) for k in (0, -1)]
    return RunsRecord(cell, gain, T, clip, rate, steps, loss, norm, baseline, *reaches)


@measured
def upscaled(size=0.1, *, precision="float64", activation="sigmoid", depth=50, width=64, seeds=5, seed=0) -> Upscaled:
    """Take the first layer's gradient on 64 digits, scale it up to ``size``, and step along it; likewise the last."""
    size, precision = require.number("size", size), require.choice("precision", precision, PRECISIONS)
    require.counts(depth=depth, width=width, seeds=seeds)
    digits, rng = data.digits(), np.random.default_rng(require.whole("seed", seed, 0))
    params = models.init_mlp([64, *[width] * depth, 10], scheme="xavier_normal", rng=rng, ensemble=(seeds,))
    x, labels = digits.x_train[:64], digits.y_train[:64]
    loss, exact = _loss_and_weights(params, x, labels, activation)
    low = tree_map(lambda a: a.astype(precision), params)
    _, grads = _loss_and_weights(low, x.astype(precision), labels, activation)
    sizes = [probes.norm(grads[layer]) for layer in (0, depth)]
    gains = []
    for layer, norm in zip((0, depth), sizes, strict=True):
        moved = _moved(params, layer, -size * grads[layer] / norm[:, None, None])
        gains.append(loss - _loss_and_weights(moved, x, labels, activation)[0])
    cosine = (grads[0] * exact[0]).sum(axis=(1, 2)) / (sizes[0] * probes.norm(exact[0]))
    return Upscaled(size, *sizes, cosine, *gains)


def _loss_and_weights(params, x, labels, activation):
    """The loss, and dW of each layer in float64."""
    run = train.classifier(activation)(params, (x, labels))
    return run.loss, [layer.affine.W.astype(float) for layer in run.grads]


def _moved(params, layer: int, step: Array):
    """The parameters, one layer's W moved."""
    affine = params[layer].affine
    return [*params[:layer], params[layer]._replace(affine=affine._replace(W=affine.W + step)), *params[layer + 1 :]]


def _trained(cell, gain, ensemble, clip, rate, steps, T, width, precision, seed):
    """All records of a training, and its batches."""
    require.choice("cell", cell, ("relu_rnn", "rnn"))
    require.counts(steps=steps, width=width)
    clip = clip if clip is None else require.number("clip", clip, 0.0)
    rng = np.random.default_rng(require.whole("seed", seed, 0))
    recurrent = "identity" if cell == "relu_rnn" else "orthogonal"
    options = dict(rng=rng, readout=1, recurrent=recurrent, gain=gain, ensemble=ensemble, dtype=precision)
    params = models.init_recurrent(cell, 2, width, **options)
    batches = [data.adding(T, 16, rng=rng, dtype=precision) for _ in repeat(None, steps)]
    settings = dict(optimizer=train.sgd(rate), steps=steps, clip_norm=clip)
    records = [*train.fit(params, train.sequence(cell), batches, **settings)]
    return records, batches


def _reach(cell, params, xs) -> Array:
    """How much of the gradient of the last output reaches the first input, over what reaches the last one."""
    outputs, tape = models.unroll(cell, params, xs)
    doutputs = np.zeros_like(outputs)
    doutputs[-1] = 1
    _, dxs, _ = models.through_time(tape, doutputs)
    return probes.norm(dxs[0]) / probes.norm(dxs[-1])
