"""Who adds two numbers that are far apart: losses, when it was solved, and how far the gradient reaches meanwhile."""

from __future__ import annotations

import numpy as np

from ...kit.marks import curves, grammar
from ...kit.marks.flow import DECADES
from ...kit.marks.grammar import MARK, decades
from ...kit.marks.picture import Canvas, Picture
from ...kit.words.cells import CELLS, record_label
from .say import GUESS, SOLVED, adding_sentence, alt, learnt_sentence, name, quantiles, sentence, solved_count

HIGHEST = (0.4, 0.6, 1, 2, 5, 10, 100, 1e3, 1e6, 1e12, 1e38)
SPAN = 10  # steps whose mean loss is drawn, if there are as many


class MemoryPlot:
    """The picture of a MemoryRecord kept alive: on the left the loss, on the right how much reaches each time."""

    def __init__(self, record):
        self.figure = grammar.new_figure()
        self.loss = self.figure.add_axes((0.065, 0.135, 0.37, 0.755))
        self.time = self.figure.add_axes((0.53, 0.135, 0.46, 0.755))
        self.bands = [pair.fill_between([1, 2], [0, 0], [0, 0], alpha=0.22, linewidth=0) for pair in self._pairs()]
        self.medians = [pair.plot([], [], linewidth=2.4)[0] for pair in self._pairs()]
        floor = dict(marker="v", color=grammar.VANISHING, markersize=8, clip_on=False, linestyle="none")
        (self.zeros,) = self.time.plot([], [], **floor)
        self.canvas = Canvas(self.figure, [*self.bands, *self.medians, self.zeros])
        self._limits = None
        words = dict(fontsize=13, va="top", color=grammar.INK)
        self.figure.text(0.012, 0.982, "loss of each batch", **words)
        self.figure.text(0.475, 0.982, "gradient of the state, relative to the last h", **words)
        self.update(record)

    def update(self, record) -> None:
        """Move every artist to ``record``; only a step of an axis costs a full draw."""
        now = _limits(record)
        if now != self._limits:
            self._limits = now
            self._frame(*now)
            self.canvas.forget()
        steps, times = np.arange(1, record.step + 1), np.arange(record.T + 1)
        rows = [quantiles(record.loss[:, : record.step]), decades(quantiles(record.sizes))]
        zero = rows[1][1] == -np.inf
        self.zeros.set_data(times[zero], np.full(zero.sum(), now[3]))
        for k, (at, limits) in enumerate(((steps, now[1:2] * 2), (times, now[3:]))):
            low, median, high = rows[k].clip(0 if k == 0 else limits[0], limits[1])
            self.bands[k].set_data(at, low, high)
            self.bands[k].set(facecolor=CELLS[record.cell].color, visible=record.seeds > 1)
            self.medians[k].set_data(at, median)
            self.medians[k].set_color(CELLS[record.cell].color)

    def png(self) -> bytes:
        """What it looks like now."""
        return self.canvas.png()

    def _pairs(self):
        return self.loss, self.time

    def _frame(self, steps: int, highest: float, T: int, floor: float, ceiling: float) -> None:
        """What stands still: limits, ticks, the lines to compare with."""
        for axes in self._pairs():
            for artist in [*axes.texts, *axes.patches, *(line for line in axes.lines if line.get_linestyle() == ":")]:
                artist.remove()
            grammar.tidy(axes)
        self.loss.set(xlim=(0, steps), ylim=(0, highest))
        for height, words in ((GUESS, "always 1"), (SOLVED, "solved")):
            self.loss.axhline(height, **MARK)
            self.loss.text(0.98 * steps, height, words, ha="right", va="bottom", fontsize=12, color=grammar.FAINT)
        self.loss.set_xlabel("step of training", fontsize=13)
        self.time.set(xlim=(-0.02 * T, 1.02 * T), ylim=(floor, ceiling))
        grammar.shade(self.time, -grammar.HEALTHY, grammar.HEALTHY, floor, ceiling)
        grammar.decade_ticks(self.time, floor, ceiling, most=6)
        self.time.set_xticks(np.unique(np.linspace(0, T, 6).round()))
        self.time.set_xlabel("time t: the loss is at the last", fontsize=13)


@grammar.asked
def memory(record) -> Picture:
    """A still picture of a MemoryRecord."""
    return Picture(MemoryPlot(record).figure, sentence(record), alt(record))


