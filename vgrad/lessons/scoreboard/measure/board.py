"""So which cure for which illness?  Every solution of the series on the same two tasks, with what it costs.

A net is a name in NETS: fifty layers that learn the digits, or a cell that runs a hundred steps. ``measure`` is what
the stored table "scoreboard" runs in each cell; ``board`` reads that table, and "adding", into one record; ``treat``
changes a net and measures its gradient anew.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .... import data, init, models, ops, probes, require
from ....kit.experiments import cost, stored
from ....kit.experiments.learning import learn, usual
from ....kit.experiments.protocol import checked, measured
from ....kit.experiments.reach import reach
from ....ops import Array
from ... import memory
from ..records import Board, Net, Row, Treated

DEPTH, WIDTH, BATCH, T = 50, 32, 48, 100
RATES, STEPS, SEEDS, FRESH = (0.1, 0.03, 0.01, 0.003, 0.001, 0.0003), 150, 5, 10  # networks trained, and only looked at
TABLE = Path(__file__).parents[1] / "tables" / "scoreboard.json"
AGAIN = 5  # times that a cost is measured


def _deep(label: str, lesson: str, activation: str, **settings) -> Net:
    return Net(label, lesson, dict(activation=activation, **settings))


def _cell(label: str, cell: str, lesson="10_lstm_gru", **settings) -> Net:
    return Net(label, lesson, dict(cell=cell, **settings))


_LARGE = dict(gain=2**0.5)  # He's weights times this: σ_w = 2
NETS: dict[str, Net] = {
    "sigmoid": _deep("sigmoid, Xavier", "03_gradient_flow", "sigmoid"),
    "sigmoid clip": _deep("sigmoid, Xavier, clipped", "09_exploding", "sigmoid", clip_norm=1.0),
    "sigmoid batch": _deep("sigmoid, batch norm", "06_normalization", "sigmoid", norm="batch"),
    "sigmoid layer": _deep("sigmoid, layer norm", "06_normalization", "sigmoid", norm="layer"),
    "sigmoid skip": _deep("sigmoid, skip", "07_skip_connections", "sigmoid", skip="post"),
    "relu xavier": _deep("ReLU, Xavier", "04_initialization", "relu", scheme="xavier_normal"),
    "relu": _deep("ReLU, He", "04_initialization", "relu"),
    "relu batch": _deep("ReLU, He, batch norm", "06_normalization", "relu", norm="batch"),
    "relu layer": _deep("ReLU, He, layer norm", "06_normalization", "relu", norm="layer"),
    "relu skip": _deep("ReLU, He, skip", "07_skip_connections", "relu", skip="post"),
    "relu skip clip": _deep("ReLU, He, skip, clipped", "09_exploding", "relu", skip="post", clip_norm=1.0),
    "relu skip batch": _deep("ReLU, He, skip, batch norm", "07_skip_connections", "relu", skip="post", norm="batch"),
    "relu skip depth": _deep("ReLU, He, skip/depth", "07_skip_connections", "relu", skip="post", alpha="1/depth"),
    "relu large": _deep("ReLU, weights too large", "04_initialization", "relu", **_LARGE),
    "relu large clip": _deep("ReLU, too large, clipped", "09_exploding", "relu", clip_norm=1.0, **_LARGE),
    "relu large batch": _deep("ReLU, too large, batch norm", "06_normalization", "relu", norm="batch", **_LARGE),
    "tanh": _deep("tanh, Xavier", "04_initialization", "tanh"),
    "tanh orthogonal": _deep("tanh, orthogonal", "04_initialization", "tanh", scheme="orthogonal"),
    "tanh batch": _deep("tanh, batch norm", "06_normalization", "tanh", norm="batch"),
    "selu": _deep("SELU, LeCun", "04_initialization", "selu", scheme="lecun_normal"),
    "rnn": _cell("RNN, tanh", "rnn", "08_recurrence"),
    "irnn": _cell("IRNN", "irnn"),
    "lstm 0": _cell("LSTM, forget bias 0", "lstm", bias=0.0),
    "lstm 1": _cell("LSTM, forget bias 1", "lstm", bias=1.0),
    "lstm 3": _cell("LSTM, forget bias 3", "lstm", bias=3.0),
    "lstm paired": _cell("LSTM, 3 and input bias -3", "lstm", bias=3.0, mode="paired"),
    "lstm chrono": _cell("LSTM, chrono", "lstm", mode="chrono"),
    "gru 0": _cell("GRU, update bias 0", "gru", bias=0.0),
    "gru 1": _cell("GRU, update bias 1", "gru", bias=1.0),
}  # fmt: skip
SIZES: dict[str, dict] = {
    "gradient": dict(seeds=FRESH, seed=0),
    "training": dict(depth=DEPTH, width=WIDTH, batch=BATCH, rates=[*RATES], steps=STEPS, seeds=SEEDS, seed=0),
    "cost": {},
}


def cells() -> list[dict]:
    """The stored table's: each net's gradient and cost, and of the deep ones their training."""
    return [dict(net=net, what=what) | NETS[net].settings | SIZES[what] for net in NETS for what in _what(net)]


def measure(net: str, what: str, **settings) -> dict:
    """One of the stored cells.   what : "gradient", "training" or "cost"; settings : as in ``cells``."""
    require.choice("what", what, _what(require.choice("net", net, NETS)))
    return {"gradient": _gradient, "training": _training, "cost": _cost}[what](**settings)


def _what(net: str) -> tuple[str, ...]:
    return ("gradient", "cost") if "cell" in NETS[net].settings else ("gradient", "training", "cost")


def _gradient(**settings) -> dict:
    """Layer by layer, before training; and the decades from first to last."""
    norms = reach(T=T, **settings).sizes if "cell" in settings else at_start(**settings)
    with np.errstate(divide="ignore"):
        relative = norms / norms[:, -1:]
        return dict(layers=np.quantile(relative, (0, 0.5, 1), axis=0), decades=np.log10(relative[:, 0]))


@checked(scheme=lambda _, value: init.scheme_named(value))
@measured
def at_start(activation: str, *, scheme=None, gain=1.0, depth=DEPTH, width=WIDTH, seeds=FRESH, seed=0, **path) -> Array:
    """‖dL/dh_k‖ of fresh networks on 48 digits, (seeds, depth).   path : as of ``learn``; clipping changes nothing."""
    norm, skip = path.get("norm"), path.get("skip") and models.Skip(path["skip"], path.get("alpha", 1.0))
    rng = np.random.default_rng((seed, 12))
    weights = dict(scheme=scheme or usual(activation), gain=gain, activation=activation, ensemble=(seeds,), rng=rng)
    params = models.init_mlp([64, *[width] * depth, 10], norm=norm, skip=skip, **weights)
    digits = data.digits()
    x, labels = next(iter(data.batches(digits.x_train, digits.y_train, BATCH, rng=rng)))
    logits, tape = models.mlp(params, x, activation, norm=norm, skip=skip)
    _, pullback = ops.softmax_cross_entropy(logits, labels)
    return probes.norms(tape, pullback()).dh


def _training(activation: str, **settings) -> dict:
    """Accuracy at the best rate, and how many of all runs stayed finite."""
    record = learn(activation, **settings)
    return dict(rate=record.rate, accuracy=record.best, finite=np.isfinite(record.losses).mean())


def _cost(**settings) -> dict:
    """A step's time over that of the plain net, ReLU or an RNN."""
    plain = dict(cell="rnn") if "cell" in settings else dict(activation="relu")
    sizes = dict(depth=DEPTH, width=WIDTH, batch=BATCH, T=T, seeds=SEEDS)
    return dict(cost=cost.time_ratios(settings, plain, AGAIN, **sizes))


