"""Curves by layer in one picture, alive or still: the networks' band, their median, and theory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, NamedTuple

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ... import require
from ..words.flow import alt, sentence
from . import curves, grammar
from .picture import LivePicture, Picture

DEPTHS = (3, 5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 200, 500, 1000, 10_000)
DECADES = (2, 3, 5, 10, 20, 30, 40, 60, 80, 160, 320, 640)
SIZES = (1.2, 2, 5, *(10.0**k for k in (*range(1, 20), *range(20, 301, 10))), 1.7e308)  # of a linear axis
QUANTITIES = ("dh", "dz", "dW")


class Curve(curves.LiveCurve):
    """One curve in the picture: the networks' band, theory, the median with its marks, a label at its first layer.

    quantity : the name of a FlowRecord's curve; look : its colour and marker, and what the label says. Without a look
    the curve has the activation's, and the quantity is the label.
    """

    def __init__(self, axes, quantity: str, look: grammar.Look | None = None):
        super().__init__(axes, linewidth=2.6, markersize=8, fillstyle=grammar.FILLS.get(quantity, "full"))
        self.quantity = quantity
        self.look = look
        self.label = axes.annotate(
            look.label if look else quantity, (1, 0), (-10, 0), textcoords="offset points", ha="right", va="center",
            fontsize=14, weight="bold",
        )  # fmt: skip
        self.artists.append(self.label)

    def follow(self, record, floor: float, ceiling: float) -> None:
        """Move the artists to ``record``, on an axis from ``floor`` to ``ceiling``."""
        net = record.net
        layers = np.arange(1, net.depth + 1)
        look = self.look or grammar.look(net.activation)
        sizes = record.relative[self.quantity]
        rows = [on_axis(row, record.scale) for row in sizes]
        theory = on_axis(record.theory[self.quantity], record.scale)
        self.show(True)
        every = max(1, net.depth // 20)
        self.update(layers, rows if net.seeds > 1 else rows[1], look, floor, ceiling, theory=theory, every=every)
        zero = sizes.median == 0  # also on a linear axis
        self.zeros.set_data(layers[zero], np.full(zero.sum(), floor))
        self.label.xy = (1, curves.within(floor if zero[0] else rows[1][0], floor, ceiling))
        self.label.set_color(look.color)


class Limits(NamedTuple):
    """Of the axes, which move in steps, so that ticks stay where they are."""

    deepest: float
    floor: float
    ceiling: float
    scale: str


class FlowPlot(LivePicture):
    """The picture of curves by layer, kept alive.

    A picture of other curves by layer has its own ``title`` and ``looks``, and says by ``_drawn`` which FlowRecord each
    of them shows.
    """

    title = "gradient, relative to the last layer"
    looks: Mapping[str, grammar.Look | None] = dict.fromkeys(QUANTITIES)  # of each curve, by its name
    quantity: str | None = None  # that each curve shows; None: the one it is named after
    place = (0.092, 0.135, 0.895, 0.755)  # of the axes in the figure
    left, right = 0.075, 0.01  # room beside the curves, as a share of the deepest layer
    centred = False  # the words on the shaded sides, where the curves end at the sides

    def _build(self, record) -> list:
        self.axes = self.figure.add_axes(self.place)
        self.curves = {name: Curve(self.axes, self.quantity or name, look) for name, look in self.looks.items()}
        moving = [artist for curve in self.curves.values() for artist in curve.artists]
        self._titles()
        return [*moving, *self._beside()]

    def _move(self, record, *limits) -> None:
        drawn = self._drawn(record)
        for name, curve in self.curves.items():
            if name in drawn:
                curve.follow(drawn[name], limits[1], limits[2])
            else:
                curve.show(False)
        self._spread_labels([self.curves[name].label for name in drawn])

    def _beside(self) -> list:
        """What else moves in the figure."""
        return []

    def _drawn(self, record) -> dict:
        """The FlowRecord of each curve that is to be seen."""
        return dict.fromkeys(record.shown, record)

    def _limits(self, record) -> tuple:
        return limits([record], record.net.depth, record.scale)

    def _frame(self, deepest: float, floor: float, ceiling: float, scale: str) -> None:
        """Draw what stands still: limits, ticks, shaded sides, the axis' name."""
        axes = self.axes
        for artist in [*axes.patches, *(text for text in axes.texts if not text.get_animated())]:
            artist.remove()
        axes.set(xlim=(1 - self.left * deepest, deepest * (1 + self.right)), ylim=(floor, ceiling))
        grammar.tidy(axes)
        healthy = (-grammar.HEALTHY, grammar.HEALTHY) if scale == "log" else (0.1, 10.0)
        grammar.shade(axes, *healthy, floor, max(ceiling, healthy[1]))
        for words in axes.texts if self.centred else []:
            if not words.get_animated():
                words.set(x=0.55, ha="center")
        if scale == "log":
            grammar.decade_ticks(axes, floor, ceiling)
        else:
            ticks = np.linspace(0, ceiling, {1.2: 7, 2: 5}.get(ceiling, 6))
            axes.set_yticks(ticks, [grammar.number(tick) for tick in ticks])
        axes.set_xlabel("layer: from the input on the left to the output on the right", fontsize=13, color=grammar.INK)
        layers = np.unique(np.round(np.linspace(0, deepest, 6 if deepest > 5 else int(deepest) + 1)))
        axes.set_xticks([1, *layers[1:]])

    def _spread_labels(self, labels) -> None:
        """Push labels apart that would lie on each other."""
        to_points = 72 / self.figure.dpi
        height = {label: self.axes.transData.transform(label.xy)[1] * to_points for label in labels}
        labels = sorted(labels, key=lambda label: height[label])
        bottom = self.axes.bbox.y0 * to_points + 9
        places = curves.stacked([height[label] for label in labels], bottom, self.axes.bbox.y1 * to_points)
        for label, place in zip(labels, places, strict=True):
            label.set_position((-10, place - height[label]))

    def _titles(self) -> None:
        """Write the title and one legend above the axes, in ink, as it holds for every activation."""
        ink = dict(color=grammar.FAINT)
        handles = [
            Line2D([], [], linewidth=2.6, marker="o", markersize=7, label="median", **ink),
            Patch(alpha=0.3, label=curves.MIDDLE, linewidth=0, **ink),
            Line2D([], [], label="theory", **grammar.THEORY),
        ]
        self.figure.legend(
            handles=handles, loc="upper right", ncols=3, frameon=False, fontsize=13, bbox_to_anchor=(0.995, 1.008),
            columnspacing=1.4, handletextpad=0.6,
        )  # fmt: skip
        self.figure.text(0.012, 0.982, self.title, fontsize=13, va="top", color=grammar.INK)


