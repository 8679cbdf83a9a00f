"""What still pictures of curves share: one pair of axes, a median with its band, labels behind the curves' ends."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ... import require
from . import grammar

ROOM = 17  # points from one label to the next


def axes(figure: Figure, name: str) -> Axes:
    """The one pair of axes of a figure; ``name``, of what it measures, stands above it."""
    pair = figure.add_axes((0.075, 0.135, 0.905, 0.755))
    grammar.tidy(pair)
    figure.text(0.012, 0.982, name, fontsize=13, va="top", color=grammar.INK)
    return pair


def with_looks(records, looks, name: str = "records") -> zip:
    """Each record with a look of its own; a ValueError if there are none, or more than looks."""
    return zip(require.several(name, records, len(looks)), looks, strict=False)


def span(*rows) -> tuple[float, float]:
    """The least and the largest number of all ``rows`` that is finite; 0 if none is."""
    values = np.concatenate([np.ravel(row) for row in rows])
    values = values[np.isfinite(values)]
    return (values.min(), values.max()) if values.size else (0.0, 0.0)


def zeros(axes: Axes, x, floor: float) -> None:
    """The symbol of what is exactly 0, on the axis floor."""
    axes.plot(x, np.full(np.shape(x), floor), "v", color=grammar.VANISHING, markersize=8, clip_on=False)


def ticks(axes: Axes, steps: int, parts: int) -> None:
    """Steps of training, in about so many parts."""
    axes.set_xticks(np.arange(0, steps + 1, max(1, steps // parts)))


def curve(axes: Axes, x, rows, look: grammar.Look):
    """Draw the band of eight networks in ten, and their median, which is returned.   rows : (seeds, len(x))."""
    low, median, high = np.quantile(rows, (0.1, 0.5, 0.9), axis=0)
    axes.fill_between(x, low, high, color=look.color, alpha=0.22, linewidth=0)
    style = dict(color=look.color, marker=look.marker, markersize=8, linewidth=2.6)
    axes.plot(x, median, markevery=max(1, len(x) // 10), **style)
    return median


def stacked(heights, bottom: float = -np.inf, top: float = np.inf) -> list[float]:
    """Places of labels, in points: each at its height if it can be, ROOM above the one below, from bottom to top."""
    last, places = bottom - ROOM, []
    for above, height in zip(range(len(heights))[::-1], heights, strict=True):
        last = max(last + ROOM, min(height, top - ROOM * above))
        places.append(last)
    return places


def label_ends(axes: Axes, x: float, ends) -> None:
    """Labels at x, each at least ROOM above the one below; call it when limits are set.   ends : (y, text, colour).

    A curve that has left the axis is named at its floor or its ceiling; and at this, what is no longer finite.
    """
    floor, ceiling = axes.get_ylim()
    ends = sorted((np.clip(ceiling if np.isnan(y) else y, floor, ceiling), *rest) for y, *rest in ends)
    heights = [axes.transData.transform((x, y))[1] * 72 / axes.figure.dpi for y, *_ in ends]
    style = dict(textcoords="offset points", va="center", fontsize=14, weight="bold", annotation_clip=False)
    for (y, text, color), height, place in zip(ends, heights, stacked(heights), strict=True):
        axes.annotate(text, (x, y), (10, place - height), color=color, **style)


def legend(figure: Figure, theory: bool = False) -> None:
    """The one legend, above the axes, in ink: it holds for every curve."""
    ink = dict(color=grammar.FAINT)
    handles = [Line2D([], [], linewidth=2.6, label="median", **ink)]
    handles.append(Line2D([], [], linewidth=9, alpha=0.3, label="8 of 10 networks", **ink))
    if theory:
        handles.append(Line2D([], [], label="theory", **grammar.THEORY))
    figure.legend(handles=handles, loc="upper right", ncols=3, frameon=False, fontsize=13, columnspacing=1.4)
