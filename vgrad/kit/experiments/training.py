"""What does a small gradient do to training?  Networks that learn to tell digits, watched layer by layer.

``watch``: a network's training, a record after every step, for whoever draws while it runs.  ``run``: the last of them.
``message``: in how much of the last hidden layer pictures differ then.
``deep`` and ``updates`` are what the stored tables "depth_paradox" and "update_ratio" run in each cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ... import data, init, models, ops, probes, require, train
from ...ops import Array
from ...tape import tree_map
from .protocol import checked, measured
from .twin import sigmoid_twin

LAST = 10  # steps of training whose batches' loss and accuracy are averaged
NORMS = ("none", "batch", "layer")
TWIN = "tanh_twin"  # a scheme for sigmoid alone: weights with which it computes what Xavier's compute with tanh


class TrainingRecord(NamedTuple):
    """What ``watch`` has measured after ``step`` steps, of batches as training meets them; NaN for steps to come."""

    activation: str
    scheme: str
    norm: str
    optimizer: str
    rate: float
    depth: int
    width: int
    batch: int
    seeds: int
    frozen: tuple[int, ...]  # layers that were kept as they were
    floor: float  # Adam's
    step: int
    loss: Array  # (seeds, steps): before the update of that step
    accuracy: Array  # (seeds, steps)
    update: Array  # (seeds, layers): ‖ΔW‖ / ‖W‖ of the last step; the readout is the last layer
    movement: Array  # (seeds, layers): ‖W - W at the start‖ / ‖W at the start‖
    trouble: str | None  # why training ended early
    params: list  # as they are now

    @property
    def steps(self) -> int:
        """How many were asked for."""
        return self.loss.shape[1]

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do."""
        return self.step == self.steps or self.trouble is not None

    @property
    def final(self) -> Array:
        """Each network's loss, the mean of the last steps done: (seeds,)."""
        return self.loss[:, max(0, self.step - LAST) : self.step].mean(axis=1)

    @property
    def right(self) -> Array:
        """Each network's accuracy, the mean of the last steps done: (seeds,)."""
        return self.accuracy[:, max(0, self.step - LAST) : self.step].mean(axis=1)


def train_mlp(activation="sigmoid", **settings) -> TrainingRecord:
    """Train to the end.   settings : as of ``watch``."""
    *_, record = watch(activation, **settings)
    return record


@checked()
def watch(
    activation="sigmoid", *, scheme="xavier_normal", norm="none", optimizer="sgd", rate=0.1, depth=6, width=32,
    batch=64, steps=300, seeds=5, frozen=(), floor=1e-8, seed=0,
) -> Iterator[TrainingRecord]:  # fmt: skip
    """Train ``seeds`` networks of ``depth`` hidden layers in one call, and yield a record after every step.

    scheme : a name in init.SCHEMES, or TWIN for sigmoid without a norm; norm : one of NORMS, before the activation;
    optimizer : a name in train.OPTIMIZERS; rate : one number, or one for each network; frozen : layers, from 1, that do
    not learn; floor : Adam's. The first networks are the same however many there are. Raises ValueError naming argument
    and value.
    """
    require.choice("activation", activation, ops.ACTIVATIONS)
    require.choice("scheme", scheme, [*init.SCHEMES, *([TWIN] if (activation, norm) == ("sigmoid", "none") else [])])
    require.choice("norm", norm, NORMS)
    require.counts(depth=depth, width=width, steps=steps, seeds=seeds)
    batches = _batches(batch, require.whole("seed", seed, 0))
    nets = _networks(activation, scheme, norm, [64, *[width] * depth, 10], seeds, seed)
    model = _holding(train.classifier(activation, norm=None if norm == "none" else norm), _layers(frozen, depth + 1))
    start = TrainingRecord(
        activation, scheme, norm, optimizer, rate, depth, width, batch, seeds, _layers(frozen, depth + 1), floor, 0,
        np.full((seeds, steps), np.nan), np.full((seeds, steps), np.nan),
        np.zeros((seeds, depth + 1)), np.zeros((seeds, depth + 1)), None, nets,
    )  # fmt: skip
    rule = _rule(optimizer, rate, floor)
    return _watched(start, nets, train.fit(nets, model, batches, optimizer=rule, steps=steps))


