"""The tables that ``stored`` computes and keeps: what runs in each cell, and with which settings, seeds included."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from . import diagnosis, memory, phase, scoreboard, skips, training


class Table(NamedTuple):
    """How a table is made: ``run`` of each cell's settings returns its numbers."""

    what: str  # it is, in one line
    run: Callable[..., dict]
    cells: list[dict]


_PARADOX = (
    dict(activation="sigmoid", scheme="xavier_normal"),
    dict(activation="tanh", scheme="xavier_normal"),
    dict(activation="relu", scheme="he_normal"),
)
_PARADOX_RUN = dict(
    optimizer="momentum", rates=[0.1, 0.03, 0.01, 0.003], width=32, batch=64, steps=400, seeds=5, seed=0
)
_UPDATES = (
    dict(activation="tanh", scheme="xavier_normal", norm="none", depth=6),
    dict(activation="relu", scheme="he_normal", norm="none", depth=6),
    dict(activation="sigmoid", scheme="xavier_normal", norm="none", depth=3),
    dict(activation="sigmoid", scheme="xavier_normal", norm="batch", depth=10),
)
_RATES = {
    "sgd": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0],
    "adam": [1e-5, 3e-5, 1e-4, 3e-4, 0.001, 0.003, 0.01, 0.03, 0.1],
}
_MEMORY = (
    dict(cell="rnn"),
    dict(cell="irnn"),
    dict(cell="lstm", bias=0.0),
    dict(cell="lstm", bias=1.0),
    dict(cell="lstm", bias=3.0),
    dict(cell="lstm", bias=3.0, mode="paired"),
    dict(cell="lstm", mode="chrono"),
    dict(cell="gru", bias=0.0),
    dict(cell="gru", bias=1.0),
)

TABLES: dict[str, Table] = {
    "depth_paradox": Table(
        "the training loss of networks of ever more layers, SGD with momentum, at the best of four rates",
        training.deep,
        [net | dict(depth=depth) | _PARADOX_RUN for net in _PARADOX for depth in (1, 2, 3, 4, 5, 6, 8, 10, 20, 50)],
    ),
    "update_ratio": Table(
        "the size of updates early in training, and what was learnt in the end, a network for each rate",
        training.updates,
        [
            net | dict(optimizer=optimizer, rates=rates, width=32, batch=64, steps=200, seed=0)
            for net in _UPDATES
            for optimizer, rates in _RATES.items()
        ],
    ),
    "he_figure": Table(
        "accuracy of ReLU nets by depth, with Xavier's weights and with He's",
        phase.he_or_xavier,
        [dict(scheme=scheme, depth=depth) for scheme in ("xavier_normal", "he_normal") for depth in (6, 10, 22, 30)],
    ),
    "phase_map": Table(
        "accuracy of tanh nets by depth and by the variance of their weights, biases of variance 0.05",
        phase.trained,
        [
            dict(sigma_w2=sigma_w2, depth=depth, width=32)
            for sigma_w2 in (0.8, 1.1, 1.4, 1.76, 2.2, 2.8, 3.6)
            for depth in (5, 10, 20, 40, 80)
        ],
    ),
    "saxe": Table(
        "steps that deep linear nets take to learn, of orthogonal weights and of normal ones",
        phase.steps_to_learn,
        [dict(draw=draw, depth=depth) for draw in ("orthogonal", "normal") for depth in (2, 4, 8, 16)],
    ),
    "path_depth": Table(
        "accuracy of networks of up to a thousand layers, each with a path around it",
        skips.deep,
        [dict(depth=depth, steps=80) for depth in (50, 100, 200, 500, 1000)] + [dict(depth=50, steps=400)],
    ),
    "adding": Table(
        "the adding problem over a hundred steps: the loss, when it was solved, and what reaches the first step",
        memory.table,
        [net | dict(T=100, width=32, rate=0.01, steps=800, seeds=5, seed=0) for net in _MEMORY],
    ),
    "diagnosis_fit": Table(
        "what fresh networks measure, and how well they learn the digits: those on which the bands were set",
        diagnosis.trial,
        diagnosis.FIT,
    ),
    "diagnosis_held_out": Table(
        "the same of networks on which nothing was set: other depths, activations, weights and seeds",
        diagnosis.trial,
        diagnosis.HELD_OUT,
    ),
    "diagnosis_budget": Table(
        "the same of networks trained with another optimizer, or for longer",
        diagnosis.trial,
        diagnosis.BUDGET,
    ),
    "scoreboard": Table(
        "every solution: its gradient before training, what it learns of the digits, and what a step of training costs",
        scoreboard.measure,
        scoreboard.cells(),
    ),
}
