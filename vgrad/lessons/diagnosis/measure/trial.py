"""Can one look at a fresh network tell whether it will learn?  The diagnosis on trial, and the usual check beside it.

``trial`` is what the stored table "diagnosis_held_out" runs in each cell, and ``nets`` reads it. ``check_gradients`` is
the check that takes one norm of all gradients.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np

from .... import data, init, models, ops, probes, require, train
from ....kit.experiments.protocol import ActivationName, Alpha, FormName, Layers, measured, norm_and_skip
from ....kit.experiments.stored import Cell
from ....kit.experiments.training import OptimizerName
from ....kit.experiments.usual import EXPLODING, VANISHING
from ....models.checks import NormName
from ....require import Count, Finite, NonEmpty, Numbers, Scalar, Seed, Several, Text, guarded
from ....tape import tree_map
from ..records import LAST, Look, Net, Roc

MEASURED = ("decades", "range", "weight_decades", "signal", "score", "dead", "saturated", "smallest_step")

Nets = Annotated[Sequence[Net], require.nonempty]
Cells = Annotated[Sequence[Cell], require.nonempty]
Depths = Annotated[Sequence[int], lambda name, values: require.sizes(name, values, 1)]
Scores = Annotated[Any, lambda name, scores: _require_scores(name, scores)]


def check_gradients(grads: Any) -> tuple[float, str]:
    """√(Σ ‖dθ‖²).  Returns this norm over all parameters θ, and the verdict.

    The verdict is "OK", "vanishing" or "exploding".
    """
    total = float(train.global_norm(grads))
    return total, verdict(total)


@guarded
def verdict(total: Scalar) -> str:
    """Return what the usual check says of the norm of all gradients together."""
    if total < VANISHING:
        return "vanishing"
    return "OK" if total <= EXPLODING else "exploding"


@guarded
@measured
def trial(
    activation: ActivationName, *, scheme: init.Named, depth: Count, gain: Finite = 1.0, norm: NormName = None,
    skip: FormName = None, alpha: Alpha = 1.0, optimizer: OptimizerName = "momentum",
    rates: Numbers = (0.1, 0.03, 0.01, 0.003), width: Count = 64, batch: Count = 64, steps: Count = 150, seed: Seed = 0,
) -> dict[str, Any]:  # fmt: skip
    """Examine one fresh network on the digits, and train copies of it, one at each learning rate.

    It is measured in float64 and trained in float32, from the same weights.
    """
    path = norm_and_skip(norm, skip, alpha)
    rng = np.random.default_rng(seed)
    weights: dict[str, Any] = dict(scheme=scheme, gain=gain, activation=activation, rng=rng, dtype="float32")
    net = models.init_mlp([64, *[width] * depth, 10], **weights, **path)
    found = examine(net, activation, batch, **path)
    copies = tree_map(lambda array: np.repeat(array[None], len(rates), axis=0), net)
    rule = train.OPTIMIZERS[optimizer](np.array(rates))
    model = train.classifier(activation, **path)
    records = [*train.fit(copies, model, _batches(batch, seed), optimizer=rule, steps=steps)]
    last = np.array([record.accuracy for record in records[-LAST:]])
    accuracy = np.zeros(len(rates)) if records[-1].trouble else last.mean(axis=0)
    kept = {name: getattr(found.health.measures, name) for name in MEASURED}
    return dict(**kept, band=found.health.band, total_norm=found.total_norm, accuracy=accuracy)


@guarded
def fresh(
    activation: ActivationName, *, depth: Count, scheme: init.Named = "xavier_normal", gain: Finite = 1.0,
    norm: NormName = None, skip: FormName = None, alpha: Alpha = 1.0, width: Count = 64, batch: Count = 64,
    seed: Seed = 0,
) -> Look:  # fmt: skip
    """Draw a network, and examine it before the first step of its training on the digits."""
    path = norm_and_skip(norm, skip, alpha)
    weights: dict[str, Any] = dict(scheme=scheme, gain=gain, activation=activation, rng=np.random.default_rng(seed))
    return examine(models.init_mlp([64, *[width] * depth, 10], **weights, **path), activation, batch, **path)


@guarded
@measured
def examine(net: Layers, activation: str, batch: Count = 64, **path) -> Look:
    """Examine one network at the first ``batch`` digits, in float64.   path : its norm and its skip, as in models."""
    digits = data.digits()
    params: Any = tree_map(lambda array: array.astype("float64"), net)
    logits, tape = models.mlp(params, digits.x_train[:batch], activation, **path)
    _, pullback = ops.softmax_cross_entropy(logits, digits.y_train[:batch])
    dlogits = pullback()
    grads, _ = models.gradients(tape, dlogits)
    total, said = check_gradients(grads)
    return Look(probes.health(params, tape, dlogits), probes.flow(params, tape, dlogits), grads, total, said)


def _batches(batch: int, seed: int):
    digits = data.digits(dtype="float32")
    return data.batches(digits.x_train, digits.y_train, batch, rng=np.random.default_rng((seed, 1)))


@guarded
def nets(cells: Cells) -> list[Net]:
    """Return the networks of a stored table, one for each cell. What was not finite in it is infinite again."""
    return [_net(settings, result) for settings, result in cells]


def _net(settings: dict, result: dict) -> Net:
    measures = {name: np.inf if result[name] is None else result[name] for name in MEASURED}
    if result["signal"] is None:
        measures["signal"] = -np.inf
    total = np.inf if result["total_norm"] is None else result["total_norm"]
    return Net(settings, measures, result["band"], total, verdict(total) != "OK", max(result["accuracy"]))


def _require_scores(name: str, scores) -> None:
    numbers = np.asarray(scores)
    require.instance(name, scores, numbers.dtype.kind in "fiub" and numbers.size, "numbers, in a list")


@guarded
def roc(name: Text, scores: Scores, trains: Several) -> Roc:
    """Return the ROC curve of a score that should be high where a network does not train.

    scores : a number for each network; trains : whether each of them trains.
    """
    scores = np.asarray(scores, float)
    trained = np.asarray(trains, bool)
    require.shape("trains", trained, f"{scores.shape}, as scores", trained.shape == scores.shape)
    thresholds = np.unique(scores)[::-1]
    above = scores[None] >= thresholds[:, None]
    caught = np.concatenate([[0.0], above[:, ~trained].mean(axis=1)])
    alarms = np.concatenate([[0.0], above[:, trained].mean(axis=1)])
    return Roc(name, caught, alarms, float(np.trapezoid(caught, alarms)))


@guarded
def rates_of_bands(found: Nets) -> dict[str, tuple[int, int]]:
    """Return how many networks of each band train, and how many there are."""
    groups = {band: [net.trains for net in found if net.band == band] for band in probes.BANDS}
    return {band: (sum(group), len(group)) for band, group in groups.items()}


NEW = ("elu", "leaky_relu", "gelu", "softplus")  # activations of no network on which a limit was set


@guarded
def grid(activations: NonEmpty, depths: Depths, kinds: NonEmpty, first_seed: Seed) -> list[dict[str, Any]]:
    """Return the settings of every combination, each with a seed of its own, from ``first_seed`` on.

    kinds : settings of a network, beside its activation and its depth.
    """
    every = [(name, depth, kind) for name in activations for depth in depths for kind in kinds]
    usual = {"relu": "he_normal", "leaky_relu": "he_normal", "gelu": "he_normal"}
    return [
        dict(activation=name, depth=depth, scheme=usual.get(name, "xavier_normal"), seed=first_seed + k) | kind
        for k, (name, depth, kind) in enumerate(every)
    ]


def _others(gain: float) -> list[dict]:
    return [
        *(dict(scheme=scheme) for scheme in ("xavier_normal", "he_normal")),
        dict(scheme="lecun_normal", gain=gain),
        *(dict(norm=norm) for norm in ("batch", "layer")),
        dict(skip="activation_last", alpha="1/sqrt(depth)"),
    ]


HELD_OUT = [
    *grid(("sigmoid", "tanh", "relu", *NEW), (4, 8, 15, 30), _others(2.5), 2000),
    *grid(("sigmoid", "tanh", "relu", *NEW), (6, 12, 25, 35), _others(1.6), 7000),
]