@checked(record=lambda name, value: require.instance(name, value, hasattr(value, "params"), "a TrainingRecord"))
def message(record: TrainingRecord, pictures: int = 64) -> Array:
    """The share of the last hidden layer in which pictures differ, each network's: 10 to ``probes.signal_fraction``."""
    pictures = require.whole("pictures", pictures, 2)
    x = np.broadcast_to(data.digits(dtype="float32").x_train[:pictures], (record.seeds, pictures, 64))
    norm = None if record.norm == "none" else record.norm
    return 10 ** probes.signal_fraction(models.hidden(record.params[:-1], x, record.activation, norm=norm)[0])


def _batches(batch: int, seed: int) -> Iterator:
    x, labels = data.digits(dtype="float32")[:2]
    return data.batches(x, labels, require.whole("batch", batch, 1, len(x)), rng=np.random.default_rng((seed, 1)))


def _layers(frozen, readout: int) -> tuple[int, ...]:
    return tuple(require.whole("frozen", layer, 1, readout) for layer in np.atleast_1d(frozen).tolist())


def _rule(optimizer: str, rate, floor: float) -> train.Optimizer:
    more = dict(floor=floor) if require.choice("optimizer", optimizer, train.OPTIMIZERS) == "adam" else {}
    return train.OPTIMIZERS[optimizer](rate, **more)


def _watched(record: TrainingRecord, nets, fitted) -> Iterator[TrainingRecord]:
    """Each step's record, in arrays of its own."""
    step = measured(lambda: next(fitted, None))  # between two steps, whoever draws has the machine as it was
    while (now := step()) is not None:
        loss, accuracy = record.loss.copy(), record.accuracy.copy()
        loss[:, now.step - 1], accuracy[:, now.step - 1] = now.loss, now.accuracy
        with np.errstate(all="ignore"):
            movement = probes.change(nets, now.params)
        update = np.full_like(now.update, np.nan) if now.trouble else now.update
        record = record._replace(
            step=now.step, loss=loss, accuracy=accuracy, update=update, movement=movement, trouble=now.trouble,
            params=now.params,
        )  # fmt: skip
        yield record


def _networks(activation: str, scheme: str, norm: str, sizes, seeds: int, seed: int) -> list:
    """One network after the other, each with a generator of its own, and then together."""
    kind = dict(scheme="xavier_normal" if scheme == TWIN else scheme, activation=activation)
    kind |= dict(norm=None if norm == "none" else norm, dtype="float32")
    each = [models.init_mlp(sizes, rng=np.random.default_rng((seed, 0, k)), **kind) for k in range(seeds)]
    nets = tree_map(lambda *arrays: np.stack(arrays), *each)
    return sigmoid_twin(nets) if scheme == TWIN else nets


def _holding(model: train.Model, frozen) -> train.Model:
    """The model, but for the gradients of ``frozen`` layers, which are 0."""

    def held(params, batch):
        done = model(params, batch)
        grads = [tree_map(np.zeros_like, d) if k in frozen else d for k, d in enumerate(done.grads, start=1)]
        return done._replace(grads=grads)

    return held if frozen else model


EARLY = 30  # the step at which updates are compared with weights


@checked(rates=require.numbers)
def deep(*, rates, seeds, **settings) -> dict:
    """Each network's loss and accuracy after training, at the rate whose median loss is least.

    ``seeds`` networks for each of ``rates``; all else as in ``watch``.
    """
    record = train_mlp(rate=np.repeat(rates, seeds), seeds=len(rates) * seeds, **settings)
    loss, accuracy = (numbers.reshape(len(rates), seeds) for numbers in (record.final, record.right))
    best = int(np.median(np.where(np.isfinite(loss), loss, np.inf), axis=1).argmin())
    return dict(rate=rates[best], loss=loss[best], accuracy=accuracy[best])


@checked(rates=require.numbers)
def updates(*, rates, **settings) -> dict:
    """‖ΔW‖ / ‖W‖ at step EARLY, the median over the layers, and the accuracy in the end, of a network for each rate."""
    early = np.full(len(rates), np.nan)
    for record in watch(rate=rates, seeds=len(rates), **settings):
        if record.step == EARLY:
            early = np.median(record.update, axis=1)
    return dict(update=early, accuracy=record.right)
