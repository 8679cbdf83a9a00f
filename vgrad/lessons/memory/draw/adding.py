"""Who adds two numbers that are far apart: losses, when it was solved, and how far the gradient reaches meanwhile."""

from __future__ import annotations

import numpy as np

from ....kit.marks import curves, grammar
from ....kit.marks.flow import DECADES
from ....kit.marks.grammar import MARK, decades
from ....kit.marks.picture import LivePicture, Picture
from ....kit.words.cells import CELLS
from ..say import adding as say

HIGHEST = (0.4, 0.6, 1, 2, 5, 10, 100, 1e3, 1e6, 1e12, 1e38)
APART = 1.5  # where the axis ends higher, the names of its two lines stand beside each other


class MemoryPlot(LivePicture):
    """The picture of a MemoryRecord, kept alive: on the left the loss, on the right how much reaches each time."""

    def _build(self, record):
        self.loss = self.figure.add_axes((0.065, 0.135, 0.37, 0.755))
        self.time = self.figure.add_axes((0.53, 0.135, 0.46, 0.755))
        self.course = curves.LiveCurve(self.loss, marks="", linewidth=2.4)
        self.arriving = curves.LiveCurve(self.time, marks="v", marksize=8, linewidth=2.4)
        curves.title(self.figure, "loss of each batch")
        curves.title(self.figure, "gradient of the state, relative to the last h", 0.475)
        return [*self.course.artists, *self.arriving.artists]

    def _limits(self, record):
        return _limits(record)

    def _move(self, record, steps, highest, T, floor, ceiling) -> None:
        look = CELLS[record.cell]._replace(marker="")
        losses = say.quantiles(record.loss[:, : record.step])
        self.course.update(np.arange(1, record.step + 1), losses, look, 0.0, highest, along=True)
        sizes = decades(say.quantiles(record.sizes))
        self.arriving.update(np.arange(record.T + 1), sizes, look, floor, ceiling, along=True)
        for curve in (self.course, self.arriving):
            curve.band.set_visible(record.seeds > 1)

    def _frame(self, steps: int, highest: float, T: int, floor: float, ceiling: float) -> None:
        for axes in (self.loss, self.time):
            for artist in [*axes.texts, *axes.patches, *(line for line in axes.lines if line.get_linestyle() == ":")]:
                artist.remove()
            grammar.tidy(axes)
        self.loss.set(xlim=(0, steps), ylim=(0, highest))
        beside = 0.7 if highest > APART else 0.98
        for height, words, x in ((say.GUESS, "always 1", 0.98), (say.SOLVED, "solved", beside)):
            self.loss.axhline(height, **MARK)
            self.loss.text(x * steps, height, words, ha="right", va="bottom", fontsize=12, color=grammar.FAINT)
        self.loss.set_xlabel("step of training", fontsize=13)
        self.time.set(xlim=(-0.02 * T, 1.02 * T), ylim=(floor, ceiling))
        curves.ground(self.time, floor, ceiling, most=6)
        self.time.set_xticks(np.unique(np.linspace(0, T, 6).round()))
        self.time.set_xlabel("time step t, with the loss at the last", fontsize=13)


def memory(record) -> Picture:
    """Return a still picture of a MemoryRecord."""
    return Picture(MemoryPlot(record).figure, say.sentence(record), say.alt(record))


def _limits(record) -> tuple:
    """steps, the highest loss, T, and floor and ceiling of the decades, in steps."""
    losses = say.quantiles(record.loss[:, : record.step])
    highest = grammar.up_to(np.max(losses, where=np.isfinite(losses), initial=0.0), HIGHEST)
    least, most = curves.span(decades(record.sizes), empty=(-1.0, 0.0))
    return record.steps, highest, record.T, -grammar.up_to(-least, DECADES), grammar.up_to(most, DECADES)


def losses(cells) -> Picture:
    """Draw the loss while each net of the stored table "adding" trains: a median and a band of its networks."""
    axes = curves.axes(grammar.new_figure(), "loss, mean of ten training steps")
    last = max(cell.settings["steps"] for cell in cells)
    axes.set(xlim=(0, 1.45 * last), ylim=(-0.02, 0.32))
    for height in (say.GUESS, say.SOLVED):
        axes.plot([0, last], [height, height], **MARK)
    words = dict(va="bottom", fontsize=12, color=grammar.FAINT)
    axes.text(0.01 * last, say.SOLVED, "solved", **words)
    axes.text(1.44 * last, say.GUESS, "always answering 1", ha="right", **words)
    ends = []
    for cell in cells:
        rows = np.array(cell.result["loss"])
        look = CELLS[cell.settings["cell"]]
        span = cell.settings["steps"] / rows.shape[1]
        median = curves.curve(axes, span * (np.arange(rows.shape[1]) + 0.5), rows, look)
        ends.append((median[-1], say.name(cell), look.color))
    curves.label_ends(axes, last, ends)
    axes.set_xticks(np.linspace(0, last, 5).round())
    axes.set_xlabel("step of training", fontsize=13)
    curves.legend(axes.figure)
    return Picture(axes.figure, say.losses_sentence(cells))


def learnt(cells) -> Picture:
    """Draw how much of the gradient reaches the first state while each net of the stored table learns."""
    axes = curves.axes(grammar.new_figure(), "gradient of the first state, relative to the last h")
    rows = [np.log10(np.maximum(np.array(cell.result["reach"]).T, 1e-30)) for cell in cells]
    floor = min(-3.0, *(np.floor(np.median(row, axis=0).min()) - 2 for row in rows))
    ceiling = 3.0
    last = max(cell.result["marks"][-1] for cell in cells)
    ends = []
    for cell, row in zip(cells, rows, strict=True):
        look = CELLS[cell.settings["cell"]]
        median = curves.curve(axes, cell.result["marks"], row.clip(floor, ceiling), look, every=1)
        ends.append((cell.result["marks"][-1], median[-1], say.name(cell), look.color))
    axes.set(xlim=(-0.02 * last, 1.5 * last), ylim=(floor, ceiling))
    curves.ground(axes, floor, ceiling, words=False)
    for at in {end[0] for end in ends}:
        curves.label_ends(axes, at, [end[1:] for end in ends if end[0] == at])
    axes.set_xticks(np.arange(0, last + 1, 100))
    axes.set_xlabel("step of training", fontsize=13)
    curves.legend(axes.figure)
    return Picture(axes.figure, say.learnt_sentence(cells))
