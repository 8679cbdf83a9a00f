"""So which cure for which illness?  Every solution as measured; choose one, and see its layers."""

from __future__ import annotations

from functools import cache

from ...kit.explorers.controls import choice, real
from ...kit.explorers.framework import Explorer
from . import records
from .draw import board as draw
from .measure import board as measure
from .measure import taught
from .say import board as say

PRESETS = {
    "Batch norm makes an explosion": dict(row="relu batch"),
    "Holds, and does not learn": dict(row="relu"),
    "The best of fifty layers": dict(row="relu skip depth", order="learning"),
    "Clipping: finite, no more": dict(row="relu large clip", order="learning"),
    "Vanishes, and learns": dict(row="gru 0", order="learning"),
    "A stricter line": dict(row="tanh", within=0.5, order="gradient"),
}


def scoreboard(**values) -> Explorer:
    """Explore the scoreboard, sorted as you like, and the layers of one row.   values : where its controls start."""
    rows = {net.label: name for name, net in measure.NETS.items()}
    controls = {
        "row": choice("row", "sigmoid", rows),
        "order": choice("sort by", "the series", {name: name for name in taught.ORDERS}),
        "within": real("holds within", 1.0, 0.25, 3.0, 0.25),
    }
    return Explorer(
        "scoreboard", controls, _measure, draw.ScorePlot,
        sentence=say.sentence, alt=say.alt, presets=PRESETS, start=values,
    )  # fmt: skip


def _measure(row: str, order: str, within: float) -> records.View:
    """The scoreboard as the controls have it."""
    return taught.view(_board(), row, order, within)


@cache
def _board() -> records.Board:
    return measure.board()


EXPLORERS = {"scoreboard": scoreboard}
