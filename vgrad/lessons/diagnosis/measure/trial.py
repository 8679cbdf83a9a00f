"""Can one look at a fresh network tell whether it will learn?  The diagnosis on trial, and the usual check beside it.

``trial`` is what the stored tables "diagnosis_fit", "diagnosis_held_out" and "diagnosis_budget" run in each cell;
``nets`` reads them. ``check_gradients`` is the check as it is usually taught.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .... import data, models, ops, probes, require, train
from ....kit.experiments.protocol import checked, measured
from ....tape import tree_map
from ..records import LAST, Look, Net, Roc

VANISHING, EXPLODING = 1e-7, 1e3  # the limits of the check as taught
MEASURED = ("decades", "range", "weight_decades", "signal", "score", "dead", "saturated", "smallest_step")


def check_gradients(grads) -> tuple[float, str]:
    """√(Σ of all parameters' squared norms), and the verdict as taught: "OK", "vanishing" or "exploding"."""
    total = float(train.global_norm(grads))
    return total, verdict(total)


@checked(total=require.scalar)
def verdict(total: float) -> str:
    """What the usual check says of a norm."""
    return "vanishing" if total < VANISHING else "OK" if total <= EXPLODING else "exploding"


@checked(rates=require.numbers)
@measured
def trial(
    activation, *, scheme, depth, gain=1.0, norm=None, skip=None, alpha=1.0, optimizer="momentum",
    rates=(0.1, 0.03, 0.01, 0.003), width=64, batch=64, steps=150, seed=0,
) -> dict:  # fmt: skip
    """Examine one fresh network on the digits, and train copies of it, one at each rate.

    Measured in float64, trained in float32, from the same weights.
    """
    path = dict(norm=norm, skip=skip and models.Skip(skip, alpha))
    weights = dict(scheme=scheme, gain=gain, activation=activation, rng=np.random.default_rng(seed), dtype="float32")
    net = models.init_mlp([64, *[width] * depth, 10], **weights, **path)
    found = examine(net, activation, batch, **path)
    copies = tree_map(lambda array: np.repeat(array[None], len(rates), axis=0), net)
    rule = train.OPTIMIZERS[require.choice("optimizer", optimizer, train.OPTIMIZERS)](np.array(rates))
    model, batches = train.classifier(activation, **path), _batches(batch, seed)
    records = [*train.fit(copies, model, batches, optimizer=rule, steps=steps)]
    last = np.array([record.accuracy for record in records[-LAST:]])
    accuracy = np.zeros(len(rates)) if records[-1].trouble else last.mean(axis=0)
    kept = {name: getattr(found.health.measures, name) for name in MEASURED}
    return dict(**kept, total_norm=found.total_norm, accuracy=accuracy)


@checked()
def fresh(
    activation, *, depth, scheme="xavier_normal", gain=1.0, norm=None, skip=None, alpha=1.0, width=64, batch=64, seed=0
) -> Look:
    """Look at a fresh network before the first step of its training on the digits."""
    path = dict(norm=norm, skip=skip and models.Skip(skip, alpha))
    weights = dict(scheme=scheme, gain=gain, activation=activation, rng=np.random.default_rng(seed))
    return examine(models.init_mlp([64, *[width] * depth, 10], **weights, **path), activation, batch, **path)


@checked(net=models.checks.require_layers)
@measured
def examine(net, activation, batch: int = 64, **path) -> Look:
    """Look at one network at the first ``batch`` digits, in float64."""
    digits = data.digits()
    params = tree_map(lambda array: array.astype("float64"), net)
    logits, tape = models.mlp(params, digits.x_train[:batch], activation, **path)
    dlogits = ops.softmax_cross_entropy(logits, digits.y_train[:batch])[1]()
    health, flow = probes.health(params, tape, dlogits), probes.flow(params, tape, dlogits)
    grads = models.gradients(tape, dlogits)[0]
    return Look(health, flow, grads, *check_gradients(grads))


def _batches(batch: int, seed: int):
    digits = data.digits(dtype="float32")
    return data.batches(digits.x_train, digits.y_train, batch, rng=np.random.default_rng((seed, 1)))


@checked()
def nets(cells) -> list[Net]:
    """The networks of a stored table, a cell each; what was not finite in it is infinite again."""
    found = []
    for settings, result in cells:
        numbers = {name: np.inf if result[name] is None else result[name] for name in (*MEASURED, "total_norm")}
        signal = -np.inf if result["signal"] is None else result["signal"]
        measures = {name: numbers[name] for name in MEASURED} | dict(signal=signal)
        total = numbers["total_norm"]
        band, warned = probes.band(measures["range"], signal), verdict(total) != "OK"
        found.append(Net(settings, measures, band, total, warned, max(result["accuracy"])))
    return found


def _scores(name: str, scores) -> None:
    numbers = np.asarray(scores)
    require.instance(name, scores, numbers.dtype.kind in "fiub" and numbers.size, "numbers, in a list")


@checked(name=require.text, scores=_scores, trains=require.several)
def roc(name: str, scores, trains) -> Roc:
    """The ROC curve of a score that should be high where a network does not train."""
    scores, trains = np.asarray(scores, float), np.asarray(trains, bool)
    require.shape("trains", trains, f"{scores.shape}, as scores", trains.shape == scores.shape)
    thresholds = np.unique(scores)[::-1]
    above = scores[None] >= thresholds[:, None]
    caught, alarms = (np.concatenate([[0.0], above[:, kind].mean(axis=1)]) for kind in (~trains, trains))
    return Roc(name, caught, alarms, float(np.trapezoid(caught, alarms)))


@checked()
def rocs(found: list[Net]) -> list[Roc]:
    """Of our score, of the gradient's range alone, and of the usual check, on the same networks."""
    trains = [net.trains for net in found]
    columns = {
        "score": [net.measures["score"] for net in found],
        "range": [net.measures["range"] for net in found],
        "check_gradients": [net.warned for net in found],
    }
    return [roc(name, scores, trains) for name, scores in columns.items()]


@checked()
def rates_of_bands(found: list[Net]) -> dict[str, tuple[int, int]]:
    """How many networks of each band train, and how many there are."""
    groups = {band: [net.trains for net in found if net.band == band] for band in probes.BANDS}
    return {band: (sum(group), len(group)) for band, group in groups.items()}


@checked()
def by_budget(found: list[Net]) -> dict[str, dict[str, tuple[int, int]]]:
    """For each of BUDGETS: decades of range -> how many of these networks train, and how many there are."""
    table = {}
    for name, budget in BUDGETS.items():
        same = [net for net in found if net.settings.items() >= budget.items()]
        table[name] = {_span(low, high): _share(same, low, high) for low, high in pairwise(EDGES)}
    return table


def _span(low: float, high: float) -> str:
    return f"under {high}" if low == 0 else f"{low} to {high}" if high < np.inf else f"{low} or more"


def _share(found: list[Net], low: float, high: float) -> tuple[int, int]:
    trains = [net.trains for net in found if low <= min(net.measures["range"], 1e9) < high]
    return sum(trains), len(trains)


_FIT = (
    *(dict(scheme=scheme) for scheme in ("glorot_standard", "xavier_normal", "he_normal", "orthogonal")),
    *(dict(scheme="lecun_normal", gain=gain) for gain in (0.7, 2.0, 3.0)),
    *(dict(norm=norm) for norm in ("batch", "layer")),
    *(dict(skip="post", alpha=alpha) for alpha in (1.0, "1/depth")),
)
BUDGETS = {
    "150 steps": dict(optimizer="momentum", rates=[0.1, 0.03, 0.01, 0.003], steps=150),
    "600 steps, hotter": dict(optimizer="momentum", rates=[1.0, 0.3, 0.1, 0.03], steps=600),
    "Adam, 150 steps": dict(optimizer="adam", rates=[0.03, 0.01, 0.003, 0.001], steps=150),
}
EDGES = (0, 1, 2, 3, 5, np.inf)  # decades, for the budgets
NEW = ("elu", "leaky_relu", "gelu", "softplus")  # activations that only the held-out networks have


@checked(activations=require.nonempty, depths=lambda name, values: require.sizes(name, values, 1))
def grid(activations, depths, kinds, first_seed: int) -> list[dict]:
    """The settings of every combination, each with a seed of its own."""
    every = [(name, depth, kind) for name in activations for depth in depths for kind in kinds]
    usual = {"relu": "he_normal", "leaky_relu": "he_normal", "gelu": "he_normal"}
    return [
        dict(activation=name, depth=depth, scheme=usual.get(name, "xavier_normal"), seed=first_seed + k) | kind
        for k, (name, depth, kind) in enumerate(every)
    ]


FIT = [
    *grid(("sigmoid", "tanh", "relu"), (3, 5, 10, 20, 40), _FIT, 0),
    *grid(("selu",), (3, 5, 10, 20, 40), [dict(scheme="lecun_normal")], 900),
]


def _others(gain: float) -> list[dict]:
    return [
        *(dict(scheme=scheme) for scheme in ("xavier_normal", "he_normal")),
        dict(scheme="lecun_normal", gain=gain),
        *(dict(norm=norm) for norm in ("batch", "layer")),
        dict(skip="post", alpha="1/sqrt(depth)"),
    ]


HELD_OUT = [
    *grid(("sigmoid", "tanh", "relu", *NEW), (4, 8, 15, 30), _others(2.5), 2000),
    *grid(("sigmoid", "tanh", "relu", *NEW), (6, 12, 25, 35), _others(1.6), 7000),
]
_BUDGET = [
    *(dict(scheme=scheme) for scheme in ("glorot_standard", "xavier_normal")),
    *(dict(scheme="lecun_normal", gain=gain) for gain in (0.7, 2.0)),
    dict(norm="batch"),
    dict(skip="post"),
]
BUDGET = [
    net | dict(width=32) | budget
    for net in grid(("sigmoid", "tanh", "relu"), (5, 8, 12, 18), _BUDGET, 3000)
    for budget in BUDGETS.values()
]
