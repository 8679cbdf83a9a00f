"""A norm against the size of its batch: a still picture."""

from __future__ import annotations

import numpy as np

from ...kit.marks import curves, grammar
from ...kit.marks.flow import DEPTHS, Curve, FlowPlot, frame, limits
from ...kit.marks.picture import Picture
from .say import alt, growth_sentence, sentence


@grammar.asked
def growth(records) -> Picture:
    """The factor a layer against the batch, an activation a curve; shaded where all layers together make it ten."""
    axes = curves.axes(grammar.new_figure(), "one layer multiplies dh by")
    depth, batches = records[0].depth, records[0].batches
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


LOOKS = {"none": grammar.CURES["plain"], "batch": grammar.CURES["batch"], "layer": grammar.CURES["layer"]}
ROOM = 0.115  # of the deepest layer: for the labels on the left


class NormsPlot(FlowPlot):
    """The picture of a NormsRecord kept alive: a curve for each norm, on one pair of axes."""

    def _curves(self) -> dict[str, Curve]:
        return {norm: Curve(self.axes, "dh", look._replace(label=norm)) for norm, look in LOOKS.items()}

    def _drawn(self, record) -> dict:
        return record.flows

    def _axes_of(self, record) -> tuple[float, float, float]:
        return _limits(record)

    def _frame(self, *now) -> None:
        frame(self.axes, *now, "log")
        self.axes.set_xlim(1 - ROOM * now[0], 1.01 * now[0])


def _limits(record) -> tuple[float, float, float]:
    """Deepest layer, floor and ceiling that hold all curves."""
    each = [limits(flow) for flow in record.flows.values()]
    floor, ceiling = (end([each_limits[k] for each_limits in each], default=0) for end, k in ((min, 1), (max, 2)))
    return grammar.up_to(record.depth, DEPTHS), min(floor, -2), max(ceiling, 2)


@grammar.asked
def norms(record) -> Picture:
    """A still picture of a NormsRecord."""
    return Picture(NormsPlot(record).figure, sentence(record), alt(record))
