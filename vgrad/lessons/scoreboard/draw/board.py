"""The scoreboard as a picture, in which one row shows its layers, and in words. As a page: ``score_pages``.

A verdict is a symbol and a word, never a colour alone.
"""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Rectangle

from ....kit.marks import curves, grammar
from ....kit.marks.flow import DECADES
from ....kit.marks.picture import LivePicture
from ..say.board import decades, median, share

GOOD = "#00805d"
CHOSEN = grammar.Look("#12305c", "", "")
WORDS = {"vanishes": ("▼", grammar.VANISHING), "explodes": ("▲", grammar.EXPLODING), "holds": ("✓", GOOD)}
LEARNS = {"learns": ("✓", GOOD), "partly": ("◐", "#8a5a00"), "does not": ("✗", grammar.EXPLODING)}
COLUMNS = (("net", 0.3), ("decades, and range", 2.6), ("gradient", 4.45), ("", 5.5), ("cost", 7.5))  # inches
FIGURE = (9.0, 8.7)  # inches, as the two below
ROW = 0.268  # from one to the next
TOP = 8.55
ALONG = {True: "layer: input on the left, output on the right", False: "step: the past on the left, now on the right"}


class ScorePlot(LivePicture):
    """The rows of one kind, and below them the layers of the one that is chosen; the table is the background."""

    size = FIGURE

    def _build(self, record):
        return []

    def update(self, record) -> None:
        """Move to another view; another table is written anew, which takes a third of a second."""
        self.view = record
        super().update(record)

    def _limits(self, record):
        return tuple(row.name for row in record.rows), record.within

    def _move(self, record, names, within) -> None:
        y = self._height(names.index(record.chosen.name))
        self.mark.set_y(y)
        self.band.set_y(y - ROW / 2)
        self._layers(record)

    def _frame(self, names, within) -> None:
        view = self.view
        self.figure.clear()
        self.page = self.figure.add_axes((0, 0, 1, 1), xlim=(0, FIGURE[0]), ylim=(0, FIGURE[1]))  # in inches
        self.page.axis("off")
        last = "trains at depth 50" if view.chosen.deep else "remembers 100 steps"
        for name, x in COLUMNS:
            self._write(x, TOP, name or last, weight="bold")
        for k, row in enumerate(view.rows):
            self._row(self._height(k), row, view.verdicts[k], view.learning[k])
        top = self._height(len(view.rows))
        self.axes = self.page.inset_axes((0.7, 0.5, FIGURE[0] - 0.95, top - 0.75), transform=self.page.transData)
        self.mark = self._write(COLUMNS[0][1] - 0.2, TOP, "▶")
        self.band = Rectangle((0, TOP), FIGURE[0], ROW, color=CHOSEN.color, alpha=0.16, linewidth=0)
        self.page.add_patch(self.band)
        self.canvas.moves([self.band, self.mark, self.axes])

    def _height(self, k: int) -> float:
        """Of row k, in inches."""
        return TOP - ROW * (k + 1.25)

    def _row(self, y: float, row, verdict: str, learning: str) -> None:
        mark, color = WORDS[verdict]
        sign, other = LEARNS[learning]
        texts = (
            (row.label, grammar.INK), (decades(row), grammar.INK), (f"{mark} {verdict}", color),
            (f"{sign} {share(row)}", other), (cost(row), grammar.INK),
        )  # fmt: skip
        for (_, x), (text, ink) in zip(COLUMNS, texts, strict=True):
            self._write(x, y, text, color=ink)

    def _write(self, x: float, y: float, text: str, **style):
        return self.page.text(x, y, text, fontsize=10.5, va="center", **{"color": grammar.INK} | style)

    def _layers(self, view) -> None:
        axes = self.axes
        axes.clear()
        grammar.tidy(axes, 11)
        rows = grammar.decades(view.chosen.layers)
        middle = rows[1]
        finite = [*middle[np.isfinite(middle)], -view.within - 1, view.within + 1]
        floor = -grammar.up_to(-min(finite), DECADES)
        ceiling = grammar.up_to(max(finite), DECADES)
        first = 1 if view.chosen.deep else 0
        x = np.arange(first, first + len(middle))
        axes.set(xlim=(x[0], x[-1]), ylim=(floor, ceiling))
        grammar.shade(axes, -view.within, view.within, floor, ceiling)
        grammar.decade_ticks(axes, floor, ceiling, most=5)
        curves.band(axes, x, rows.clip(floor), CHOSEN)
        axes.set_xlabel(f"{view.chosen.label}: gradient by {ALONG[view.chosen.deep]}", fontsize=11)


def cost(row) -> str:
    """Return the median, the lowest and the highest, for people."""
    return f"{median(row.cost):.1f} ({row.cost.min():.1f} to {row.cost.max():.1f})"
