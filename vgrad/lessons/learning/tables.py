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

TABLES = Tables(
    Path(__file__).with_name("tables"),
    depth_paradox=Table(
        "the loss and the accuracies of networks of ever more layers, SGD with momentum, at the best of four rates",
        training.deep,
        [net | dict(depth=depth) | _PARADOX_RUN for net in _PARADOX for depth in (1, 2, 3, 4, 5, 6, 8, 10, 20, 50)],
    ),
)
