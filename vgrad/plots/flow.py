"""The gradient's flow, layer by layer: the picture of lesson 03, alive or still, and its sentence."""

from __future__ import annotations

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from . import grammar
from .picture import Canvas, Picture
from .words import VERDICTS, sentence, spread_sentence, verdict

DEPTHS = (3, 5, 10, 20, 30, 50, 75, 100, 200, 500, 1000, 10_000)
DECADES = (2, 3, 5, 10, 20, 30, 40, 60, 80, 160, 320, 640)
SIZES = (1.2, 2, 5, 10, 100, 1e3, 1e4, 1e6, 1e9, 1e15, 1e30, 1e60, 1e120, 1e300)  # of a linear axis
QUANTITIES = ("dh", "dz", "dW")


class Curve:
    """One gradient in the picture: the seeds' band, theory, the median with its marks, a label at its first layer."""

    def __init__(self, axes, quantity: str):
        self.quantity, self.axes = quantity, axes
        self.band = axes.fill_between([1, 2], [0, 0], [0, 0], alpha=0.22, linewidth=0)
        (self.median,) = axes.plot([], [], linewidth=2.6, markersize=8, fillstyle=grammar.FILLS[quantity])
        (self.theory,) = axes.plot([], [], **grammar.THEORY)
        edge = dict(markersize=9, clip_on=False, linestyle="none")
        (self.zeros,) = axes.plot([], [], marker="v", color=grammar.VANISHING, **edge)
        (self.overflows,) = axes.plot([], [], marker="^", color=grammar.EXPLODING, **edge)
        self.label = axes.annotate(
            quantity, (1, 0), (-10, 0), textcoords="offset points", ha="right", va="center", fontsize=14, weight="bold"
        )
        self.artists = [self.band, self.theory, self.median, self.zeros, self.overflows, self.label]

    def hide(self) -> None:
        """Take the curve out of the picture."""
        for artist in self.artists:
            artist.set_visible(False)

    def update(self, record, floor: float, ceiling: float) -> None:
        """Move the artists to ``record``, on an axis from ``floor`` to ``ceiling``."""
        layers = np.arange(1, record.depth + 1)
        low, median, high = (_on_axis(row, record.scale) for row in record.relative[self.quantity])
        look = grammar.look(record.activation)
        for artist in self.artists:
            artist.set_visible(True)
        self.band.set_visible(record.seeds > 1)
        inside = (np.nan_to_num(edge, nan=ceiling, posinf=ceiling, neginf=floor) for edge in (low, high))
        self.band.set_data(layers, *inside)
        self.band.set_facecolor(look.color)
        self.median.set_data(layers, np.where(np.isfinite(median), median, np.nan))
        self.median.set(color=look.color, marker=look.marker, markevery=max(1, record.depth // 20))
        theory = _on_axis(record.theory[self.quantity], record.scale)
        self.theory.set_data(layers, np.where(np.isfinite(theory), theory, np.nan))
        zero = record.relative[self.quantity].median == 0
        broken = ~np.isfinite(record.relative[self.quantity].median)
        self.zeros.set_data(layers[zero], np.full(zero.sum(), floor))
        self.overflows.set_data(layers[broken], np.full(broken.sum(), ceiling))
        start = floor if zero[0] else ceiling if broken[0] else median[0]
        self.label.xy = (1, start)
        self.label.set_color(look.color)


class FlowPlot:
    """The picture kept alive: ``update`` moves it to another record, ``png`` is what it looks like now."""

    def __init__(self, record):
        self.figure = grammar.new_figure()
        self.axes = self.figure.add_axes((0.092, 0.135, 0.895, 0.755))
        self.curves = {quantity: Curve(self.axes, quantity) for quantity in QUANTITIES}
        self.canvas = Canvas(self.figure, [artist for c in self.curves.values() for artist in c.artists])
        self._limits = None
        self._legend()
        self.update(record)

    def update(self, record) -> None:
        """Move every artist to ``record``; only a step of an axis costs a full draw."""
        limits = _limits(record)
        if limits != self._limits:
            self._limits = limits
            _frame(self.axes, *limits)
            self.canvas.forget()
        for quantity, curve in self.curves.items():
            if quantity in record.shown:
                curve.update(record, *limits[1:3])
            else:
                curve.hide()
        self._spread_labels([self.curves[quantity].label for quantity in record.shown])

    def png(self) -> bytes:
        """What it looks like now."""
        return self.canvas.png()

    def _spread_labels(self, labels) -> None:
        """Push labels apart that would lie on each other: each at least 17 points above the one below."""
        to_points = 72 / self.figure.dpi
        height = {label: self.axes.transData.transform(label.xy)[1] * to_points for label in labels}
        at, top = -np.inf, self.axes.bbox.y1 * to_points - 17 * len(labels)
        for label in sorted(labels, key=height.get):
            at, top = max(at + 17, min(height[label], top + 17)), top + 17
            label.set_position((-10, at - height[label]))

    def _legend(self) -> None:
        """One legend, above the axes, in ink: it holds for every activation."""
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
        self.figure.text(0.012, 0.982, "gradient, relative to the last layer", fontsize=13, va="top", color=grammar.INK)


def flow(record, shown=None, scale=None) -> Picture:
    """A still picture of a flow record.   shown : some of "dh", "dz", "dW"; scale : "log" or "linear"."""
    record = record._replace(shown=tuple(shown or record.shown), scale=scale or record.scale)
    plot = FlowPlot(record)
    for artist in plot.canvas.moving:
        artist.set_animated(False)
    return Picture(plot.figure, sentence(record))


def grid(records, columns: int) -> Picture:
    """Small multiples of dh on one pair of axes: records in rows of ``columns``, an activation a column."""
    rows = -(-len(records) // columns)
    figure = grammar.new_figure(9.6, 0.9 + 1.2 * rows)
    deepest = max(record.depth for record in records)
    floor = min(_limits(record)[1] for record in records)
    ceiling = max(_limits(record)[2] for record in records)
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    inch = 1 / figure.get_figheight()
    figure.subplots_adjust(0.095, 0.6 * inch, 0.995, 1 - 0.34 * inch, wspace=0.08, hspace=0.12)
    for k, (record, panel) in enumerate(zip(records, axes.flat, strict=False)):
        _panel(panel, record, deepest, floor, ceiling)
        if k < columns:
            panel.set_title(grammar.look(record.activation).label, fontsize=10.5, color=grammar.INK)
        if k % columns == 0:
            panel.set_ylabel(grammar.title(record.scheme), fontsize=9.5)
    figure.supxlabel("layer: input on the left, output on the right", fontsize=11)
    verdicts = [verdict(record.ratio) for record in records]
    counts = ", ".join(f"{verdicts.count(word)} {words}" for word, words in VERDICTS.items() if word in verdicts)
    return Picture(figure, f"{len(records)} pairs of activation and initialization, {deepest} layers: {counts}.")


def spread(records, by: str = "width") -> Picture:
    """One dot a network: its ‖dh_1‖ / ‖dh_depth‖, a column a record, the columns named by the record's field ``by``."""
    figure = grammar.new_figure()
    axes = figure.add_axes((0.092, 0.135, 0.895, 0.755))
    ratios = [record.dh[:, 0] / record.dh[:, -1] for record in records]
    decades = [_on_axis(ratio, "log") for ratio in ratios]
    finite = np.concatenate([column[np.isfinite(column)] for column in decades])
    floor, ceiling = -grammar.up_to(-finite.min(), DECADES), grammar.up_to(finite.max(), DECADES)
    grammar.tidy(axes)
    axes.set(xlim=(-0.6, len(records) - 0.4), ylim=(floor, ceiling))
    grammar.shade(axes, -grammar.HEALTHY, grammar.HEALTHY, floor, ceiling)
    grammar.decade_ticks(axes, floor, ceiling)
    for k, (record, column) in enumerate(zip(records, decades, strict=True)):
        at = k + 0.62 * (np.arange(record.seeds) / record.seeds - 0.5)
        dots = dict(linestyle="none", markersize=4, color=grammar.look(record.activation).color, alpha=0.5)
        axes.plot(at, column, "o", **dots)
        axes.plot([k - 0.36, k + 0.36], 2 * [np.median(column)], color=grammar.INK, linewidth=2.6)
        zero = np.isneginf(column)
        axes.plot(at[zero], np.full(zero.sum(), floor), "v", color=grammar.VANISHING, markersize=8, clip_on=False)
    theory = np.log10([record.theory["dh"][0] for record in records])
    axes.plot(np.arange(len(records)), theory, **grammar.THEORY)
    axes.set_xticks(range(len(records)), [getattr(record, by) for record in records])
    axes.set_xlabel(by, fontsize=13)
    figure.text(0.012, 0.982, "first layer's dh, relative to the last layer's: a dot a network", fontsize=13, va="top")
    return Picture(figure, spread_sentence(records, by))


def _panel(panel, record, deepest: int, floor: float, ceiling: float) -> None:
    """One small multiple: band, median, theory."""
    look, layers = grammar.look(record.activation), np.arange(1, record.depth + 1)
    grammar.shade(panel, -grammar.HEALTHY, grammar.HEALTHY, floor, ceiling, words=False)
    low, median, high = (_on_axis(row, "log") for row in record.relative["dh"])
    panel.fill_between(layers, low.clip(floor), high.clip(None, ceiling), color=look.color, alpha=0.22, linewidth=0)
    panel.plot(layers, np.where(np.isfinite(median), median, np.nan), color=look.color, linewidth=2)
    panel.plot(layers, _on_axis(record.theory["dh"], "log"), **{**grammar.THEORY, "linewidth": 1.1})
    grammar.tidy(panel, size=9)
    panel.set(xlim=(1, deepest), ylim=(floor, ceiling), xticks=[1, round(deepest / 2)])
    grammar.decade_ticks(panel, floor, ceiling)


# --- the axes -----------------------------------------------------------------------------------------------------


def _on_axis(relative, scale: str):
    """Where a relative size lies on the axis: its decades, or itself."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log10(relative) if scale == "log" else np.asarray(relative)


def _limits(record) -> tuple[float, float, float, str]:
    """Deepest layer, floor and ceiling of the axes, in steps, and the scale."""
    rows = [row for name in record.shown for row in (*record.relative[name], record.theory[name])]
    values = _on_axis(np.array(rows), record.scale)
    values = values[np.isfinite(values)]
    least, most = (values.min(), values.max()) if values.size else (0.0, 0.0)
    deepest = grammar.up_to(record.depth, DEPTHS)
    if record.scale == "linear":
        return deepest, 0.0, grammar.up_to(most, SIZES), "linear"
    return deepest, -grammar.up_to(-least, DECADES), grammar.up_to(most, DECADES), "log"


def _frame(axes, deepest: float, floor: float, ceiling: float, scale: str) -> None:
    """What stands still: limits, ticks, shaded sides, the axis' name."""
    for artist in [*axes.patches, *(text for text in axes.texts if not text.get_animated())]:
        artist.remove()
    axes.set(xlim=(1 - 0.075 * deepest, deepest * 1.01), ylim=(floor, ceiling))
    grammar.tidy(axes)
    healthy = (-grammar.HEALTHY, grammar.HEALTHY) if scale == "log" else (0.1, 10.0)
    grammar.shade(axes, *healthy, floor, max(ceiling, healthy[1]))
    if scale == "log":
        grammar.decade_ticks(axes, floor, ceiling)
    else:
        ticks = np.linspace(0, ceiling, 6)
        axes.set_yticks(ticks, [grammar.number(tick) for tick in ticks])
    axes.set_xlabel("layer: from the input on the left to the output on the right", fontsize=13, color=grammar.INK)
    layers = np.unique(np.round(np.linspace(0, deepest, 6 if deepest > 5 else int(deepest) + 1)))
    axes.set_xticks([1, *layers[1:]])
