"""The pictures of this lesson, which are the gradient under each norm and what networks with a norm have learned."""

from __future__ import annotations

import numpy as np

from ...kit.marks import curves, grammar
from ...kit.marks.flow import FlowPlot, Limits, limits
from ...kit.marks.picture import Picture
from .say import alt, digits_alt, digits_name, digits_sentence, sentence

LOOKS = {
    "none": grammar.CURES["plain"]._replace(label="neither"),
    "batch": grammar.CURES["batch"]._replace(label="batch norm"),
    "layer": grammar.CURES["layer"]._replace(label="layer norm"),
}


class NormsPlot(FlowPlot):
    """The picture of a NormsRecord kept alive: the curve of dh for each norm, on one pair of axes."""

    looks = LOOKS
    quantity = "dh"
    left = 0.215

    def _drawn(self, record) -> dict:
        return record.flows

    def _limits(self, record) -> Limits:
        return limits(record.flows.values(), record.net.depth)


def norms(record) -> Picture:
    """Return a still picture of a NormsRecord."""
    return Picture(NormsPlot(record).figure, sentence(record), alt(record))


TRAINING = dict(marker="o", markersize=8, linestyle="none")
TEST = TRAINING | dict(marker="D", fillstyle="none", markersize=8)
KEYS = {"training": TRAINING, "test": TEST}
GUESSING = 0.1
LETTER = 0.0112  # the width of a letter of a row's name, as a share of the picture's


def digits(records) -> Picture:
    """Draw a row for each of ``records``, with a dot for each network's accuracy in training and in the test."""
    tall = 0.42 * len(records)
    figure = grammar.new_figure(height=tall + 1.5)
    axes = curves.axes(figure, "accuracy of each network")
    names = [digits_name(record, records) for record in records]
    left = 0.03 + LETTER * max(map(len, names))
    axes.set_position((left, 0.7 / (tall + 1.5), 0.98 - left, tall / (tall + 1.5)))
    rows = np.arange(len(records))[::-1]
    for row, record in zip(rows, records, strict=True):
        color = LOOKS.get(record.norm, LOOKS["none"]).color
        axes.plot(record.training, np.full(len(record.training), row + 0.13), color=color, **TRAINING)
        axes.plot(record.test, np.full(len(record.test), row - 0.17), color=color, **TEST)
    axes.axvline(GUESSING, **grammar.MARK)
    axes.set(xlim=(0, 1.02), ylim=(-0.6, len(records) - 0.4))
    axes.set_yticks(rows, names, fontsize=13)
    axes.set_xlabel("the dotted line is guessing", fontsize=13)
    keys = [curves.key(label, color=grammar.INK, **style) for label, style in KEYS.items()]
    curves.legend(figure, handles=keys)
    return Picture(figure, digits_sentence(records), digits_alt(records))
