"""So which cure for which illness?  Every solution as measured; choose one, and see its layers."""

from __future__ import annotations

from functools import cache

from .. import experiments, plots
from .controls import choice, real
from .framework import Explorer

PRESETS = {
    "Batch norm makes an explosion": dict(row="relu batch"),
    "Holds, and does not learn": dict(row="relu"),
    "The best of fifty layers": dict(row="relu skip depth", order="learning"),
    "Clipping: finite, no more": dict(row="relu large clip", order="learning"),
    "Vanishes, and learns": dict(row="gru 0", order="learning"),
    "A stricter line": dict(row="tanh", within=0.5, order="gradient"),
}


def scoreboard(**values) -> Explorer:
    """The scoreboard, sorted as you like, and the layers of one row.   values : where its controls start."""
    rows = {net.label: name for name, net in experiments.scoreboard.NETS.items()}
    controls = {
        "row": choice("row", "sigmoid", rows),
        "order": choice("sort by", "the series", {name: name for name in experiments.taught.ORDERS}),
        "within": real("holds within", 1.0, 0.25, 3.0, 0.25),
    }
    words = dict(sentence=plots.scoreboard.sentence, alt=plots.scoreboard.alt)
    return Explorer("scoreboard", controls, _measure, plots.ScorePlot, **words, presets=PRESETS, start=values)


def _measure(row: str, order: str, within: float) -> experiments.taught.View:
    return experiments.taught.view(_board(), row, order, within)


@cache
def _board() -> experiments.scoreboard.Board:
    return experiments.scoreboard.board()