def _limits(record) -> tuple:
    """steps, the highest loss, T, and floor and ceiling of the decades, in steps."""
    losses, sizes = record.loss[:, : record.step], decades(record.sizes)
    highest = grammar.up_to(np.max(quantiles(losses), where=np.isfinite(quantiles(losses)), initial=0.0), HIGHEST)
    sizes = sizes[np.isfinite(sizes)]
    least, most = (sizes.min(), sizes.max()) if sizes.size else (-1.0, 0.0)
    return record.steps, highest, record.T, -grammar.up_to(-least, DECADES), grammar.up_to(most, DECADES)


@grammar.asked
def losses(records) -> Picture:
    """The loss of training's batches, the mean of ten each, or of short runs every batch's: a record a curve."""
    steps, shortest = (end(record.steps for record in records) for end in (max, min))
    span, name = (SPAN, "loss of ten batches") if shortest >= SPAN else (1, "loss of each batch")
    axes, ends = curves.axes(grammar.new_figure(), name), []
    axes.set(xlim=(0, 1.45 * steps), ylim=(0, 0.32))
    for height in (GUESS, SOLVED):
        axes.plot([0, steps], [height, height], **MARK)
    for record in records:
        rows = record.loss[:, : record.steps // span * span].reshape(record.seeds, -1, span).mean(axis=-1)
        look = CELLS[record.cell]
        median = curves.curve(axes, span * (np.arange(rows.shape[1]) + 0.5), rows, look)
        ends.append((median[-1], record_label(record), look.color))
    curves.label_ends(axes, steps, ends)
    axes.set_xticks(np.linspace(0, steps, 5).round())
    axes.set_xlabel("step of training; dotted: always answering 1, and solved", fontsize=13)
    curves.legend(axes.figure)
    parts = [f"{record_label(record)} {solved_count(record.solved)}" for record in records]
    within = f"up to {records[0].T} steps apart within {grammar.count(steps, 'step')}"
    words = f"Networks that add two numbers {within}: {'; '.join(parts)}."
    return Picture(axes.figure, words)


@grammar.asked
def adding(cells) -> Picture:
    """When each network of the stored table "adding" had solved it: a row for each net, a dot for each network."""
    figure = grammar.new_figure(9.0, 5.2)
    axes = figure.add_axes((0.25, 0.125, 0.73, 0.78))
    grammar.tidy(axes)
    last = max(cell.settings["steps"] for cell in cells)
    for row, cell in enumerate(reversed(cells)):
        look = CELLS[cell.settings["cell"]]
        axes.plot([0, last], [row, row], color=look.color, alpha=0.35, linewidth=1.6)
        dots = [step for step in cell.result["solved"] if step]
        axes.plot(dots, [row] * len(dots), "o", color=look.color, markersize=9, alpha=0.8)
        axes.text(1.02 * last, row, solved_count(cell.result["solved"]), va="center", fontsize=13, color=look.color)
    names = [name(cell) for cell in reversed(cells)]
    axes.set_yticks(range(len(cells)), names, fontsize=13)
    axes.set(xlim=(0, 1.17 * last), ylim=(-0.6, len(cells) - 0.4))
    axes.set_xticks(np.arange(0, last + 1, 200))
    axes.set_xlabel("step of training", fontsize=13)
    figure.text(0.012, 0.982, "when each network had solved it", fontsize=13, va="top")
    return Picture(figure, adding_sentence(cells))


@grammar.asked
def learnt(cells) -> Picture:
    """How much of the gradient reaches the first state while each net of the stored table learns: a net a curve."""
    axes, ends = curves.axes(grammar.new_figure(), "gradient of the first state, relative to the last h"), []
    rows = [np.log10(np.maximum(np.array(cell.result["reach"]).T, 1e-30)) for cell in cells]
    floor, ceiling = min(-3.0, *(np.floor(np.median(row, axis=0).min()) - 2 for row in rows)), 3.0
    last = max(cell.result["marks"][-1] for cell in cells)
    for cell, row in zip(cells, rows, strict=True):
        look = CELLS[cell.settings["cell"]]
        median = curves.curve(axes, cell.result["marks"], row.clip(floor, ceiling), look)
        axes.lines[-1].set(markevery=1)
        ends.append((cell.result["marks"][-1], median[-1], name(cell), look.color))
    axes.set(xlim=(-0.02 * last, 1.3 * last), ylim=(floor, ceiling))
    grammar.shade(axes, -grammar.HEALTHY, grammar.HEALTHY, floor, ceiling, words=False)
    grammar.decade_ticks(axes, floor, ceiling)
    for at in {end[0] for end in ends}:
        curves.label_ends(axes, at, [end[1:] for end in ends if end[0] == at])
    axes.set_xticks(np.arange(0, last + 1, 100))
    axes.set_xlabel("step of training", fontsize=13)
    curves.legend(axes.figure)
    return Picture(axes.figure, learnt_sentence(cells))
