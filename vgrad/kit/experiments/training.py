"""What does a small gradient do to training?  Networks that learn to classify digits, watched layer by layer.

``watch`` yields a record after every step of training, for whoever draws while it runs. ``train_mlp`` returns the last
of them. ``message`` says in how much of the last hidden layer pictures differ then. ``deep`` is what
the stored table "depth_paradox" runs in each cell.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import Annotated, Any, NamedTuple

import numpy as np

from ... import data, init, models, probes, require, train
from ...ops import Array
from ...plain import shown
from ...require import NonNegative, Seed, guarded
from ...tape import tree_map
from ...train.update import require_rates
from .baseline import Baseline, accuracy_on_test, baseline
from .protocol import (
    CALLS,
    LAST,
    ActivationName,
    Batch,
    BatchOfTwo,
    Depth,
    Networks,
    NonNegatives,
    TrainSteps,
    Width,
    measured,
    require_work,
)
from .twin import sigmoid_twin

NORMS = {"none": None, "batch": "batch", "layer": "layer"}  # as models calls them; each before the activation
TWIN = "tanh_twin"  # a scheme for sigmoid alone: weights with which it computes what Xavier's compute with tanh

NormChoice = Annotated[str, require.one_of(NORMS)]
Rates = Annotated[Any, require_rates]
OptimizerName = Annotated[str, require.one_of(train.OPTIMIZERS)]


class TrainingRecord(NamedTuple):
    """What ``watch`` has measured after ``step`` steps, of batches as training meets them; NaN for steps to come."""

    activation: str
    scheme: str
    norm: str
    optimizer: str
    rate: float  # the learning rate
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
    baseline: Baseline  # of networks without a hidden layer, trained for as many steps

    @property
    def steps(self) -> int:
        """How many steps were asked for."""
        return self.loss.shape[1]

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do."""
        return self.step == self.steps or self.trouble is not None

    @property
    def final(self) -> Array:
        """Each network's loss, the mean of the last steps done, (seeds,)."""
        return self.loss[:, max(0, self.step - LAST) : self.step].mean(axis=1)

    @property
    def right(self) -> Array:
        """Each network's accuracy, the mean of the last steps done, (seeds,)."""
        return self.accuracy[:, max(0, self.step - LAST) : self.step].mean(axis=1)

    @property
    def test(self) -> Array:
        """Each network's accuracy on the test set, as it is now, (seeds,)."""
        return measured(accuracy_on_test)(self.params, self.activation, NORMS[self.norm])


def train_mlp(activation: str = "sigmoid", **settings) -> TrainingRecord:
    """Train to the end, and return the last record of ``watch``, which takes the same settings."""
    *_, record = watch(activation, **settings)
    return record


Record = Annotated[TrainingRecord, require.thing("a TrainingRecord", lambda record: isinstance(record, TrainingRecord))]


@guarded
def watch(
    activation: ActivationName = "sigmoid", *, scheme: str = "xavier_normal", norm: NormChoice = "none",
    optimizer: OptimizerName = "sgd", rate: Rates = 0.1, depth: Depth = 6, width: Width = 32, batch: Batch = 64,
    steps: TrainSteps = 300, seeds: Networks = 5, frozen: Sequence[int] | int = (),
    floor: NonNegative = 1e-8, seed: Seed = 0,
) -> Generator[TrainingRecord, None, None]:  # fmt: skip
    """Train ``seeds`` networks of ``depth`` hidden layers in one call, and yield a record after every step.

    scheme : a name in init.SCHEMES, or TWIN for sigmoid without a norm; norm : one of NORMS, before the activation;
    optimizer : a name in train.OPTIMIZERS; rate : one learning rate, or one for each network; frozen : the numbers of
    the layers that do not learn, from 1; floor : Adam's. The first networks are the same however many there are.
    Raises ValueError naming argument and value.
    """
    require_work("depth · steps", depth, steps, most=CALLS)
    require_work("seeds · depth · width² · batch · steps", seeds, depth, width**2, batch, steps)
    require.total("seeds · depth · width · (width + batch)", seeds * depth * width * (width + batch))
    twins = [TWIN] if (activation, norm) == ("sigmoid", "none") else []
    require.choice("scheme", scheme, [*init.SCHEMES, *twins])
    frozen = _layer_numbers(frozen, depth + 1)
    batches = _batches(batch, seed)
    nets = _networks(activation, scheme, NORMS[norm], [64, *[width] * depth, 10], seeds, seed)
    model = _freezing(train.classifier(activation, norm=NORMS[norm]), frozen)
    to_come = np.full((seeds, steps), np.nan)
    unmoved = np.zeros((seeds, depth + 1))
    start = TrainingRecord(
        activation, scheme, norm, optimizer, rate, depth, width, batch, seeds, frozen, floor, 0, to_come, to_come,
        unmoved, unmoved, None, nets, baseline(steps=steps, batch=batch, seed=seed),
    )  # fmt: skip
    more = dict(floor=floor) if optimizer == "adam" else {}
    rule = train.OPTIMIZERS[optimizer](rate, **more)
    return _watched(start, nets, train.fit(nets, model, batches, optimizer=rule, steps=steps))


