"""What does a norm do to the gradient? Networks without one, with batch norm and with layer norm, side by side.

``compare``: the gradient's flow through each.  ``growth``: the factor a layer, against the batch's size.  ``learn``:
whether such networks learn to tell digits. All of flow's protocol: the same draws, bands and theory.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .. import data, init, models, ops, require, train
from ..ops import Array
from ._protocol import measured
from .gradient_flow import MULTIPLY_ADDS, FlowRecord, flow

NORMS = ("none", "batch", "layer")
PLACES = {"before": "", "after": "_after"}  # the activation; and what the norm is called in models.NORMS
LAST, LEARNT = 10, 0.5  # steps of training whose batches' accuracy is averaged; above this, it has learnt


class NormsRecord(NamedTuple):
    """What ``compare`` measured: a FlowRecord for each norm asked for, of the very same networks and inputs."""

    depth: int
    width: int
    activation: str
    scheme: str
    gain: float
    place: str
    batch: int
    seeds: int  # the number of networks asked for; each flow says how many ran
    flows: dict[str, FlowRecord]


class GrowthRecord(NamedTuple):
    """What ``growth`` measured: by how much a layer multiplies ‖dh‖ on its way back."""

    activation: str
    norm: str
    depth: int
    width: int
    batches: tuple[int, ...]
    factors: Array  # (batches, seeds): the geometric mean over the layers of one network
    theory: Array  # (batches,): of an infinitely wide net; NaN where it has no answer


class LearnRecord(NamedTuple):
    """What ``learn`` measured, of batches of the training set as training meets them."""

    activation: str
    norm: str
    depth: int
    width: int
    steps: int
    batch: int
    rates: tuple[float, ...]
    accuracy: Array  # (rates, seeds): the mean of the last 10 steps
    curves: Array  # (seeds, steps): accuracy at the best rate

    @property
    def best(self) -> Array:
        """Accuracy of each network at the rate whose median is best: (seeds,)."""
        return self.accuracy[_best(self.accuracy)]

    @property
    def learnt(self) -> int:
        """How many of the networks have an accuracy over one half then."""
        return int((self.best > LEARNT).sum())

    @property
    def rate(self) -> float:
        """That rate."""
        return self.rates[_best(self.accuracy)]


def compare(
    *, norms=NORMS, place="before", depth=30, width=32, activation="sigmoid", scheme="xavier_normal", gain=1.0,
    batch=32, seeds=16, seed=0, multiply_adds=MULTIPLY_ADDS,
) -> NormsRecord:  # fmt: skip
    """Run ``flow`` once for each of ``norms``, each some of NORMS: the networks differ in nothing else.

    place : "before" or "after" the activation; batch : at least 2, for batch norm's sake; all else as in ``flow``, and
    what is said there of ``multiply_adds`` holds for each norm.
    """
    norms = [require.choice("norms", norm, NORMS) for norm in norms]
    suffix = PLACES[require.choice("place", place, PLACES)]
    settings = dict(depth=depth, width=width, activation=activation, scheme=scheme, gain=gain, seeds=seeds)
    settings |= dict(batch=require.whole("batch", batch, 2), seed=seed, multiply_adds=multiply_adds)
    flows = {norm: flow(norm=None if norm == "none" else norm + suffix, **settings) for norm in norms}
    return NormsRecord(depth, width, activation, scheme, gain, place, batch, seeds, flows)


def growth(
    activation, *, norm="batch", batches=(4, 6, 8, 12, 16, 32, 64, 128), depth=20, width=64, seeds=16, seed=0
) -> GrowthRecord:
    """By how much a layer multiplies the gradient, for each size of the batch.   norm : one of NORMS."""
    require.choice("norm", norm, NORMS)
    depth, factors, theory = require.whole("depth", depth, 2), [], []
    for batch in batches:
        settings = dict(depth=depth, width=width, activation=activation, batch=batch, seeds=seeds, seed=seed)
        record = flow(norm=None if norm == "none" else norm, **settings)
        factors.append((record.dh[:, 0] / record.dh[:, -1]) ** (1 / (depth - 1)))
        theory.append(record.theory["dh"][0] ** (1 / (depth - 1)))
    return GrowthRecord(activation, norm, depth, width, tuple(batches), np.array(factors), np.array(theory))


@measured
def learn(
    activation, norm="none", *, depth=40, width=32, rates=(0.1, 0.01), steps=80, batch=48, seeds=5, seed=0
) -> LearnRecord:
    """Train ``seeds`` networks of ``depth`` hidden layers to tell digits, at each of ``rates``, all in one call.

    SGD with momentum 0.9. Weights are He's for ReLU and leaky ReLU, Xavier's for all others; norms stand before the
    activation, and gamma and beta learn too. Rates are compared by the last 10 steps, and the best one counts.
    """
    require.choice("activation", activation, ops.ACTIVATIONS)
    kind = None if require.choice("norm", norm, NORMS) == "none" else norm
    seeds, rng = require.whole("seeds", seeds, 1), np.random.default_rng(seed)
    weights = dict(scheme=_scheme(activation), activation=activation, norm=kind, rng=rng, dtype="float32")
    params = models.init_mlp([64, *[width] * depth, 10], ensemble=(len(rates) * seeds,), **weights)
    digits = data.digits(dtype="float32")
    batches = data.batches(digits.x_train, digits.y_train, batch, rng=rng)
    optimizer = train.momentum(np.repeat(rates, seeds))
    records = train.fit(params, train.classifier(activation, norm=kind), batches, optimizer=optimizer, steps=steps)
    curves = np.stack([record.accuracy for record in records], axis=-1).reshape(len(rates), seeds, -1)
    accuracy = curves[..., -LAST:].mean(axis=-1)
    return LearnRecord(
        activation, norm, depth, width, steps, batch, tuple(rates), accuracy, curves[_best(accuracy)]
    )  # fmt: skip


def _best(accuracy: Array) -> int:
    return int(np.median(accuracy, axis=1).argmax())


def _scheme(activation: str) -> init.Scheme:
    return init.SCHEMES["he_normal" if activation in ("relu", "leaky_relu") else "xavier_normal"]
