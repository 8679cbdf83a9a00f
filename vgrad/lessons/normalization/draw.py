"""The same networks under each norm, alive or still; and a norm against the size of its batch."""

from __future__ import annotations

import numpy as np

from ...kit.marks import curves, grammar
from ...kit.marks.flow import FlowPlot, Limits, limits
from ...kit.marks.picture import Picture
from .say import alt, growth_sentence, sentence


def growth(records) -> Picture:
    """The factor a layer against the batch, an activation a curve; shaded where all layers together make it ten."""
    axes = curves.axes(grammar.new_figure(), "one layer multiplies dh by")
    depth = records[0].depth
    batches = records[0].batches
    ceiling = max(1.1 * np.nanmax([np.nanmax(record.factors) for record in records]), 1.3)
    floor = min(0.95 * np.nanmin([np.nanmin(record.factors) for record in records]), 0.8)
    ten = 10 ** (grammar.HEALTHY / (depth - 1))
    axes.set(xscale="log", xlim=(batches[0] / 1.15, batches[-1] * 1.75), ylim=(floor, ceiling))
    grammar.shade(axes, 1 / ten, ten, floor, ceiling)
    ends = []
    for record in records:
        look = grammar.look(record.activation)
        median = curves.curve(axes, record.batches, record.factors.T, look)
        axes.plot(record.batches, record.theory, **grammar.THEORY)
        ends.append((median[-1], look.label, look.color))
    curves.label_ends(axes, batches[-1], ends)
    axes.set_xticks(batches, batches)
    axes.set_xticks([], minor=True)
    axes.set_xlabel("samples in the batch", fontsize=13)
    curves.legend(axes.figure, theory=True)
    return Picture(axes.figure, growth_sentence(records))


LOOKS = {
    "none": grammar.CURES["plain"]._replace(label="no norm"),
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
