"""Do such networks learn?  Many of them at once, of several seeds and learning rates, on the digits."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import numpy as np

from ... import data, init, models, require, train
from ...models.checks import NormName
from ...ops import Array
from ...require import Finite, Flag, NonNegative, Seed, guarded
from ...tape import tree_map
from .baseline import accuracy_on_test
from .protocol import (
    CALLS,
    LAST,
    ActivationName,
    Alpha,
    BatchOfTwo,
    FormName,
    Networks,
    NonNegatives,
    TrainSteps,
    Width,
    measured,
    norm_and_skip,
    require_work,
)

HiddenLayers = Annotated[int, require.whole_from(0, 2_000)]
WarmUp = Annotated[int, require.whole_from(0, 10_000)]  # steps in which a learning rate rises
LEARNT = 0.5  # a network whose accuracy is above this has learnt


class LearnRecord(NamedTuple):
    """What ``learn`` measured, of batches of the training set as training meets them."""

    activation: str
    scheme: str
    gain: float
    norm: str | None
    skip: str | None
    alpha: float | str
    depth: int
    width: int
    steps: int
    batch: int
    rates: tuple[float, ...]
    accuracy: Array  # (rates, seeds): the mean of the last 10 steps; 0 where training had ended
    losses: Array  # (rates, seeds): of the same steps; NaN where training had ended
    curves: Array  # (seeds, steps): accuracy at the best rate; NaN where training had ended
    test: Array  # (seeds,): accuracy on the test set at the best rate, in the end
    trouble: str | None  # why it ended before its last step, if it did

    @property
    def rate(self) -> float:
        """The learning rate with the best median accuracy."""
        return self.rates[_best(self.accuracy)]

    @property
    def best(self) -> Array:
        """Accuracy of each network at that rate, (seeds,)."""
        return self.accuracy[_best(self.accuracy)]

    @property
    def loss(self) -> Array:
        """Loss of each network at that rate, (seeds,)."""
        return self.losses[_best(self.accuracy)]

    @property
    def learnt(self) -> int:
        """How many of the networks have an accuracy over one half then."""
        return int((self.best > LEARNT).sum())


@guarded
@measured
def learn(
    activation: ActivationName = "relu", *, scheme: init.Named | None = None, gain: Finite = 1.0, norm: NormName = None,
    skip: FormName = None, alpha: Alpha = 1.0, depth: HiddenLayers = 40, width: Width = 32,
    rates: NonNegatives = (0.1, 0.01), steps: TrainSteps = 80, batch: BatchOfTwo = 48,
    clip_norm: NonNegative | None = None, warmup: WarmUp = 0, frozen: Flag = False, seeds: Networks = 5, seed: Seed = 0,
) -> LearnRecord:  # fmt: skip
    """Train ``seeds`` networks of ``depth`` hidden layers to classify digits, at each of ``rates``, all in one call.

    Training is SGD with momentum 0.9, in float32. scheme : one in init.SCHEMES, or an init.Scheme. If it is None, ReLU
    and leaky ReLU get He's weights, and all others get Xavier's. norm : None or one in models.NORMS; skip : None or one
    in models.FORMS, with its alpha; warmup : the steps in which each rate rises to its full value; frozen :
    whether all but the readout stay as they are. With a depth of 0 the readout is all there is. Learning rates are
    compared by the last 10 steps, and the best one counts.
    Raises ValueError naming the argument, its value and what is allowed, for sizes that are too large together too.
    """
    _require_sizes(len(rates) * seeds, max(depth, 1), width, batch, steps)
    rng = np.random.default_rng(seed)
    scheme = scheme or usual(activation)
    path = norm_and_skip(norm, skip, alpha)
    ensemble = (len(rates) * seeds,)
    weights: dict[str, Any] = dict(scheme=scheme, gain=gain, activation=activation, ensemble=ensemble, rng=rng)
    params = models.init_mlp([64, *[width] * depth, 10], dtype="float32", **weights, **path)
    model = train.classifier(activation, **path)
    model = readout_alone(model) if frozen else model
    rule = train.momentum(np.repeat(rates, seeds))
    rule = train.warmup(rule, warmup) if warmup else rule
    fitted = train.fit(params, model, _digits(batch, rng), optimizer=rule, steps=steps, clip_norm=clip_norm)
    records = [*fitted]
    shape = (len(rates), seeds, steps)
    accuracy = _rows(records, "accuracy", shape)
    losses = _rows(records, "loss", shape)[..., -LAST:].mean(axis=-1)
    last = np.nan_to_num(accuracy[..., -LAST:]).mean(axis=-1)
    best = slice(_best(last) * seeds, (_best(last) + 1) * seeds)
    test = accuracy_on_test(tree_map(lambda array: array[best], records[-1].params), activation, **path)
    return LearnRecord(
        activation, init.scheme_named(scheme).name, gain, norm, skip, alpha, depth, width, steps, batch,
        tuple(float(rate) for rate in rates), last, losses, accuracy[_best(last)], test, records[-1].trouble,
    )  # fmt: skip


def _require_sizes(networks: int, depth: int, width: int, batch: int, steps: int) -> None:
    """Raise ValueError unless the sizes are small enough together."""
    nets = "len(rates) · seeds"
    require_work("depth · steps", depth, steps, most=CALLS)
    require_work(f"{nets} · depth · width² · batch · steps", networks, depth, width**2, batch, steps)
    require.total(f"{nets} · depth · width · (width + batch)", networks * depth * width * (width + batch))


def readout_alone(model: train.Model) -> train.Model:
    """Return a model that trains the readout alone, because the gradients of all layers before it are 0."""

    def frozen_model(params, batch):
        run = model(params, batch)
        return run._replace(grads=[*(tree_map(np.zeros_like, d) for d in run.grads[:-1]), run.grads[-1]])

    return frozen_model


def _digits(batch: int, rng):
    digits = data.digits(dtype="float32")
    return data.batches(digits.x_train, digits.y_train, batch, rng=rng)


@guarded
def usual(activation: ActivationName) -> str:
    """Return the scheme that fits an activation: He's weights for ReLU and leaky ReLU, Xavier's for all others."""
    return "he_normal" if activation in ("relu", "leaky_relu") else "xavier_normal"


def _rows(records: list, name: str, shape: tuple[int, int, int]) -> Array:
    """A number of each network at each step, (rates, seeds, steps); NaN after its end."""
    rows = np.full((shape[0] * shape[1], shape[2]), np.nan)
    rows[:, : len(records)] = np.stack([getattr(record, name) for record in records], axis=-1)
    return rows.reshape(shape)


def _best(accuracy: Array) -> int:
    return int(np.median(accuracy, axis=1).argmax())
