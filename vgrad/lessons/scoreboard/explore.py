"""So which cure for which illness?  Every net on one plane; choose one, and see the way of its gradient."""

from __future__ import annotations

from functools import cache

from ...kit.explorers.controls import choice, real, switch
from ...kit.explorers.framework import Explorer
from . import records
from .draw import board as draw
from .measure import board as measure
from .measure import taught
from .say import board as say

PRESETS = {
    "1 · Sigmoid vanishes": dict(row="sigmoid"),
    "2 · Healthy, and does not learn": dict(row="relu"),
    "3 · Batch norm explodes": dict(row="relu batch"),
    "4 · Clipping does not help": dict(row="relu large clip"),
    "5 · The best net": dict(row="relu skip depth"),
    "6 · Vanishes, and learns": dict(row="gru 0"),
}


def scoreboard(**values) -> Explorer:
    """Explore the scoreboard, and the gradient of one of its nets.   values : where its controls start."""
    rows = {net.label: name for name, net in measure.NETS.items()}
    controls = {
        "row": choice("net", "relu layer", rows),
        "within": real("holds within", 1.0, 0.25, 3.0, 0.25),
        "cost": switch("show the cost", False, "the larger a dot, the longer a step of training"),
    }
    return Explorer(
        "scoreboard", controls, _measure, draw.ScorePlot,
        sentence=say.sentence, alt=say.alt, presets=PRESETS, start=values,
    )  # fmt: skip


def _measure(row: str, within: float, cost: bool) -> records.View:
    """The scoreboard as the controls have it."""
    return taught.view(_board(), row, within, cost)


@cache
def _board() -> records.Board:
    return measure.board()


EXPLORERS = {"scoreboard": scoreboard}
