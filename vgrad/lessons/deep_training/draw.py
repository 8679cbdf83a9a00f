"""Shattered gradients, and nets of many blocks while they learn.

``shattered`` draws how far along a line of inputs a gradient resembles itself, and ``spirals`` a task
with what nets make of it. ``BlocksPlot`` draws training, alive.
"""

from __future__ import annotations

import numpy as np

from ... import require
from ...kit.marks import curves, grammar
from ...kit.marks.picture import LivePicture, Picture
from .say import (
    blocks_alt,
    blocks_sentence,
    middle,
    path_label,
    shattered_sentence,
    spirals_alt,
    spirals_sentence,
)

LOOKS = {"none": grammar.CURES["plain"], "pre": grammar.CURES["skip"], "post": grammar.CURES["layer"]}
FLOORS = (2, 4, 6, 8, 10, 15, 20, 40)
CEILINGS = (2, 4, 6, 8, 10, 15, 20, 40)


def shattered(records) -> Picture:
    """Draw how far along a line of inputs a gradient resembles itself, from 1 to 0 for noise.   lags : 5 or more."""
    require.whole("lags", min(len(r.correlation[0]) for r in records) - 1, 5)
    axes = curves.axes(grammar.new_figure(), "correlation of the gradient with itself")
    labels = []
    lags = np.arange(records[0].correlation.shape[1])
    for record, look in zip(records, _apart(records), strict=True):
        median = curves.curve(axes, lags, record.correlation, look)
        labels.append((median[-1], path_label(record), look.color))
    axes.plot(lags[[0, -1]], [0, 0], **grammar.MARK)
    axes.set(xlim=(0, 1.6 * lags[-1]), ylim=(min(-0.3, axes.get_ylim()[0]), 1.02))
    curves.label_ends(axes, lags[-1], labels)
    axes.set_xticks(np.arange(0, lags[-1] + 1, 5))
    axes.set_xlabel(f"so many points on, of {records[0].points} on a line of inputs", fontsize=13)
    curves.legend(axes.figure)
    return Picture(axes.figure, shattered_sentence(records))


def _apart(records) -> list:
    """A look for each record. One whose colour is taken gets the first look of the table that is still free."""
    looks: list = []
    for record in records:
        own = grammar.cure(record.norm, record.skip, record.alpha)
        free = [look for look in (own, *grammar.CURES.values()) if look.color not in {each.color for each in looks}]
        looks.append(own._replace(color=free[0].color, marker=free[0].marker) if free else own)
    return looks


def spirals(record) -> Picture:
    """Draw the points of two spirals, and the test accuracy of each network that learned them."""
    figure = grammar.new_figure()
    curves.title(figure, "the task: on which arm is a point?")
    curves.title(figure, "test accuracy of five networks each", 0.63)
    plane = figure.add_axes((0.02, 0.06, 0.40, 0.82))
    for label, marker, look in ((0, "o", grammar.CURES["skip"]), (1, "^", grammar.CURES["skip/depth"])):
        plane.plot(*record.points[record.labels == label].T, marker, color=look.color, markersize=4)
    plane.set_aspect("equal")
    plane.axis("off")
    right = figure.add_axes((0.66, 0.135, 0.32, 0.755))
    grammar.tidy(right)
    for height, test in enumerate(record.test):
        right.plot(test, np.full(len(test), height), "o", color=grammar.INK, markersize=8, alpha=0.6)
    right.axvline(0.5, **grammar.MARK)
    right.text(0.51, -0.45, "guessing", va="top", fontsize=12, color=grammar.FAINT)
    right.set(xlim=(0.45, 1.02), ylim=(len(record.test) - 0.5, -0.5))
    right.set_yticks(range(len(record.nets)), record.nets)
    right.set_xlabel("share of the points", fontsize=13)
    return Picture(figure, spirals_sentence(record), spirals_alt(record))


class BlocksPlot(LivePicture):
    """The picture of a BlocksRecord, kept alive.

    On the left is the accuracy of each batch, with a line for a readout of the pixels alone. On the right is the
    gradient before the blocks over that after them, after 0, 1, 3 … steps.
    """

    def _build(self, record):
        self.right = self.figure.add_axes((0.06, 0.135, 0.43, 0.755))
        self.back = self.figure.add_axes((0.575, 0.135, 0.415, 0.755))
        self.course = curves.LiveCurve(self.right, linewidth=2.4)
        self.ratio = curves.LiveCurve(self.back, linewidth=2.4, markersize=8)
        curves.title(self.figure, "accuracy of each batch")
        curves.title(self.figure, "dh before the blocks ÷ after", 0.53, 0.98)
        return [*self.course.artists, *self.ratio.artists]

    def _limits(self, record):
        least, most = curves.span(_decades(record), empty=(-1.0, 1.0))
        return (
            record.steps,
            float(np.nan_to_num(record.baseline)),
            -grammar.up_to(-least, FLOORS),
            grammar.up_to(most, CEILINGS),
        )

    def _move(self, record, steps, baseline, floor, ceiling) -> None:
        look = LOOKS[record.norm]
        accuracy = middle(np.nan_to_num(record.accuracy[:, : record.step]))
        self.course.update(np.arange(1, record.step + 1), accuracy, look._replace(marker=""), 0.0, 1.02, along=True)
        decades = _decades(record)
        self.ratio.update(np.arange(decades.shape[1]), decades, look, floor, ceiling)
        for curve in (self.course, self.ratio):
            curve.band.set_visible(record.seeds > 1)

    def _frame(self, steps: int, baseline: float, floor: float, ceiling: float) -> None:
        for axes in (self.right, self.back):
            for artist in [*axes.patches, *axes.texts, *(line for line in axes.lines if not line.get_animated())]:
                artist.remove()
            grammar.tidy(axes)
        self.right.set(xlim=(0, steps), ylim=(0, 1.02))
        for height, words in ((baseline, "no hidden layer" if baseline else ""), (0.1, "guessing")):
            self.right.axhline(height, **grammar.MARK)
            self.right.text(0.98 * steps, height, words, ha="right", va="top", fontsize=12, color=grammar.FAINT)
        self.right.set_xlabel("step of training", fontsize=13)
        self.back.set(xlim=(-0.3, 5.3), ylim=(floor, ceiling))
        grammar.shade(self.back, -grammar.HEALTHY, grammar.HEALTHY, floor, ceiling)
        grammar.decade_ticks(self.back, floor, ceiling, most=6)
        self.back.set_xticks(range(6), ["0", "1", "3", "10", "30", "100"])
        self.back.set_xlabel("after so many steps", fontsize=13)


def _decades(record):
    """Low, median and high of the ratios so far, as decades."""
    return grammar.decades(middle(record.ratio[:, : record.looked]))


def blocks(record) -> Picture:
    """Return a still picture of a BlocksRecord."""
    return Picture(BlocksPlot(record).figure, blocks_sentence(record), blocks_alt(record))
