"""The tables of this lesson that take too long to compute while one reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...kit.experiments.stored import Table, Tables
from .measure import adding, layered, solve, truncation
from .records import RING

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

_SOLVERS = (
    *(dict(cell="linear", ring=ring) for ring in ([0.5, 0.9], [0.9, 0.999], [0.99, 0.9999], [0.999, 0.99999])),
    dict(cell="rnn"),
    dict(cell="gru", bias=0.0),
    dict(cell="gru", bias=5.0),
)
_ADDERS = (
    dict(cell="linear", ring=[*RING]),
    dict(cell="selective", ring=[0.9, 0.999]),
    dict(cell="selective", ring=[*RING]),
    dict(cell="rnn"),
    dict(cell="gru", bias=0.0),
    dict(cell="gru", bias=5.0),
)


def _solving(task: str, nets: tuple, lengths: tuple, steps: int) -> list[dict]:
    """The settings of all nets at all lengths and their learning rates, the shortest first."""
    same: dict[str, Any] = dict(width=32, batch=16, steps=steps, seeds=5, seed=0)
    every = [(T, net) for T in lengths for net in nets]
    return [dict(task=task, **net, T=T, rate=rate, **same) for T, net in every for rate in _rates(task, net, T)]


def _rates(task: str, net: dict, T: int) -> tuple[float, ...]:
    """The learning rates of a net.

    A linear cell learns at the one that was tried first. An RNN and a GRU also have lower ones, which an RNN needs. The
    GRU without a bias, whose gradient vanishes, is left out over a thousand steps, which would take the longest of all.
    """
    if net["cell"] == "rnn":
        return (0.01, 0.003, 0.001) if task == "first" else (0.01, 0.001)
    if net.get("bias") == 0.0 and T == 1000:
        return ()
    return (0.01, 0.001) if net.get("bias") and task == "first" else (0.01,)


TABLES = Tables(
    Path(__file__).with_name("tables"),
    adding=Table(
        "the adding problem over a hundred steps: the loss, when it was solved, and what reaches the first step",
        adding.table,
        [net | dict(T=100, width=32, rate=0.01, steps=800, seeds=5, seed=0) for net in _NETS],
    ),
    first_symbol=Table(
        "who names the first of so many symbols: when each network could, and its accuracy",
        solve.table,
        _solving("first", _SOLVERS, (100, 300, 1000), 200),
    ),
    long_adding=Table(
        "the adding problem over a hundred to a thousand steps: when each network had solved it, and its loss",
        solve.table,
        _solving("adding", _ADDERS, (100, 300, 1000), 400),
    ),
    layered=Table(
        "the adding problem by a linear recurrence behind a layer, with a ReLU and without one",
        layered.table,
        [
            dict(activation=activation, T=100, width=32, rate=0.01, batch=16, steps=400, seeds=5, seed=0)
            for activation in layered.ACTIVATIONS
        ],
    ),
    shuffled=Table(
        "the same GRU without a gate bias, where each sequence has the answer of another one",
        adding.table,
        [dict(cell="gru", bias=0.0, T=100, width=32, rate=0.01, steps=200, seeds=5, seed=0, shuffled=True)],
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
