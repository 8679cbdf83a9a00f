"""The tables of this lesson that take too long to compute while one reads."""

from __future__ import annotations

from pathlib import Path

from ...kit.experiments import training
from ...kit.experiments.stored import Table, Tables

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

TABLES = Tables(
    Path(__file__).with_name("tables"),
    depth_paradox=Table(
        "the training loss of networks of ever more layers, SGD with momentum, at the best of four rates",
        training.deep,
        [net | dict(depth=depth) | _PARADOX_RUN for net in _PARADOX for depth in (1, 2, 3, 4, 5, 6, 8, 10, 20, 50)],
    ),
    update_ratio=Table(
        "the size of updates early in training, and what was learnt in the end, a network for each rate",
        training.updates,
        [
            net | dict(optimizer=optimizer, rates=rates, width=32, batch=64, steps=200, seed=0)
            for net in _UPDATES
            for optimizer, rates in _RATES.items()
        ],
    ),
)
