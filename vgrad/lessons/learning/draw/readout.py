"""What is drawn of readouts: the share of digits classified correctly from the last h of untrained nets, by depth."""

from __future__ import annotations

import numpy as np

from ....kit.marks import baseline, curves, grammar
from ....kit.marks.grammar import MARK
from ....kit.marks.picture import Picture
from ..say.readout import named, readouts_sentence
from .tables import TEST

LOOKS = {
    "float64": grammar.Look("#0072b2", "s", "float64"),
    "float32": grammar.Look("#c44e00", "o", "float32"),
    "chance": grammar.Look("#5a5a5a", "x", "shuffled labels"),
}


def readouts(records) -> Picture:
    """Draw the share that least squares classifies correctly in each ReadoutRecord against the depth.

    Depth 0, which classifies from the pixels, is the baseline and drawn as a line.
    """
    axes = curves.axes(grammar.new_figure(), "share correct, from the last h, untrained")
    ends = []
    for record, look in curves.with_looks(records, _looks(records)):
        deep = np.array(record.depths) > 0
        depths = np.array(record.depths)[deep]
        median = curves.curve(axes, depths, record.test[deep].T, look)
        axes.plot(depths, np.median(record.train[deep], axis=1), color=look.color, marker=look.marker, **TEST)
        ends.append((median[-1], named(record), look.color))
    axes.set(xlim=(0, 1.45 * depths[-1]), ylim=(0, 1.04))
    axes.plot([0, depths[-1]], [0.1, 0.1], **MARK)
    _draw_pixels(axes, records[0])
    curves.label_ends(axes, depths[-1], ends)
    _names(axes, depths)
    return Picture(axes.figure, readouts_sentence(records))


def _looks(records) -> list:
    return [LOOKS["chance" if record.shuffled else record.precision] for record in records]


def _draw_pixels(axes, record) -> None:
    """Draw the share from the pixels, where it was measured."""
    if 0 in record.depths:
        height = np.median(record.test[record.depths.index(0)])
        axes.plot([0, max(record.depths)], [height, height], **baseline.LINE)


def _names(axes, depths) -> None:
    axes.set_xticks(depths)
    axes.set_xlabel("hidden layers; the dotted line is guessing", fontsize=13)
    ink = dict(marker="o", markersize=7)
    keys = [curves.key("test", linewidth=2.6, **ink), curves.key("training", **TEST | dict(marker="o"))]
    curves.legend(axes.figure, handles=[*keys, curves.key("the pixels, test", **baseline.LINE)])
