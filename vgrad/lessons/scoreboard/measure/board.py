"""So which cure for which illness?  Every solution of the series on the same two tasks, with what it costs.

A net is a name in NETS: fifty layers that learn the digits, or a cell that runs a hundred steps. ``measure`` is what
the stored table "scoreboard" runs in each cell; ``board`` reads that table, and "adding", into one record; ``treat``
changes a net and measures its gradient anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np

from .... import data, init, models, ops, probes, require
from ....kit.experiments import cost, stored
from ....kit.experiments.learning import HiddenLayers, learn, usual
from ....kit.experiments.protocol import (
    ActivationName,
    Alpha,
    FormName,
    Networks,
    Width,
    measured,
    norm_and_skip,
)
from ....kit.experiments.reach import reach
from ....models.checks import NormName
from ....ops import Array
from ....require import Finite, Seed, guarded
from ... import memory
from ..records import Board, Net, Row, Treated

DEPTH = 50
WIDTH = 32
BATCH = 48
T = 100  # steps that a cell runs
RATES = (0.1, 0.03, 0.01, 0.003, 0.001, 0.0003)
STEPS = 150  # of training
SEEDS = 5  # networks that are trained
FRESH = 10  # networks that are only measured
TABLE = Path(__file__).parents[1] / "tables" / "scoreboard.json"
AGAIN = 5  # times that a cost is measured


def _deep(label: str, lesson: str, activation: str, **settings) -> Net:
    return Net(label, lesson, dict(activation=activation, **settings))


def _cell(label: str, cell: str, lesson="12_gates", **settings) -> Net:
    return Net(label, lesson, dict(cell=cell, **settings))


_BLOCK = dict(skip="branch", depth=26)  # one layer and 25 blocks of two layers each, h + φ(h W_1) W_2
_SKIP = dict(skip="activation_last")
_DIVIDED: dict = dict(**_SKIP, alpha="1/depth")
_LARGE = dict(gain=2**0.5)  # He's weights times this: σ_w = 2
NETS: dict[str, Net] = {
    "sigmoid": _deep("sigmoid, Xavier", "03_gradient_flow", "sigmoid"),
    "sigmoid clip": _deep("sigmoid, Xavier, clipped", "11_exploding", "sigmoid", clip_norm=1.0),
    "sigmoid batch": _deep("sigmoid, batch norm", "07_normalization", "sigmoid", norm="batch"),
    "sigmoid layer": _deep("sigmoid, layer norm", "07_normalization", "sigmoid", norm="layer"),
    "sigmoid skip": _deep("sigmoid, skip", "08_skip_connections", "sigmoid", **_SKIP),
    "relu xavier": _deep("ReLU, Xavier", "04_initialization", "relu", scheme="xavier_normal"),
    "relu": _deep("ReLU, He", "04_initialization", "relu"),
    "relu batch": _deep("ReLU, He, batch norm", "07_normalization", "relu", norm="batch"),
    "relu layer": _deep("ReLU, He, layer norm", "07_normalization", "relu", norm="layer"),
    "relu skip": _deep("ReLU, He, skip", "08_skip_connections", "relu", **_SKIP),
    "relu skip clip": _deep("ReLU, He, skip, clipped", "11_exploding", "relu", **_SKIP, clip_norm=1.0),
    "relu skip batch": _deep("ReLU, He, skip, batch norm", "08_skip_connections", "relu", **_SKIP, norm="batch"),
    "relu skip depth": _deep("ReLU, He, skip/depth", "08_skip_connections", "relu", **_DIVIDED),
    "relu large": _deep("ReLU, weights too large", "04_initialization", "relu", **_LARGE),
    "relu large clip": _deep("ReLU, too large, clipped", "11_exploding", "relu", clip_norm=1.0, **_LARGE),
    "relu large batch": _deep("ReLU, too large, batch norm", "07_normalization", "relu", norm="batch", **_LARGE),
    "tanh": _deep("tanh, Xavier", "04_initialization", "tanh"),
    "tanh orthogonal": _deep("tanh, orthogonal", "05_edge_of_chaos", "tanh", scheme="orthogonal"),
    "pre-norm": _deep("pre-norm", "09_deep_training", "gelu", norm="layer_input", **_BLOCK),
    "post-norm": _deep("post-norm, warm-up", "09_deep_training", "gelu", norm="layer_output", warmup=50, **_BLOCK),
    "frozen": _deep("ReLU, He, frozen", "06_learning", "relu", frozen=True),
    "frozen skip": _deep("ReLU, He, skip/depth, frozen", "06_learning", "relu", **_DIVIDED, frozen=True),
    "none": _deep("no hidden layer", "06_learning", "identity", depth=0),
    "rnn": _cell("RNN, tanh", "rnn", "10_recurrence"),
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


TRAINING = ("clip_norm", "warmup", "frozen", "rates", "steps", "batch")
CHANGES = ("activation", "scheme", "gain", "norm", "skip", "alpha", "clip_norm")  # what ``treat`` may change
NetName = Annotated[str, require.one_of(NETS)]
_HIDDEN = [name for name, net in NETS.items() if "cell" not in net.settings and name != "none"]
HiddenName = Annotated[str, require.one_of(_HIDDEN)]  # of a net with hidden layers


def cells() -> list[dict[str, Any]]:
    """Return the settings of the stored table's cells.

    There is one for each net's gradient, one for its cost, and one for the training of a deep net.
    """
    return [dict(net=net, what=what) | SIZES[what] | NETS[net].settings for net in NETS for what in _measured_of(net)]


@guarded
def measure(net: NetName, what: str, **settings) -> dict[str, Any]:
    """Measure one of the stored cells.   what : "gradient", "training" or "cost"; settings : as in ``cells``."""
    require.choice("what", what, _measured_of(net))
    return {"gradient": _gradient, "training": _training, "cost": _cost}[what](**settings)


def _measured_of(net: str) -> tuple[str, ...]:
    return ("gradient", "cost") if "cell" in NETS[net].settings else ("gradient", "training", "cost")


def _gradient(**settings) -> dict:
    """Layer by layer, before training; and the decades from first to last."""
    norms = reach(T=T, **settings).sizes if "cell" in settings else at_start(**settings)
    with np.errstate(all="ignore"):
        relative = norms / norms[:, -1:]
        return dict(layers=np.quantile(relative, (0, 0.5, 1), axis=0), decades=np.log10(relative[:, 0]))


@guarded
@measured
def at_start(
    activation: ActivationName, *, scheme: init.Named | None = None, gain: Finite = 1.0, norm: NormName = None,
    skip: FormName = None, alpha: Alpha = 1.0, depth: HiddenLayers = DEPTH, width: Width = WIDTH,
    seeds: Networks = FRESH, seed: Seed = 0, **training,
) -> Array:  # fmt: skip
    """‖dL/dh_k‖.  Measures this norm at each layer of fresh networks on 48 digits, (seeds, depth).

    Without a hidden layer, the first layer is the last one, and the answer is (seeds, 1) of 1. The arguments are those
    of ``learn``. Those that belong to ``training``, such as clip_norm, change nothing here.
    """
    for name in training:
        require.choice("training", name, TRAINING)
    require.total("seeds · depth · width · (width + 48)", seeds * max(depth, 1) * width * (width + BATCH))
    path = norm_and_skip(norm, skip, alpha)
    rng = np.random.default_rng((seed, 12))
    scheme = scheme or usual(activation)
    weights: dict[str, Any] = dict(scheme=scheme, gain=gain, activation=activation, ensemble=(seeds,), rng=rng)
    params = models.init_mlp([64, *[width] * depth, 10], **path, **weights)
    digits = data.digits()
    x, labels = next(iter(data.batches(digits.x_train, digits.y_train, BATCH, rng=rng)))
    logits, tape = models.mlp(params, x, activation, **path)
    _, pullback = ops.softmax_cross_entropy(logits, labels)
    return probes.norms(tape, pullback()).dh if depth else np.ones((seeds, 1))


def _training(activation: str, **settings) -> dict:
    """Accuracy at the best rate, of the last batches and of the test set, and how many of all runs stayed finite."""
    record = learn(activation, **settings)
    return dict(rate=record.rate, accuracy=record.best, test=record.test, finite=np.isfinite(record.losses).mean())


def _cost(**settings) -> dict:
    """A step's time over that of the plain net, ReLU or an RNN."""
    plain = dict(cell="rnn") if "cell" in settings else dict(activation="relu")
    sizes = dict(width=WIDTH, batch=BATCH, T=T, seeds=SEEDS)
    net, plain = (dict(depth=DEPTH) | each for each in (settings, plain))
    return dict(cost=cost.time_ratios(net, plain, AGAIN, **sizes))


