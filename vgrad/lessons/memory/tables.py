"""The tables of this lesson that take too long to compute while one reads."""

from __future__ import annotations

from pathlib import Path

from ...kit.experiments.stored import Table, Tables
from .measure import adding, truncation

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
_ECHO = dict(steps=6000, width=32, seeds=5, seed=0)
_SPANS = {lag: sorted({lag // 2, lag, lag + 1, lag + 2, 2 * lag, 3 * lag}) for lag in (2, 4, 8)}

TABLES = Tables(
    Path(__file__).with_name("tables"),
    adding=Table(
        "the adding problem over a hundred steps: the loss, when it was solved, and what reaches the first step",
        adding.table,
        [net | dict(T=100, width=32, rate=0.01, steps=800, seeds=5, seed=0) for net in _NETS],
    ),
    echo=Table(
        "the accuracy of an echo learned in windows, with the state carried over, reset, or with the readout alone",
        truncation.table,
        [
            dict(cell=cell, carried=carried, frozen=frozen, lag=lag, span=span) | _ECHO
            for cell in ("gru", "rnn")
            for carried, frozen in ((True, False), (False, False), (True, True))
            for lag, spans in _SPANS.items()
            for span in (spans if not frozen else [lag + 1])
        ],
    ),
)
