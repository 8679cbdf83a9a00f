"""The scoreboard as a picture, in which one row shows its layers, and in words. As a page: ``score_pages``.

A verdict is a symbol and a word, never a colour alone.
"""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Rectangle

from . import grammar
from .flow import DECADES
from .picture import Canvas

GOOD, CHOSEN = "#00805d", "#12305c"
WORDS = {"vanishes": ("▼", grammar.VANISHING), "explodes": ("▲", grammar.EXPLODING), "holds": ("✓", GOOD)}
LEARNS = {"learns": ("✓", GOOD), "partly": ("◐", "#8a5a00"), "does not": ("✗", grammar.EXPLODING)}
COLUMNS = (("net", 0.3), ("decades, and range", 2.6), ("gradient", 4.45), ("", 5.5), ("cost", 7.5))  # inches
FIGURE, ROW, TOP = (9.0, 8.7), 0.268, 8.55


# --- the picture ------------------------------------------------------------------------------------------------------


class ScorePlot:
    """The rows of one kind, and below them the layers of the one that is chosen."""

    def __init__(self, view):
        self.figure = grammar.new_figure(*FIGURE)
        self._table = None
        self.update(view)

    def update(self, view) -> None:
        """Draw another view: the table only where it is another one, for so many words take a third of a second."""
        table = (tuple(row.name for row in view.rows), view.within)
        if table != self._table:
            self._table = table
            self._write_table(view)
        y = self._height(view.rows.index(view.chosen))
        self.mark.set_y(y)
        self.band.set_y(y - ROW / 2)
        self._layers(view)

    def png(self) -> bytes:
        """What it looks like now."""
        return self.canvas.png()

    def _write_table(self, view) -> None:
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
        self.band = self.page.add_patch(Rectangle((0, TOP), FIGURE[0], ROW, color=CHOSEN, alpha=0.16, linewidth=0))
        self.canvas = Canvas(self.figure, [self.band, self.mark, self.axes])

    def _height(self, k: int) -> float:
        """Of row k, in inches."""
        return TOP - ROW * (k + 1.25)

    def _row(self, y: float, row, verdict: str, learning: str) -> None:
        (mark, color), (sign, other) = WORDS[verdict], LEARNS[learning]
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
        with np.errstate(divide="ignore"):
            low, middle, high = np.log10(view.chosen.layers)
        finite = [*middle[np.isfinite(middle)], -view.within - 1, view.within + 1]
        floor, ceiling = -grammar.up_to(-min(finite), DECADES), grammar.up_to(max(finite), DECADES)
        first = 1 if view.chosen.deep else 0
        x = np.arange(first, first + len(middle))
        axes.set(xlim=(x[0], x[-1]), ylim=(floor, ceiling))
        grammar.shade(axes, -view.within, view.within, floor, ceiling)
        grammar.decade_ticks(axes, floor, ceiling, most=5)
        axes.fill_between(x, low.clip(floor), high.clip(floor), color=CHOSEN, alpha=0.22, linewidth=0)
        axes.plot(x, middle.clip(floor), color=CHOSEN, linewidth=2.6)
        along = (
            "layer: input on the left, output on the right" if first else "step: the past on the left, now on the right"
        )
        axes.set_xlabel(f"{view.chosen.label}: gradient by {along}", fontsize=11)


# --- in words ---------------------------------------------------------------------------------------------------------


@grammar.asked
def sentence(view) -> str:
    """The chosen row: its gradient, what it learns, what it costs, its lesson; and who is first in this order."""
    row, at = view.chosen, view.rows.index(view.chosen)
    what = "layer" if row.deep else "step"
    others = f"{sum(word == 'holds' for word in view.verdicts)} of these {len(view.rows)}"
    return (
        f"{row.label}: the gradient of the first {what} is {median(row.decades):+.1f} decades from the last's, "
        f"{span(row.decades)} in {len(row.decades)} networks: it {view.verdicts[at]}. {_told(row)} "
        f"A step of training costs {median(row.cost):.1f} times a plain net's; lesson {row.lesson[:2]} explains it. "
        f"With the line at {view.within:g} the gradient of {others} holds; "
        f"by {view.order}, {view.rows[0].label} is first."
    )


@grammar.asked
def alt(view) -> str:
    """The picture in words: every row's verdicts."""
    rows = zip(view.rows, view.verdicts, view.learning, strict=True)
    said = "; ".join(f"{row.label}: {decades(row)}, {verdict}, {learning}" for row, verdict, learning in rows)
    return f"A table, and under it the gradient by layer of {view.chosen.label}. {said}."


def _told(row) -> str:
    if row.deep and row.finite == 0:
        return "Fifty layers of it do not stay finite in training, at any rate."
    if row.deep:
        return f"Fifty layers of it tell {share(row)} of the digits, and {row.finite:.0%} of all runs stay finite."
    return f"Over a hundred steps the adding problem is solved by {share(row)} networks."


@grammar.asked
def share(row) -> str:
    """Accuracy, its median and range; of a cell, how many networks solved it."""
    if row.deep and row.finite == 0:
        return "not finite"
    if row.deep:
        return f"{median(row.accuracy):.0%} ({row.accuracy.min():.0%} to {row.accuracy.max():.0%})"
    return f"{sum(step is not None for step in row.solved)} of {len(row.solved)}"


@grammar.asked
def decades(row) -> str:
    """Median, lowest and highest."""
    return f"{median(row.decades):+.1f}, {span(row.decades)}"


@grammar.asked
def span(numbers) -> str:
    """The lowest to the highest of some decades; -inf is a gradient of exactly 0."""
    low, high = ("0" if np.isinf(end) else f"{end:+.1f}" for end in (numbers.min(), numbers.max()))
    return f"{'exactly 0' if low == '0' else low} to {high}"


@grammar.asked
def cost(row) -> str:
    """Median, lowest and highest."""
    return f"{median(row.cost):.1f} ({row.cost.min():.1f} to {row.cost.max():.1f})"


@grammar.asked
def median(numbers) -> float:
    """The median, as a Python number."""
    return float(np.median(numbers))
