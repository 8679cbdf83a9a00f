"""Products of many factors, factor by factor: the picture of lesson 01, alive or still, and its sentence."""

from __future__ import annotations

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ...kit.marks import grammar
from ...kit.marks.flow import on_axis
from ...kit.marks.picture import Canvas, Picture
from .say import by_chance, products_alt, products_sentence

DEPTHS = (3, 5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200, 300, 500, 1000, 1500, 2000, 5000, 10_000)
DECADES = (2, 3, 5, 8, 10, 15, 20, 30, 40, 50, 60, 80, 100, 120, 160, 200, 250, 300, 340)
PRODUCT, MEAN = grammar.Look("#6a3d9a", "o", "median"), grammar.Look("#8a6100", "D", "mean")
EDGE = dict(clip_on=False, linestyle="none")


class Track:
    """The median or the mean in the picture: a line from 1, theory, symbols where it left the precision, a label."""

    def __init__(self, axes, look: grammar.Look, **line):
        self.axes, self.look = axes, look
        (self.line,) = axes.plot([], [], color=look.color, marker=look.marker, **line)
        (self.theory,) = axes.plot([], [], **grammar.THEORY)
        size = dict(markersize=9, fillstyle=self.line.get_fillstyle())
        (self.zeros,) = axes.plot([], [], marker="v", color=grammar.VANISHING, **size, **EDGE)
        (self.overflows,) = axes.plot([], [], marker="^", color=grammar.EXPLODING, **size, **EDGE)
        self.label = axes.annotate(
            look.label, (1, 0), (10, 0), textcoords="offset points", va="center", fontsize=14, color=look.color,
            weight="bold", annotation_clip=False,
        )  # fmt: skip
        self.artists = [self.line, self.theory, self.zeros, self.overflows, self.label]

    def update(self, values, theory, floor: float, ceiling: float) -> None:
        """Move to ``values``, and to ``theory`` in decades, on an axis from ``floor`` to ``ceiling``."""
        counts, decades = np.arange(len(values) + 1), from_one(on_axis(values, "log"))
        self.line.set_data(counts, np.where(np.isfinite(decades), decades, np.nan))
        self.line.set_markevery(max(1, len(values) // 20))
        theory = from_one(theory)
        self.theory.set_data(counts, np.where(np.isfinite(theory), theory, np.nan))
        zero, broken = from_one(values, 1.0) == 0, ~np.isfinite(from_one(values, 1.0))
        self.zeros.set_data(counts[zero], np.full(zero.sum(), floor))
        self.overflows.set_data(counts[broken], np.full(broken.sum(), ceiling))
        self.label.xy = (len(values), floor if zero[-1] else ceiling if broken[-1] else decades[-1])


class ProductsPlot:
    """The picture kept alive: ``update`` moves it to another record, ``png`` is what it looks like now."""

    def __init__(self, record):
        self.figure = grammar.new_figure()
        self.axes = self.figure.add_axes((0.092, 0.135, 0.895, 0.755))
        self.band = self.axes.fill_between([0, 1], [0, 0], [0, 0], alpha=0.2, linewidth=0, color=PRODUCT.color)
        self.mean = Track(self.axes, MEAN, linewidth=1.4, markersize=7, fillstyle="none")
        self.median = Track(self.axes, PRODUCT, linewidth=2.6, markersize=8)
        self.canvas = Canvas(self.figure, [self.band, *self.mean.artists, *self.median.artists])
        self.figure.text(0.012, 0.982, "product of the factors", fontsize=13, va="top", color=grammar.INK)
        self._limits = None
        self.update(record)

    def update(self, record) -> None:
        """Move every artist to ``record``; only a step of an axis, or another precision, costs a full draw."""
        now = limits(record)
        if now != self._limits:
            self._limits = now
            _frame(self.axes, *now[:4])
            self._legend(by_chance(record))
            self.canvas.forget()
        floor, ceiling = now[1:3]
        low, _, high = (from_one(on_axis(row, "log")) for row in record.over_seeds)
        inside = (np.nan_to_num(edge, nan=ceiling, posinf=ceiling, neginf=floor) for edge in (low, high))
        self.band.set_data(np.arange(record.depth + 1), *inside)
        self.median.update(record.over_seeds.median, record.theory["typical"], floor, ceiling)
        self.mean.update(record.mean, record.theory["mean"], floor, ceiling)
        for artist in [self.band, *self.mean.artists]:
            artist.set_visible(by_chance(record))
        self.median.label.set_text("median" if by_chance(record) else "product")
        self._spread_labels()

    def png(self) -> bytes:
        """What it looks like now."""
        return self.canvas.png()

    def _spread_labels(self) -> None:
        """Push the two labels apart where they would lie on each other, and keep them off the axes' corners."""
        labels = sorted((self.median.label, self.mean.label), key=lambda label: label.xy[1])
        to_points = 72 / self.figure.dpi
        heights = [self.axes.transData.transform(label.xy)[1] * to_points for label in labels]
        missing = max(0.0, 17 - (heights[1] - heights[0])) if self.mean.label.get_visible() else 0.0
        top, bottom = self.axes.bbox.y1 * to_points - 7, self.axes.bbox.y0 * to_points + 7
        lower = min(max(heights[0] - missing / 2, bottom), top - 17 if missing else top)
        upper = min(max(heights[1] + missing / 2, lower + 17 if missing else bottom), top)
        for label, height, at in zip(labels, heights, (lower, upper), strict=True):
            label.set_position((10, at - height))

    def _legend(self, chance: bool) -> None:
        """One legend, above the axes, of what is there."""
        for legend in self.figure.legends:
            legend.remove()
        kept = dict(linewidth=2.6, marker="o", markersize=7, color=PRODUCT.color)
        handles = [Line2D([], [], label="median" if chance else "product", **kept)]
        if chance:
            handles.append(Patch(alpha=0.3, label="8 of 10 products", linewidth=0, color=PRODUCT.color))
            kept = dict(linewidth=1.4, marker="D", fillstyle="none", color=MEAN.color)
            handles.append(Line2D([], [], label="mean", **kept))
        self.figure.legend(
            handles=[*handles, Line2D([], [], label="theory", **grammar.THEORY)], loc="upper right", ncols=4,
            frameon=False, fontsize=13, bbox_to_anchor=(0.995, 1.008), columnspacing=1.4, handletextpad=0.6,
        )  # fmt: skip


@grammar.asked
def products(record) -> Picture:
    """A still picture of a record of products."""
    return Picture(ProductsPlot(record).figure, products_sentence(record), products_alt(record))


def from_one(values, one: float = 0.0):
    """The product of no factors, 1, in front: on an axis of decades it lies at 0."""
    return np.concatenate([[one], values])


def reach(precision: str) -> tuple[float, float, float]:
    """The smallest number that is not 0, the smallest with all its digits, and the largest, in decades."""
    info = np.finfo(precision)
    exponents = (info.minexp - info.nmant, info.minexp, info.maxexp)
    return tuple(exponent * np.log10(2) for exponent in exponents)


def limits(record) -> tuple[float, float, float, str, bool]:
    """Most factors, floor and ceiling of the axes, in steps, the precision whose ends are drawn, and if it is chance.

    What was measured has its place, and theory to a little beyond the ends of the precision.
    """
    least, _, most = reach(record.precision)
    rows = [on_axis(row, "log") for row in (*record.over_seeds, *([record.mean] if by_chance(record) else []))]
    theory = [record.theory[name] for name in (("typical", "mean") if by_chance(record) else ("typical",))]
    values = np.concatenate([*rows, *(np.clip(line, 1.05 * least, 1.05 * most) for line in theory)])
    values = values[np.isfinite(values)]
    floor, ceiling = values.min(initial=0.0), values.max(initial=0.0)
    floor, ceiling = -grammar.up_to(-floor, DECADES), grammar.up_to(ceiling, DECADES)
    return grammar.up_to(record.depth, DEPTHS), floor, ceiling, record.precision, by_chance(record)


def _frame(axes, deepest: float, floor: float, ceiling: float, precision: str) -> None:
    """What stands still: limits, ticks, shaded sides, the precision's ends, the axis' name."""
    still = [line for line in axes.lines if not line.get_animated()]
    for artist in [*axes.patches, *still, *(text for text in axes.texts if not text.get_animated())]:
        artist.remove()
    axes.set(xlim=(0, deepest * 1.16), ylim=(floor, ceiling))
    grammar.tidy(axes)
    grammar.shade(axes, -grammar.HEALTHY, grammar.HEALTHY, floor, ceiling, words=False)
    _name_sides(axes, floor, ceiling, precision)
    _draw_ends(axes, floor, ceiling, precision)
    grammar.decade_ticks(axes, floor, ceiling)
    axes.set_xlabel("number of factors multiplied", fontsize=13, color=grammar.INK)
    axes.set_xticks(np.unique(np.round(np.linspace(0, deepest, 6 if deepest > 5 else int(deepest) + 1))))


def _name_sides(axes, floor: float, ceiling: float, precision: str) -> None:
    """The shaded sides' names, on the left, where the curves have not come yet; none where there is no room."""
    least, _, most = reach(precision)
    room, air = 0.12 * (ceiling - floor), 0.02 * (ceiling - floor)
    word = dict(transform=axes.get_yaxis_transform(), fontsize=14, style="italic")
    if -grammar.HEALTHY - floor > room:
        axes.text(0.015, max(floor, least) + air, "vanishing", va="bottom", color=grammar.VANISHING, **word)
    if ceiling - grammar.HEALTHY > room:
        axes.text(0.015, min(ceiling, most) - air, "exploding", va="top", color=grammar.EXPLODING, **word)


def _draw_ends(axes, floor: float, ceiling: float, precision: str) -> None:
    """Lines where a precision ends, as far as they lie on the axes; words on the far side, if there is room."""
    least, normal, most = reach(precision)
    room, air = 0.07 * (ceiling - floor), 0.01 * (ceiling - floor)
    for at, left, words, style, side in (
        (most, 0.17, f"{precision} ends: beyond is inf", "solid", 1),
        (normal, 0.015, "digits are lost", (0, (1, 2)), -1),
        (least, 0.17, f"{precision} ends: beyond is 0", "solid", -1),
    ):
        if floor <= at <= ceiling:
            axes.axhline(at, color=grammar.FAINT, linewidth=1.3, linestyle=style, zorder=1)
            if at != normal or normal - least > 2 * room:
                outside = side if abs((ceiling if side > 0 else floor) - at) > room else -side
                place = dict(transform=axes.get_yaxis_transform(), va="bottom" if outside > 0 else "top")
                axes.text(left, at + outside * air, words, fontsize=12, color=grammar.FAINT, **place)
