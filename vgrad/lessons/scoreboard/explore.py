"""So which cure for which illness?  Every net on one plane; choose one, and see the way of its gradient."""

from __future__ import annotations

from functools import cache
from typing import Any

from ...kit import styles
from ...kit.explorers.controls import Control, choice, real, row, switch
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
    "5 · As good as any, without depth": dict(row="none"),
    "6 · Vanishes, and learns": dict(row="gru 0"),
}


class BoardExplorer(Explorer):
    """An explorer whose dots and names can be clicked: over each lies a button, which chooses its net.

    Some dots lie on each other, but no names do. The buttons are for the mouse. A keyboard has the list of nets, and so
    it does not stop at them.
    """

    def __init__(self, *parts, **more):
        self._spots: dict[str, Any] = {}  # over the dots
        self._labels: dict[str, Any] = {}  # over the names
        self._named: Any = None  # how the names stood when the buttons were laid over them
        super().__init__(*parts, **more)
        dots = {name: self._spot(name, net.label) for name, net in measure.NETS.items()}
        labels = {name: self._spot(name, net.label) for name, net in measure.NETS.items()}
        box = row("", *labels.values(), *dots.values())
        box.children = box.children[1:]  # without a label
        box.add_class("vgrad-spots")
        self._spots = {name: spot.widget for name, spot in dots.items()}
        self._labels = {name: spot.widget for name, spot in labels.items()}
        for button in self._labels.values():
            button.add_class("vgrad-spot-name")
        self.children[0].value += styles.SPOTS
        self._view.children = [*self._view.children, box]
        self._put()

    def _spot(self, name: str, label: str) -> Control:
        spot = switch(label, False, label)
        button: Any = spot.widget
        button.tabbable = False
        button.layout.width = "24px"
        button.add_class("vgrad-spot")

        def choose(change) -> None:
            if change.new:
                self.controls["row"].value = name
                change.owner.value = False

        button.observe(choose, "value")
        return spot

    def _show(self, resting: bool = True) -> None:
        super()._show(resting)
        plot: Any = self._plot
        if plot.named != self._named:
            self._put()

    def _put(self) -> None:
        """Lay the buttons over the dots and names that are shown, and take the others away."""
        plot: Any = self._plot
        self._named = plot.named
        rows = {row.name: row for row in self.record.rows}
        for name in self._spots:
            for button in (self._spots[name], self._labels[name]):
                button.layout.display = None if name in rows else "none"
            if name in rows:
                _lay(self._spots[name], *draw.spot(plot, rows[name]))
                left, top, width, height = draw.name_box(plot, name)
                _lay(self._labels[name], left, top)
                self._labels[name].layout.width = f"{100 * width:.2f}%"
                self._labels[name].layout.height = f"{100 * height:.2f}%"


def _lay(button, x: float, y: float) -> None:
    """Put a button to a place of the picture, of shares of its width and height, from below."""
    button.layout.left = f"{100 * x:.2f}%"
    button.layout.top = f"{100 * (1 - y):.2f}%"


def scoreboard(**values) -> Explorer:
    """Explore the scoreboard, and the gradient of one of its nets.   values : where its controls start."""
    rows = {net.label: name for name, net in measure.NETS.items()}
    controls = {
        "row": choice("net", "relu layer", rows, label_width="28px"),
        "within": real("holds within", 1.0, 0.25, 3.0, 0.25),
        "cost": switch("show the cost", False, "the larger a dot, the longer a step of training"),
    }
    return BoardExplorer(
        scoreboard, controls, _measure, draw.ScorePlot,
        sentence=say.sentence, alt=say.alt, presets=PRESETS, start=values,
    )  # fmt: skip


def _measure(row: str, within: float, cost: bool) -> records.View:
    """The scoreboard as the controls have it."""
    return taught.view(_board(), row, within, cost)


@cache
def _board() -> records.Board:
    return measure.board()


EXPLORERS = {"scoreboard": scoreboard}