def board() -> Board:
    """Return every net's row, read from the stored tables "scoreboard" and "adding"."""
    found: dict[str, dict] = {name: {} for name in NETS}
    for cell in stored.read(TABLE):
        found[cell.settings["net"]].update(cell.result)
    adding = [(cell.settings, cell.result["solved"]) for cell in memory.load("adding")]
    return Board({name: _row(name, results, adding) for name, results in found.items()})


def _row(name: str, results: dict, adding: list) -> Row:
    net = NETS[name]
    solved = None
    if "cell" in net.settings:
        solved = next(steps for settings, steps in adding if net.settings.items() <= settings.items())
    layers, decades, costs = (_array(results[key]) for key in ("layers", "decades", "cost"))
    accuracy, test = (None if solved else _array(results[key]) for key in ("accuracy", "test"))
    return Row(
        name, net.label, net.lesson, net.settings, layers, decades, accuracy, test, results.get("finite"), solved, costs
    )


def _array(numbers) -> Array:
    """The numbers of a table. What was not finite is stored as None, which of decades is a gradient of 0."""
    numbers = np.array(numbers, object)
    return np.where(numbers == None, -np.inf, numbers).astype(float)  # noqa: E711, as it is asked of each number


@guarded
def treat(name: HiddenName, **changes) -> Treated:
    """Change some settings of a deep net, and measure its gradient before and after that.

    name : of a deep net in NETS; changes : new values for some of CHANGES.
    """
    settings = NETS[name].settings
    for key in changes:
        require.choice("changes", key, CHANGES)
    treated = settings | changes
    return Treated(name, changes, treated, _gradient(**settings)["decades"], _gradient(**treated)["decades"])
