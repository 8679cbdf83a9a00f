"""The table of this lesson that takes too long to compute while one reads."""

from __future__ import annotations

from pathlib import Path

from ...kit.experiments.stored import Table, Tables
from .measure import adding

_NETS = (
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

TABLES = Tables(
    Path(__file__).with_name("tables"),
    adding=Table(
        "the adding problem over a hundred steps: the loss, when it was solved, and what reaches the first step",
        adding.table,
        [net | dict(T=100, width=32, rate=0.01, steps=800, seeds=5, seed=0) for net in _NETS],
    ),
    shuffled=Table(
        "the same GRU without a gate bias, where each sequence has the answer of another one",
        adding.table,
        [dict(cell="gru", bias=0.0, T=100, width=32, rate=0.01, steps=200, seeds=5, seed=0, shuffled=True)],
    ),
)
