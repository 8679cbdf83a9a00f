"""A path around each layer: how large h and dh become, where a norm stands, and whether the gradient is noise."""

from __future__ import annotations

import numpy as np

from ...kit.marks import curves, grammar
from ...kit.marks.picture import Picture
from ...kit.marks.ways import WaysPlot
from .say import alt, last_sentence, sentence


def paths(record) -> Picture:
    """Return a still picture of a FlowRecord, both ways."""
    record = record._replace(shown=("h", "dh"))
    return Picture(WaysPlot(record).figure, sentence(record), alt(record))


def last_layer(record) -> Picture:
    """dW of the last block against the depth, pre- and post-norm."""
    axes = curves.axes(grammar.new_figure(), "‖dW‖ of the last block")
    unit = np.median(record.dW["pre"][0])
    depths = np.array(record.depths)
    labels = []
    for place, look in (("pre", grammar.CURES["skip"]), ("post", grammar.CURES["layer"])):
        median = curves.curve(axes, depths, record.dW[place].T / unit, look)
        labels.append((median[-1], f"{place}-norm", look.color))
    axes.plot(depths, ((1 + 2 * depths[0]) / (1 + 2 * depths)) ** 0.5, **grammar.THEORY)
    axes.set(xscale="log", xlim=(depths[0] / 1.15, depths[-1] * 1.7), ylim=(0, None))
    curves.label_ends(axes, depths[-1], labels)
    axes.set_xticks(depths, depths)
    axes.set_xticks([], minor=True)
    axes.set_xlabel("blocks", fontsize=13)
    curves.legend(axes.figure, theory=True)
    return Picture(axes.figure, last_sentence(record))
