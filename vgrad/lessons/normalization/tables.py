"""The tables of this lesson that take too long to compute while one reads."""

from __future__ import annotations

from pathlib import Path

from ...kit.experiments.stored import Table, Tables
from . import measure

_RUN = dict(width=32, batch=48, steps=80, optimizer="momentum", rates=[0.1, 0.03, 0.01, 0.003], seeds=5, seed=0)
_SMALL = dict(activation="relu", norm="batch", depth=40) | _RUN
_LARGE = _SMALL | dict(width=128, batch=128, steps=300, rates=[0.03, 0.01])  # fewer, because they take minutes
_NETS = (
    dict(activation="sigmoid", norm="none", depth=0),
    dict(activation="sigmoid", norm="none", depth=40),
    dict(activation="sigmoid", norm="layer", depth=40),
    dict(activation="sigmoid", norm="scale", depth=40),
    dict(activation="sigmoid", norm="batch", depth=40),
    dict(activation="relu", norm="none", depth=40),
    dict(activation="relu", norm="layer", depth=40),
    dict(activation="relu", norm="batch", depth=40),
)


def _trained(**settings) -> dict:
    """What ``classify`` measures of a cell's networks."""
    record = measure.classify(**settings)
    return dict(rate=record.rate, training=record.training, test=record.test)


TABLES = Tables(
    Path(__file__).with_name("tables"),
    norms_trained=Table(
        "accuracy of forty layers with and without normalization, and of no hidden layer",
        _trained,
        [net | _RUN for net in _NETS],
    ),
    relu_batch=Table(
        "accuracy of forty ReLU layers with batch norm, as width, batch, steps and optimizer change",
        _trained,
        [
            _SMALL,
            _SMALL | dict(optimizer="adam"),
            _SMALL | dict(width=128),
            _SMALL | dict(batch=128),
            _SMALL | dict(steps=300),
            _LARGE,
            _LARGE | dict(optimizer="adam"),
            _LARGE | dict(activation="sigmoid", norm="none", depth=0),
        ],
    ),
)
