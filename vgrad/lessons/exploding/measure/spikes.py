"""What makes the loss jump long after a batch has been learnt?

``long_run`` trains networks on one batch of digits and records the norms of gradient and update, and how much of the
gradient is a rounding error. ``spikes_with`` is what the stored table "spikes" runs in each cell.
"""

from __future__ import annotations

from itertools import repeat
from typing import Annotated, Any

import numpy as np

from .... import data, models, require, train
from ....kit.experiments.protocol import CALLS, Batch, Depth, Networks, TrainSteps, Width, measured, require_work
from ....kit.experiments.training import OptimizerName, Rates
from ....ops import Array
from ....require import NonNegative, Seed, guarded
from ....tape import leaves, tree_map
from ....train.update import Decay
from ..records import LongRun

EVERY = 20  # steps from one comparison with float64 to the next

Factor = Annotated[float, require.number_from(0.0, 1e6)]


@guarded
@measured
def long_run(
    optimizer: OptimizerName = "adam", *, rate: Rates = 3e-3, decay_squares: Decay = 0.9, floor: NonNegative = 1e-8,
    clip: NonNegative | None = None, factor: Factor = 1.0, precision: require.Precision = "float32",
    depth: Depth = 5, width: Width = 32, batch: Batch = 100, steps: TrainSteps = 700, seeds: Networks = 5,
    seed: Seed = 0,
) -> LongRun:  # fmt: skip
    """Train ``seeds`` ReLU networks of ``depth`` hidden layers on one batch of digits, and record each step.

    rate, decay_squares, floor : of the optimizer, the last two being Adam's β₂ and the number that it adds to its
    divisor; clip : the norm to which gradients are clipped; factor : multiplies the loss before its gradient is taken.
    The first weights are drawn in float32 whatever the precision, so that runs in two of them have the same start.
    Raises ValueError naming argument and value.
    """
    require_work("depth · steps", depth, steps, most=CALLS)
    require_work("seeds · depth · width² · batch · steps", seeds, depth, width**2, batch, steps)
    require.total("seeds · depth · width · (width + batch)", seeds * depth * width * (width + batch))
    rng = np.random.default_rng(seed)
    sizes = [64, *[width] * depth, 10]
    nets = models.init_mlp(sizes, scheme="he_normal", rng=rng, ensemble=(seeds,), dtype="float32")
    nets = tree_map(lambda array: array.astype(precision), nets)
    digits = data.digits(dtype=precision)
    pair = digits.x_train[:batch], digits.y_train[:batch]
    more: dict[str, Any] = dict(decay_squares=decay_squares, floor=floor) if optimizer == "adam" else {}
    rule = train.OPTIMIZERS[optimizer](rate, **more)
    fitted = train.fit(nets, _times(factor), repeat(pair), optimizer=rule, steps=steps, clip_norm=clip)
    rows, agreement = _rows(nets, fitted, pair)
    loss, norm, moved = (np.stack(row, axis=-1).astype(float) for row in zip(*rows, strict=True))
    return LongRun(
        optimizer, rate, decay_squares, floor, clip, factor, precision, loss / factor, norm, moved, EVERY,
        np.reshape(agreement, (-1, seeds)).T,
    )  # fmt: skip


def _times(factor: float) -> train.Model:
    """The classifier, whose loss and gradients are multiplied by ``factor``."""
    model = train.classifier("relu")

    def multiplied(params, batch):
        run = model(params, batch, factor)
        return run._replace(loss=factor * run.loss)

    return multiplied


def _rows(nets, fitted, pair) -> tuple[list, list]:
    """Loss, norm of the gradient and norm of the update at each step, and the agreements with float64."""
    rows, agreement = [], []
    for record in fitted:
        update = tree_map(lambda after, before: after - before, record.params, nets)
        rows.append((record.loss, record.norm, train.global_norm(update, 1)))
        if record.step % EVERY == 0:
            agreement.append(_agreement(nets, pair))
        nets = record.params
    return rows, agreement


def _agreement(nets, pair) -> Array:
    """The cosine between each gradient and the one that float64 computes at the same weights, (seeds,)."""
    model = train.classifier("relu")
    x, labels = pair
    exact = tree_map(lambda array: array.astype(float), nets)
    here = _in_one_row(model(nets, pair).grads)
    there = _in_one_row(model(exact, (x.astype(float), labels)).grads)
    sizes = np.linalg.norm(here, axis=1) * np.linalg.norm(there, axis=1)
    return (here * there).sum(axis=1) / np.where(sizes == 0, 1.0, sizes)


def _in_one_row(grads) -> Array:
    """All gradients of each network in one row, (seeds, parameters)."""
    return np.concatenate([array.reshape(len(array), -1).astype(float) for array in leaves(grads)], axis=1)


@guarded
@measured
def spikes_with(
    optimizer: OptimizerName = "adam", *, rate: Rates = 3e-3, decay_squares: Decay = 0.9, floor: NonNegative = 1e-8,
    clip: NonNegative | None = None, factor: Factor = 1.0, precision: require.Precision = "float32",
    steps: TrainSteps = 700, seeds: Networks = 5, seed: Seed = 0,
) -> dict[str, Any]:  # fmt: skip
    """Return "first", the step of each network's first spike or -1, and "last", the losses at the end.

    Both are lists of one number for each of the networks.   All settings are as in ``long_run``.
    """
    record = long_run(
        optimizer, rate=rate, decay_squares=decay_squares, floor=floor, clip=clip, factor=factor, precision=precision,
        steps=steps, seeds=seeds, seed=seed,
    )  # fmt: skip
    return dict(first=record.first, last=record.loss[:, -1])
