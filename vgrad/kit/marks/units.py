"""The columns of the strip without the pulse: the network lit by its gradients, and the curve under it.

It is a picture of Matplotlib's, so it can be kept alive by an explorer, and it stands for the strip where a page may
show no SVG.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from ..words.flow import alt, sentence
from ..words.phrases import verdict
from . import columns, curves, grammar
from .flow import DEPTHS
from .picture import POINTS, LivePicture, Picture
from .strip_svg import Chain, first_over_last, limits

PITCH = 18.0  # points from one unit to the next
INKS = {"vanishes": grammar.VANISHING, "explodes": grammar.EXPLODING, "overflows": grammar.EXPLODING}
EDGES = {"nothing": grammar.VANISHING, "broken": grammar.EXPLODING}
BESIDE = 0.02, 0.02  # room beside the columns, as a share of the deepest


class UnitsPlot(LivePicture):
    """The picture kept alive, of a Chain or of a FlowRecord's dh: columns of units above their curve."""

    def _build(self, record) -> list:
        self.net = self.figure.add_axes((0.092, 0.62, 0.895, 0.32))
        self.axes = self.figure.add_axes((0.092, 0.135, 0.895, 0.41))
        self.columns = PathCollection([Path([(0, 0)])], zorder=3, linewidths=1.0)
        self.points = PathCollection([_column(1, 4.0)], zorder=4, linewidths=0.8, edgecolors=grammar.INK)
        for collection, axes in ((self.columns, self.net), (self.points, self.axes)):
            collection.set_transform(Affine2D().scale(1 / POINTS) + self.figure.dpi_scale_trans)
            collection.set_offset_transform(axes.transData)
            collection.set_clip_on(False)
            axes.add_collection(collection, autolim=False)
        (self.lane,) = self.net.plot([], [], color=grammar.FAINT, linewidth=2)
        self.curve = curves.LiveCurve(self.axes, linewidth=2)
        self.net.set(ylim=(-1, 1))
        self.net.axis("off")
        ink = dict(fontsize=13, va="top", color=grammar.INK)
        self.figure.text(0.985, 0.985, "loss", ha="right", **ink)
        self.figure.text(0.092, 0.985, "input", **ink)
        self.figure.text(0.012, 0.615, "‖dh‖, relative to the last", **ink)
        self.said = self.net.text(  # within axes, as a figure's own texts are left out when it is saved and they move
            0.54, 0.985, "", ha="center", weight="bold", transform=self.figure.transFigure, **ink | dict(fontsize=15),
        )  # fmt: skip
        return [self.lane, self.columns, *self.curve.artists, self.points, self.said]

    def _limits(self, record) -> tuple:
        chain = as_chain(record)
        return (grammar.up_to(len(chain.sizes), DEPTHS), *limits(chain.sizes), chain.place)

    def _frame(self, deepest: float, floor: float, ceiling: float, place: str = "layer") -> None:
        for artist in [*self.axes.patches, *self.axes.texts]:
            artist.remove()
        sides = dict(xlim=(1 - BESIDE[0] * deepest, deepest * (1 + BESIDE[1])))
        self.net.set(**sides)
        self.axes.set(ylim=(floor, ceiling), **sides)
        grammar.tidy(self.axes)
        grammar.shade(self.axes, -grammar.HEALTHY, grammar.HEALTHY, floor, ceiling)
        grammar.decade_ticks(self.axes, floor, ceiling, most=5)
        self.axes.set_xlabel(place, fontsize=13, color=grammar.INK)
        layers = np.unique(np.round(np.linspace(0, deepest, 6 if deepest > 5 else int(deepest) + 1)))
        self.axes.set_xticks([1, *layers[1:]])

    def _move(self, record, *limits) -> None:
        chain = as_chain(record)
        at = chain.shown + 1
        sizes = chain.sizes[chain.shown]
        decades = grammar.decades(sizes)
        width = self.net.get_position().width * self.figure.get_figwidth() * POINTS
        pitch = width / np.ptp(self.net.get_xlim()) * (at[1] - at[0] if len(at) > 1 else 1)
        self.columns.set_paths([_column(columns.UNITS, min(6.5, 0.38 * pitch))])
        self.columns.set_offsets(np.column_stack([at, np.zeros(len(at)) - 0.1]))
        fills = columns.fills(sizes)
        fills[sizes == 0] = 1  # an empty ring
        edges = [EDGES.get(columns.kind(size), grammar.INK) for size in sizes]
        self.columns.set(facecolors=fills, edgecolors=edges)
        self.lane.set(data=([at[0], at[-1]], [0.95, 0.95]), visible=chain.skip)
        self._move_curve(chain, at, decades, fills, limits)

    def _move_curve(self, chain: Chain, at, decades, fills, limits) -> None:
        """Move the curve, each point exactly under its column, and say the verdict."""
        here = np.isfinite(decades)
        self.points.set_offsets(np.column_stack([at, decades])[here])
        self.points.set(facecolors=fills[here])
        theory = None if chain.theory is None else grammar.decades(chain.theory[chain.shown])
        look = grammar.Look(grammar.INK, "", "dh")
        word = verdict(chain.sizes[0])
        self.said.set(text=f"{word}: {first_over_last(chain.sizes[0])}", color=INKS.get(word, grammar.INK))
        self.curve.update(at, decades, look, limits[1], limits[2], theory=theory)


def as_chain(record: Any) -> Chain:
    """Return a FlowRecord's dh as a Chain; a Chain is returned as it is."""
    if isinstance(record, Chain):
        return record
    names = tuple(map(str, range(1, record.net.depth + 1)))
    skip = record.net.skip is not None
    return Chain(record.relative["dh"].median, record.theory["dh"], skip, "layer", names, "input", "loss", False)


def units(record) -> Picture:
    """Return a still picture of a FlowRecord: columns of units, lit by dh, above the curve of dh."""
    record = record._replace(shown=("dh",), scale="log")
    return Picture(UnitsPlot(record).figure, sentence(record), alt(record))


def _column(units: int, radius: float) -> Path:
    """So many circles above each other, as one shape, in points."""
    circle = Path.unit_circle()
    rows = [(k - (units - 1) / 2) * PITCH for k in range(units)]
    return Path.make_compound_path(*(circle.transformed(Affine2D().scale(radius).translate(0, y)) for y in rows))
