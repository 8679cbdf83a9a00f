"""Which threshold?  The norms of gradients that are seen in training, and what becomes of training with each threshold.

``both_passes`` shows what bounds a tanh-RNN in its forward pass, and that nothing bounds its backward pass.
``norms_seen`` records the norms of the first steps of training. ``clipped_at`` trains with one threshold, and is what
the stored table "thresholds" runs in each cell.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from .... import data, models, ops, require
from ....kit.experiments.protocol import Networks, TrainSteps, TwoTimes, Width, measured
from ....ops import Array
from ....require import Finite, NonNegative, Seed, guarded
from ....train import global_norm
from ..records import BothPasses
from .training import SAMPLES, train_on_adding, train_rnn

LOOSE = 100.0  # a threshold that hardly a norm exceeds
RATE = 0.01
SHORT = 10  # time steps, few enough that these networks learn
LossOf = Annotated[str, require.one_of(("mean", "sum"))]


@guarded
@measured
def both_passes(
    T: TwoTimes = 400, precision: require.Precision = "float32", *, gain: Finite = 3.0, width: Width = 32,
    seeds: Networks = 5, seed: Seed = 0,
) -> BothPasses:  # fmt: skip
    """Run tanh-RNNs of the adding problem forward and backward once, before any training.

    gain : of W_h, which is gain times an orthogonal matrix; precision : of all numbers; seeds : how many networks.
    """
    require.total("T · seeds · width · (width + 16)", T * seeds * width * (width + SAMPLES))
    rng = np.random.default_rng(seed)
    params = models.init_recurrent(
        "rnn", 2, width, rng=rng, readout=1, recurrent="orthogonal", gain=gain, ensemble=(seeds,), dtype=precision
    )
    xs, target = data.adding(T, SAMPLES, rng=rng, dtype=precision)
    outputs, tape = models.unroll("rnn", params, xs)
    loss, pullback = ops.mse(outputs[-1], target)
    doutputs = np.zeros_like(outputs)
    doutputs[-1] = pullback(1.0)
    grads, _, _ = models.through_time(tape, doutputs)
    states = np.stack([step.output[0] for step in tape if step.layer is not None])
    slope = np.sqrt(np.mean((1 - states**2) ** 2, axis=(0, 2, 3), dtype="float64"))
    return BothPasses(T, gain, precision, abs(states).max(axis=(0, 2, 3)), slope, loss, global_norm(grads, 1))


@guarded
@measured
def norms_seen(
    loss: LossOf = "mean", *, clip: NonNegative = LOOSE, T: TwoTimes = SHORT, steps: TrainSteps = 100,
    seeds: Networks = 5, seed: Seed = 0,
) -> Array:  # fmt: skip
    """Return the norms of all gradients before clipping, (seeds, steps), of ReLU-RNNs on the adding problem.

    loss : its "mean" over the samples of a batch, or their "sum". A sum makes each gradient SAMPLES times as long, so
    then the learning rate is divided, and the threshold multiplied, by as much. clip : the threshold for the mean.
    """
    times = SAMPLES if loss == "sum" else 1
    records, _ = train_on_adding(
        "relu_rnn", 1.1, (seeds,), clip * times, RATE / times, steps, T, 16, "float64", seed, summed=loss == "sum"
    )
    return np.stack([record.norm for record in records], axis=-1)


@guarded
@measured
def clipped_at(
    clip: NonNegative | None = None, *, T: TwoTimes = SHORT, steps: TrainSteps = 1000, rate: NonNegative = RATE,
    seeds: Networks = 5, seed: Seed = 0,
) -> dict[str, Any]:  # fmt: skip
    """Return "last", the losses over the last 50 steps relative to always answering 1, and "clipped", shares of steps.

    Both are lists of one number for each of the ReLU-RNNs on the adding problem.   clip : the threshold, or None.
    """
    record = train_rnn(T=T, clip=clip, rate=rate, steps=steps, seeds=seeds, seed=seed)
    clipped = np.mean(record.norm > (np.inf if clip is None else clip), axis=1)
    return dict(last=record.last, clipped=clipped)
