"""Curves by layer in one picture, alive or still: the networks' band, their median, and theory."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ... import require
from ..words.flow import alt, sentence
from . import curves, grammar
from .picture import Canvas, Picture

DEPTHS = (3, 5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 200, 500, 1000, 10_000)
DECADES = (2, 3, 5, 10, 20, 30, 40, 60, 80, 160, 320, 640)
SIZES = (1.2, 2, 5, *(10.0**k for k in (*range(1, 20), *range(20, 301, 10))), 1.7e308)  # of a linear axis
QUANTITIES = ("dh", "dz", "dW")


class Curve:
    """One curve in the picture: the networks' band, theory, the median with its marks, a label at its first layer.

    quantity : the name of a FlowRecord's curve; look : its colour and marker, and what the label says. Without a look
    the curve has the activation's, and the quantity is the label.
    """

    def __init__(self, axes, quantity: str, look: grammar.Look | None = None):
        self.quantity, self.look = quantity, look
        self.band = axes.fill_between([1, 2], [0, 0], [0, 0], alpha=0.22, linewidth=0)
        (self.median,) = axes.plot([], [], linewidth=2.6, markersize=8, fillstyle=grammar.FILLS.get(quantity, "full"))
        (self.theory,) = axes.plot([], [], **grammar.THEORY)
        edge = dict(markersize=9, clip_on=False, linestyle="none")
        (self.zeros,) = axes.plot([], [], marker="v", color=grammar.VANISHING, **edge)
        (self.overflows,) = axes.plot([], [], marker="^", color=grammar.EXPLODING, **edge)
        self.label = axes.annotate(
            look.label if look else quantity, (1, 0), (-10, 0), textcoords="offset points", ha="right", va="center",
            fontsize=14, weight="bold",
        )  # fmt: skip
        self.artists = [self.band, self.median, self.theory, self.zeros, self.overflows, self.label]

    def hide(self) -> None:
        """Take the curve out of the picture."""
        for artist in self.artists:
            artist.set_visible(False)

    def update(self, record, floor: float, ceiling: float) -> None:
        """Move the artists to ``record``, on an axis from ``floor`` to ``ceiling``."""
        net = record.net
        layers = np.arange(1, net.depth + 1)
        low, median, high = (on_axis(row, record.scale) for row in record.relative[self.quantity])
        look = self.look or grammar.look(net.activation)
        for artist in self.artists:
            artist.set_visible(True)
        self.band.set_visible(net.seeds > 1)
        inside = (np.nan_to_num(edge, nan=ceiling, posinf=ceiling, neginf=floor) for edge in (low, high))
        self.band.set_data(layers, *inside)
        self.band.set_facecolor(look.color)
        self.median.set_data(layers, np.where(np.isfinite(median), median, np.nan))
        self.median.set(color=look.color, marker=look.marker, markevery=max(1, net.depth // 20))
        theory = on_axis(record.theory[self.quantity], record.scale)
        self.theory.set_data(layers, np.where(np.isfinite(theory), theory, np.nan))
        sizes = record.relative[self.quantity].median
        zero = sizes == 0
        broken = ~np.isfinite(sizes)
        self.zeros.set_data(layers[zero], np.full(zero.sum(), floor))
        self.overflows.set_data(layers[broken], np.full(broken.sum(), ceiling))
        self.label.xy = (1, self._start(zero[0], broken[0], median[0], floor, ceiling))
        self.label.set_color(look.color)

    @staticmethod
    def _start(zero: bool, broken: bool, median: float, floor: float, ceiling: float) -> float:
        """The height at which the label stands beside the first layer."""
        if zero:
            return floor
        return ceiling if broken else median


class Limits(NamedTuple):
    """Of the axes, which move in steps, so that ticks stay where they are."""

    deepest: float
    floor: float
    ceiling: float
    scale: str


class FlowPlot:
    """The picture kept alive: ``update`` moves it to another record, ``png`` is what it looks like now.

    A picture of other curves by layer has its own ``title`` and ``looks``, and says by ``_drawn`` which FlowRecord each
    of them shows.
    """

    title = "gradient, relative to the last layer"
    looks: dict[str, grammar.Look | None] = dict.fromkeys(QUANTITIES)  # of each curve, by its name
    quantity: str | None = None  # that each curve shows; None: the one it is named after
    place = (0.092, 0.135, 0.895, 0.755)  # of the axes in the figure
    left, right = 0.075, 0.01  # room beside the curves, as a share of the deepest layer
    centred = False  # the words on the shaded sides, where the curves end at the sides

    def __init__(self, record):
        self.figure = grammar.new_figure()
        self.axes = self.figure.add_axes(self.place)
        self.curves = {name: Curve(self.axes, self.quantity or name, look) for name, look in self.looks.items()}
        moving = [artist for curve in self.curves.values() for artist in curve.artists]
        self.canvas = Canvas(self.figure, [*moving, *self._beside()])
        self._limits = None
        self._titles()
        self.update(record)

    def update(self, record) -> None:
        """Move every artist to ``record``; only a step of an axis costs a full draw."""
        drawn = self._drawn(record)
        now = self._limits_of(record)
        if now != self._limits:
            self._limits = now
            self._frame(*now)
            self.canvas.forget()
        for name, curve in self.curves.items():
            if name in drawn:
                curve.update(drawn[name], now[1], now[2])
            else:
                curve.hide()
        self._spread_labels([self.curves[name].label for name in drawn])

    def png(self) -> bytes:
        """What it looks like now."""
        return self.canvas.png()

    def _beside(self) -> list:
        """What else moves in the figure."""
        return []

    def _drawn(self, record) -> dict:
        """The FlowRecord of each curve that is to be seen."""
        return dict.fromkeys(record.shown, record)

    def _limits_of(self, record) -> tuple:
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
        labels = sorted(labels, key=height.get)
        bottom = self.axes.bbox.y0 * to_points + 9
        places = curves.stacked([height[label] for label in labels], bottom, self.axes.bbox.y1 * to_points)
        for label, place in zip(labels, places, strict=True):
            label.set_position((-10, place - height[label]))

    def _titles(self) -> None:
        """Write the title and one legend above the axes, in ink, as it holds for every activation."""
        ink = dict(color=grammar.FAINT)
        handles = [
            Line2D([], [], linewidth=2.6, marker="o", markersize=7, label="median", **ink),
            Patch(alpha=0.3, label="8 of 10 networks", linewidth=0, **ink),
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
