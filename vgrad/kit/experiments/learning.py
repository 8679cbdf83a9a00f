"""Do such networks learn?  Many of them at once, of several seeds and rates, on the digits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ... import data, init, models, ops, require, train
from ...ops import Array
from .protocol import checked, measured

LAST, LEARNT = 10, 0.5  # steps of training whose batches' accuracy is averaged; above this, it has learnt


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
    trouble: str | None  # why it ended before its last step, if it did

    @property
    def rate(self) -> float:
        """The rate with the best median accuracy."""
        return self.rates[_best(self.accuracy)]

    @property
    def best(self) -> Array:
        """Accuracy of each network at that rate: (seeds,)."""
        return self.accuracy[_best(self.accuracy)]

    @property
    def loss(self) -> Array:
        """Loss of each network at that rate: (seeds,)."""
        return self.losses[_best(self.accuracy)]

    @property
    def learnt(self) -> int:
        """How many of the networks have an accuracy over one half then."""
        return int((self.best > LEARNT).sum())


@checked()
@measured
def learn(
    activation="relu", *, scheme=None, gain=1.0, norm=None, skip=None, alpha=1.0, depth=40, width=32,
    rates=(0.1, 0.01), steps=80, batch=48, clip_norm=None, seeds=5, seed=0,
) -> LearnRecord:  # fmt: skip
    """Train ``seeds`` networks of ``depth`` hidden layers to tell digits, at each of ``rates``, all in one call.

    SGD with momentum 0.9, in float32. scheme : one in init.SCHEMES, or an init.Scheme; if None, He's for ReLU and leaky
    ReLU, Xavier's for all others. norm : None or one in models.NORMS; skip : None or one in models.FORMS, with its
    alpha. Rates are compared by the last 10 steps, and the best one counts.
    """
    scheme, path = _scheme(activation, scheme), dict(norm=norm, skip=skip and models.Skip(skip, alpha))
    require.counts(depth=depth, width=width, seeds=seeds, steps=steps)
    rates = require.numbers("rates", rates, 0.0)
    batch, rng = require.whole("batch", batch, 2), np.random.default_rng(require.whole("seed", seed, 0))
    weights = dict(scheme=scheme, gain=gain, activation=activation, ensemble=(len(rates) * seeds,), rng=rng)
    params = models.init_mlp([64, *[width] * depth, 10], dtype="float32", **weights, **path)
    settings = dict(optimizer=train.momentum(np.repeat(rates, seeds)), steps=steps, clip_norm=clip_norm)
    model, batches = train.classifier(activation, **path), _digits(batch, rng)
    records = [*train.fit(params, model, batches, **settings)]
    accuracy, losses = (_rows(records, name, (len(rates), seeds, steps)) for name in ("accuracy", "loss"))
    last, losses = np.nan_to_num(accuracy[..., -LAST:]).mean(axis=-1), losses[..., -LAST:].mean(axis=-1)
    return LearnRecord(
        activation, getattr(scheme, "name", scheme), gain, norm, skip, alpha, depth, width, steps, batch, rates,
        last, losses, accuracy[_best(last)], records[-1].trouble,
    )  # fmt: skip


def _digits(batch: int, rng):
    digits = data.digits(dtype="float32")
    return data.batches(digits.x_train, digits.y_train, batch, rng=rng)


def _scheme(activation: str, scheme):
    if scheme is None or isinstance(scheme, init.Scheme):
        return scheme or usual(activation)
    return require.choice("scheme", scheme, init.SCHEMES)


def usual(activation: str) -> str:
    """He's weights for ReLU and leaky ReLU, Xavier's for all others."""
    require.choice("activation", activation, ops.ACTIVATIONS)
    return "he_normal" if activation in ("relu", "leaky_relu") else "xavier_normal"


def _rows(records: list, name: str, shape: tuple[int, int, int]) -> Array:
    """A number of each network at each step: (rates, seeds, steps), NaN after its end."""
    rows = np.full((shape[0] * shape[1], shape[2]), np.nan)
    rows[:, : len(records)] = np.stack([getattr(record, name) for record in records], axis=-1)
    return rows.reshape(shape)


def _best(accuracy: Array) -> int:
    return int(np.median(accuracy, axis=1).argmax())