@require.guarded
def flow(
    record, shown: Annotated[tuple[str, ...], require.some_of(QUANTITIES)] | None = None,
    scale: Annotated[str, require.one_of(("log", "linear"))] | None = None,
) -> Picture:  # fmt: skip
    """Return a still picture of a FlowRecord's gradients.

    shown : some of "dh", "dz", "dW"; scale : "log" or "linear"; where they are not given, the record says them.
    """
    shown = tuple(shown or (name for name in record.shown if name in QUANTITIES))
    record = record._replace(shown=shown, scale=scale or record.scale)
    return Picture(FlowPlot(record).figure, sentence(record), alt(record))


def on_axis(relative, scale: str):
    """Where a relative size lies on the axis: its decades, or itself."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log10(relative) if scale == "log" else np.asarray(relative)


def limits(records, depth: int, scale: str = "log") -> Limits:
    """Return the limits, in steps, of axes that hold what FlowRecords of this ``depth`` show."""
    rows = [row for record in records for name in record.shown for row in (*record.relative[name], record.theory[name])]
    values = on_axis(np.concatenate(rows) if rows else np.zeros(0), scale)
    values = values[np.isfinite(values)]
    least, most = (values.min(), values.max()) if values.size else (0.0, 0.0)
    deepest = grammar.up_to(depth, DEPTHS)
    if scale == "linear":
        return Limits(deepest, 0.0, grammar.up_to(most, SIZES), "linear")
    return Limits(deepest, -grammar.up_to(-least, DECADES), grammar.up_to(most, DECADES), "log")