@guarded
def message(record: Record, pictures: BatchOfTwo = 64) -> Array:
    """Return 10 to the ``probes.signal_fraction`` of each network, (seeds,).

    It is the share of the last hidden layer in which ``pictures`` of the training set differ.
    """
    x = np.broadcast_to(data.digits(dtype="float32").x_train[:pictures], (record.seeds, pictures, 64))
    h, _ = models.hidden(record.params[:-1], x, record.activation, norm=NORMS[record.norm])
    return 10 ** probes.signal_fraction(h)


def _batches(batch: int, seed: int) -> Iterator:
    digits = data.digits(dtype="float32")
    return data.batches(digits.x_train, digits.y_train, batch, rng=np.random.default_rng((seed, 1)))


def _layer_numbers(frozen, readout: int) -> tuple[int, ...]:
    several = isinstance(frozen, (list, tuple, range, np.ndarray)) and np.ndim(frozen)
    if np.iterable(frozen) and not several:
        told = f"a whole number from 1 to {readout}, or a tuple, list or range of them"
        raise ValueError(f"frozen is {shown(frozen)}; allowed is {told}")
    return tuple(
        require.whole("frozen", layer_number, 1, readout) for layer_number in (frozen if several else [frozen])
    )


def _watched(record: TrainingRecord, nets: list, fitted: Iterator) -> Generator[TrainingRecord, None, None]:
    """Yield each step's record, in arrays of its own."""
    step = measured(lambda: next(fitted, None))  # between two steps, whoever draws has the machine as it was
    while (now := step()) is not None:
        loss = record.loss.copy()
        loss[:, now.step - 1] = now.loss
        accuracy = record.accuracy.copy()
        accuracy[:, now.step - 1] = now.accuracy
        with np.errstate(all="ignore"):
            movement = probes.change(nets, now.params)
        update = np.full_like(now.update, np.nan) if now.trouble else now.update
        record = record._replace(
            step=now.step, loss=loss, accuracy=accuracy, update=update, movement=movement, trouble=now.trouble,
            params=now.params,
        )  # fmt: skip
        yield record


def _networks(activation: str, scheme: str, norm: str | None, sizes: list[int], seeds: int, seed: int) -> Any:
    """One network after the other, each with a generator of its own, and then together."""
    kind: dict[str, Any] = dict(activation=activation, norm=norm, dtype="float32")
    kind["scheme"] = "xavier_normal" if scheme == TWIN else scheme
    each = [models.init_mlp(sizes, rng=np.random.default_rng((seed, 0, k)), **kind) for k in range(seeds)]
    nets = tree_map(lambda *arrays: np.stack(arrays), *each)
    return sigmoid_twin(nets) if scheme == TWIN else nets


def _freezing(model: train.Model, frozen: tuple[int, ...]) -> train.Model:
    """The model, but for the gradients of ``frozen`` layers, which are 0."""

    def frozen_model(params, batch):
        run = model(params, batch)
        numbered = enumerate(run.grads, start=1)
        return run._replace(grads=[tree_map(np.zeros_like, d) if k in frozen else d for k, d in numbered])

    return frozen_model if frozen else model


@guarded
def deep(*, rates: NonNegatives, seeds: Networks, **settings) -> dict[str, Any]:
    """Return loss and accuracies after training, (seeds,) each, at the learning rate whose median loss is least.

    There are ``seeds`` networks for each of ``rates``. ``accuracy`` is that of the last batches and ``test`` that
    of the test set, and the same two of the baseline stand beside them. All other settings are as in ``watch``.
    """
    record = train_mlp(rate=np.repeat(rates, seeds), seeds=len(rates) * seeds, **settings)
    loss, accuracy, test = (each.reshape(len(rates), seeds) for each in (record.final, record.right, record.test))
    best = int(np.median(np.where(np.isfinite(loss), loss, np.inf), axis=1).argmin())
    beside = dict(baseline_accuracy=record.baseline.right, baseline_test=record.baseline.test)
    return dict(rate=rates[best], loss=loss[best], accuracy=accuracy[best], test=test[best]) | beside