def board() -> Board:
    """Every net's row, of the stored tables "scoreboard" and "adding"."""
    found: dict[str, dict] = {name: {} for name in NETS}
    for cell in stored.read(TABLE):
        found[cell.settings["net"]].update(cell.result)
    adding = [(cell.settings, cell.result["solved"]) for cell in memory.load("adding")]
    return Board({name: _row(name, results, adding) for name, results in found.items()})


def _row(name: str, results: dict, adding: list) -> Row:
    net, solved = NETS[name], None
    if "cell" in net.settings:
        solved = next(steps for settings, steps in adding if net.settings.items() <= settings.items())
    layers, decades, costs = (_array(results[key]) for key in ("layers", "decades", "cost"))
    accuracy = None if solved else _array(results["accuracy"])
    return Row(name, *net, layers, decades, accuracy, results.get("finite"), solved, costs)


def _array(numbers) -> Array:
    """What was not finite is stored as None: of decades, a gradient of 0."""
    return np.array(
        [[-np.inf if number is None else number for number in row] for row in np.atleast_2d(numbers)]
    ).squeeze()


def treat(name: str, **changes) -> Treated:
    """Change some settings of a deep net, and measure its gradient before and behind that.

    changes : activation, scheme, gain, norm, skip, alpha, clip_norm.
    """
    settings = NETS[require.choice("name", name, [net for net in NETS if "training" in _what(net)])].settings
    for key in changes:
        require.choice("changes", key, ("activation", "scheme", "gain", "norm", "skip", "alpha", "clip_norm"))
    treated = settings | changes
    return Treated(name, changes, treated, _gradient(**settings)["decades"], _gradient(**treated)["decades"])
