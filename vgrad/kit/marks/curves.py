"""How a size is drawn along an axis: the networks' band, their median, theory's line, and marks of what left the axis.

``curve`` draws one in a still picture, and a ``LiveCurve`` is one that moves. Both have the same parts, and the legend
names these parts once for all curves of a picture.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ... import require
from . import grammar

ROOM = 17  # points from one label to the next
MIDDLE = "middle 80 %"  # what a band shows of the networks


# --- a curve ----------------------------------------------------------------------------------------------------------


def curve(axes: Axes, x, rows, look: grammar.Look, *, floor=None, theory=None, every: int | None = None):
    """Draw a curve, and return its median.

    rows : (networks, len(x)), of which the band and the median are drawn, or one network's (len(x)), without a band;
    floor : where the axis ends, if what is exactly 0, and so is -inf in decades, has its mark there; theory : (len(x));
    every : the points from one marker to the next.
    """
    rows = np.asarray(rows)
    nothing = (np.atleast_2d(rows) == -np.inf).all(axis=0)
    if floor is not None:
        rows = rows.clip(floor)
    each = grammar.quantiles(rows) if rows.ndim == 2 else rows[None]
    median = band(axes, x, each, look, every=every)
    if floor is not None:
        zeros(axes, np.asarray(x)[nothing], floor)
    if theory is not None:
        axes.plot(x, theory, **grammar.THEORY)
    return median


def band(axes: Axes, x, quantiles, look: grammar.Look, *, alpha=0.22, linewidth=2.6, every: int | None = None):
    """Draw low, median and high (3, len(x)), or one network's row (1, len(x)); return the median."""
    median = quantiles[len(quantiles) // 2]
    if len(quantiles) > 1:
        axes.fill_between(x, quantiles[0], quantiles[-1], color=look.color, alpha=alpha, linewidth=0)
    style = dict(color=look.color, marker=look.marker, markersize=8, linewidth=linewidth)
    axes.plot(x, median, markevery=every or max(1, len(x) // 10), **style)
    return median


def zeros(axes: Axes, x, floor: float) -> None:
    """Draw the mark of what is exactly 0, on the axis floor."""
    axes.plot(x, np.full(np.shape(x), floor), "v", color=grammar.VANISHING, markersize=8, clip_on=False)


class LiveCurve:
    """A curve kept alive: a band, a median, theory's line, and the marks of what has left the axis.

    marks : which it has, "v" on the floor for what is exactly 0, "^" on the ceiling for what is no longer finite;
    marksize : theirs; band_alpha : how opaque the band is; style : of the median's line.
    """

    def __init__(self, axes: Axes, *, marks: str = "v^", marksize: float = 9, band_alpha: float = 0.22, **style):
        self.marks = marks
        self.band = axes.fill_between([1, 2], [0, 0], [0, 0], alpha=band_alpha, linewidth=0)
        (self.median,) = axes.plot([], [], **style)
        (self.theory,) = axes.plot([], [], **grammar.THEORY)
        edge = dict(markersize=marksize, clip_on=False, linestyle="none")
        (self.zeros,) = axes.plot([], [], marker="v", color=grammar.VANISHING, **edge)
        (self.overflows,) = axes.plot([], [], marker="^", color=grammar.EXPLODING, **edge)
        self.artists = [self.band, self.median, self.theory, self.zeros, self.overflows]

    def update(
        self, x, rows, look: grammar.Look, floor: float, ceiling: float, *, theory=None, every: int = 1, along=False
    ) -> None:
        """Move to ``rows``: low, median and high (3, len(x)), or one row (len(x)), which has no band.

        along : whether the median goes on along the axis' edge where it has left it; otherwise it has a gap there.
        """
        x = np.asarray(x)
        rows = np.atleast_2d(rows)
        median = rows[len(rows) // 2]
        self.band.set_data(x, within(rows[0], floor, ceiling), within(rows[-1], floor, ceiling))
        self.band.set(facecolor=look.color, visible=len(rows) > 1)
        self.median.set_data(x, within(median, floor, ceiling) if along else finite(median))
        self.median.set(color=look.color, marker=look.marker, markevery=every)
        if theory is not None:
            self.theory.set_data(x, finite(theory))
        zero = (median == -np.inf) & ("v" in self.marks)
        over = (~(median < (ceiling if along else np.inf))) & ("^" in self.marks)
        self.zeros.set_data(x[zero], np.full(zero.sum(), floor))
        self.overflows.set_data(x[over], np.full(over.sum(), ceiling))

    def show(self, visible: bool) -> None:
        """Let the curve be seen, or not."""
        for artist in self.artists:
            artist.set_visible(visible)


def within(values, floor: float, ceiling: float):
    """Return ``values`` where an axis can show them; what is not a number lies on the ceiling, as it was too large."""
    return np.clip(np.nan_to_num(values, nan=ceiling, posinf=ceiling, neginf=floor), floor, ceiling)


def finite(values):
    """Return ``values`` with a gap where they are not finite."""
    return np.where(np.isfinite(values), values, np.nan)


def span(*rows, empty: tuple[float, float] = (0.0, 0.0)) -> tuple[float, float]:
    """Return the least and the largest number of all ``rows`` that is finite; ``empty`` if none is."""
    values = np.concatenate([np.ravel(row) for row in rows])
    values = values[np.isfinite(values)]
    return (values.min(), values.max()) if values.size else empty


# --- what stands around it --------------------------------------------------------------------------------------------


def axes(figure: Figure, name: str) -> Axes:
    """Return the one pair of axes of a figure; above it stands ``name``, which says what it measures."""
    pair = figure.add_axes((0.075, 0.135, 0.905, 0.755))
    grammar.tidy(pair)
    title(figure, name)
    return pair


def title(figure: Figure, words: str, x: float = 0.012, y: float = 0.982, **style) -> None:
    """Write above a pair of axes what it measures."""
    figure.text(x, y, words, **{"fontsize": 13, "va": "top", "color": grammar.INK} | style)


def ground(axes: Axes, floor: float, ceiling: float, *, words: bool = True, most: int = 8) -> None:
    """Draw the ground of an axis of decades: the side where it vanishes, the one where it explodes, and ticks."""
    grammar.shade(axes, -grammar.HEALTHY, grammar.HEALTHY, floor, ceiling, words)
    grammar.decade_ticks(axes, floor, ceiling, most)


def with_looks(records, looks, name: str = "records") -> zip:
    """Return each record with a look of its own; raise ValueError if there are none, or more than looks."""
    return zip(require.several(name, records, len(looks)), looks, strict=False)


def ticks(axes: Axes, steps: int, parts: int) -> None:
    """Set the ticks of an axis of training steps, in about so many parts."""
    axes.set_xticks(np.arange(0, steps + 1, max(1, steps // parts)))


def key(label: str, **style) -> Line2D:
    """Return what a legend shows beside ``label``, in grey where it holds for every curve."""
    return Line2D([], [], label=label, **{"color": grammar.FAINT} | style)


def band_key(label: str = MIDDLE, **style) -> Patch:
    """Return what a legend shows of a band."""
    return Patch(label=label, **{"alpha": 0.3, "linewidth": 0, "color": grammar.FAINT} | style)


def legend(figure: Figure, theory: bool = False, handles=(), **style) -> None:
    """Draw the one legend, above the axes. Without ``handles`` it names the median, the band, and any ``theory``."""
    shown = list(handles) or [key("median", linewidth=2.6), key(MIDDLE, linewidth=9, alpha=0.3)]
    if theory:
        shown.append(key("theory", **grammar.THEORY))
    usual: dict[str, Any] = dict(loc="upper right", ncols=len(shown), frameon=False, fontsize=13)
    spread: dict[str, Any] = {} if handles else {"columnspacing": 1.4}
    figure.legend(handles=shown, **usual | spread | style)


# --- labels -----------------------------------------------------------------------------------------------------------


def stacked(heights, bottom: float = -np.inf, top: float = np.inf) -> list[float]:
    """Return places of labels, in points: each at its height if it can be, and ROOM above the one below."""
    last = bottom - ROOM
    places = []
    for above, height in zip(range(len(heights))[::-1], heights, strict=True):
        last = max(last + ROOM, min(height, top - ROOM * above))
        places.append(last)
    return places


def label_ends(axes: Axes, x: float, ends, *, bottom: float = -np.inf, top: float = np.inf, **style) -> None:
    """Write labels at x, each at least ROOM above the one below, when limits are set.   ends : (y, text, colour).

    A curve that has left the axis is named at its floor or its ceiling; and at this, what is no longer finite.
    bottom, top : where labels may be, in points; style : of the letters. With ha = "right" they stand left of x.
    """
    floor, ceiling = axes.get_ylim()
    ends = sorted((np.clip(ceiling if np.isnan(y) else y, floor, ceiling), *rest) for y, *rest in ends)
    heights = [height_of(axes, y) for y, *_ in ends]
    away = -10 if style.get("ha") == "right" else 10
    style = dict(textcoords="offset points", va="center", fontsize=14, weight="bold", annotation_clip=False) | style
    for (y, text, color), height, place in zip(ends, heights, stacked(heights, bottom, top), strict=True):
        axes.annotate(text, (x, y), (away, place - height), color=color, **style)


def live_label(axes: Axes, look: grammar.Look, away: float, **style):
    """Return the label of a curve kept alive, ``away`` points right of its end."""
    style = dict(textcoords="offset points", va="center", fontsize=14, weight="bold", annotation_clip=False) | style
    return axes.annotate(look.label, (1, 0), (away, 0), color=look.color, **style)


def spread(axes: Axes, labels, away: float) -> None:
    """Push one label or two apart where they would lie on each other, and keep them off the corners of the axes."""
    labels = sorted(labels, key=lambda label: label.xy[1])
    heights = [height_of(axes, label.xy[1]) for label in labels]
    missing = max(0.0, ROOM - (heights[-1] - heights[0])) / 2 if len(labels) > 1 else 0.0
    points = 72 / axes.figure.dpi
    bottom = axes.bbox.y0 * points + 7
    top = axes.bbox.y1 * points - 7
    place = min(max(heights[0] - missing, bottom), top - ROOM * (len(labels) - 1))
    labels[0].set_position((away, place - heights[0]))
    if len(labels) > 1:
        place = min(max(heights[1] + missing, place + ROOM), top)
        labels[1].set_position((away, place - heights[1]))


def height_of(axes: Axes, y: float) -> float:
    """Return where y is, in points from the bottom of the figure."""
    return axes.transData.transform((axes.get_xlim()[0], y))[1] * 72 / axes.figure.dpi
