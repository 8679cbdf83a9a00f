"""Products of many factors, factor by factor: the picture of lesson 01, alive or still, and its sentence."""

from __future__ import annotations

import numpy as np

from ...kit.marks import curves, grammar
from ...kit.marks.flow import on_axis
from ...kit.marks.picture import LivePicture, Picture
from .say import by_chance, products_alt, products_sentence

DEPTHS = (3, 5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200, 300, 500, 1000, 1500, 2000, 5000, 10_000)
DECADES = (2, 3, 5, 8, 10, 15, 20, 30, 40, 50, 60, 80, 100, 120, 160, 200, 250, 300, 340)
PRODUCT = grammar.Look("#6a3d9a", "o", "median")
MEAN = grammar.Look("#8a6100", "D", "mean")
AWAY = 10  # points from a curve's end to its label
LEAST, MOST = np.log10([np.finfo(float).smallest_subnormal, np.finfo(float).max])  # decades where float64 ends


class Track(curves.LiveCurve):
    """The median or the mean in the picture: a curve that starts at 1, and its label."""

    def __init__(self, axes, look: grammar.Look, **style):
        super().__init__(axes, **style)
        self.look = look
        self.band.set_color(look.color)
        for mark in (self.zeros, self.overflows):
            mark.set_fillstyle(self.median.get_fillstyle())
        self.label = curves.live_label(axes, look, AWAY)
        self.artists.append(self.label)

    def move(self, rows, theory, floor: float, ceiling: float) -> None:
        """Move to ``rows``, one or three of them, and to ``theory`` in decades, on an axis from floor to ceiling."""
        rows = np.array([from_one(on_axis(row, "log")) for row in np.atleast_2d(rows)])
        every = max(1, len(theory) // 20)
        self.update(np.arange(rows.shape[1]), rows, self.look, floor, ceiling, theory=from_one(theory), every=every)
        end = rows[len(rows) // 2, -1]
        self.label.xy = (len(theory), float(curves.within(end, floor, ceiling)))


class ProductsPlot(LivePicture):
    """The picture of products of factors, kept alive."""

    def _build(self, record):
        self.axes = self.figure.add_axes((0.092, 0.135, 0.895, 0.755))
        self.mean = Track(self.axes, MEAN, linewidth=1.4, markersize=7, fillstyle="none")
        self.median = Track(self.axes, PRODUCT, band_alpha=0.2, linewidth=2.6, markersize=8)
        curves.title(self.figure, "product of the factors")
        self.band, *rest = self.median.artists
        return [self.band, *self.mean.artists, *rest]

    def _limits(self, record):
        return limits(record)

    def _frame(self, deepest, floor, ceiling, chance) -> None:
        _frame(self.axes, deepest, floor, ceiling)
        self._legend(chance)

    def _move(self, record, deepest, floor, ceiling, chance) -> None:
        self.median.move(record.over_seeds, record.theory["typical"], floor, ceiling)
        self.mean.move(record.mean, record.theory["mean"], floor, ceiling)
        self.mean.show(chance)
        self.mean.band.set_visible(False)
        self.median.band.set_visible(chance)
        self.median.label.set_text("median" if chance else "product")
        labels = [track.label for track in (self.median, self.mean) if track.label.get_visible()]
        curves.spread(self.axes, labels, AWAY)

    def _legend(self, chance: bool) -> None:
        """One legend, above the axes, of what is there."""
        for legend in self.figure.legends:
            legend.remove()
        kept = dict(linewidth=2.6, marker="o", markersize=7, color=PRODUCT.color)
        handles = [curves.key("median" if chance else "product", **kept)]
        if chance:
            handles.append(curves.band_key(color=PRODUCT.color))
            handles.append(curves.key("mean", linewidth=1.4, marker="D", fillstyle="none", color=MEAN.color))
        style = dict(bbox_to_anchor=(0.995, 1.008), columnspacing=1.4, handletextpad=0.6)
        curves.legend(self.figure, theory=True, handles=handles, **style)


def products(record) -> Picture:
    """Return a still picture of a record of products."""
    return Picture(ProductsPlot(record).figure, products_sentence(record), products_alt(record))


def from_one(values, one: float = 0.0):
    """Put the product of no factors, 1, in front: on an axis of decades it lies at 0."""
    return np.concatenate([[one], values])


def limits(record) -> tuple[float, float, float, bool]:
    """Return most factors, floor and ceiling of the axes in decades, and whether the products differ by chance.

    What was measured has its place, and so has theory to a little beyond the ends of float64.
    """
    chance = by_chance(record)
    sizes = [*record.over_seeds, record.mean] if chance else record.over_seeds
    theory = [record.theory[name] for name in (("typical", "mean") if chance else ("typical",))]
    said = [np.clip(line, 1.05 * LEAST, 1.05 * MOST) for line in theory]
    values = np.concatenate([*(on_axis(row, "log") for row in sizes), *said])
    values = values[np.isfinite(values)]
    floor = -grammar.up_to(-values.min(initial=0.0), DECADES)
    ceiling = grammar.up_to(values.max(initial=0.0), DECADES)
    return grammar.up_to(record.depth, DEPTHS), floor, ceiling, chance


def _frame(axes, deepest: float, floor: float, ceiling: float) -> None:
    """What stands still: limits, ticks, shaded sides and the axis' name."""
    still = [line for line in axes.lines if not line.get_animated()]
    for artist in [*axes.patches, *still, *(text for text in axes.texts if not text.get_animated())]:
        artist.remove()
    axes.set(xlim=(0, deepest * 1.16), ylim=(floor, ceiling))
    grammar.tidy(axes)
    grammar.shade(axes, -grammar.HEALTHY, grammar.HEALTHY, floor, ceiling, words=False)
    _name_sides(axes, floor, ceiling)
    grammar.decade_ticks(axes, floor, ceiling)
    axes.set_xlabel("number of factors multiplied", fontsize=13, color=grammar.INK)
    axes.set_xticks(np.unique(np.round(np.linspace(0, deepest, 6 if deepest > 5 else int(deepest) + 1))))


def _name_sides(axes, floor: float, ceiling: float) -> None:
    """The shaded sides' names, on the left, where the curves have not come yet; none where there is no room."""
    room = 0.12 * (ceiling - floor)
    air = 0.02 * (ceiling - floor)
    word = dict(transform=axes.get_yaxis_transform(), fontsize=14, style="italic")
    if -grammar.HEALTHY - floor > room:
        axes.text(0.015, floor + air, "vanishing", va="bottom", color=grammar.VANISHING, **word)
    if ceiling - grammar.HEALTHY > room:
        axes.text(0.015, ceiling - air, "exploding", va="top", color=grammar.EXPLODING, **word)
