"""What still pictures of curves share: one pair of axes, a median with its band, labels behind the curves' ends."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from . import grammar

ROOM = 17  # points from one label to the next


def axes(figure: Figure, name: str) -> Axes:
    """The one pair of axes of a figure; ``name``, of what it measures, stands above it."""
    pair = figure.add_axes((0.075, 0.135, 0.905, 0.755))
    grammar.tidy(pair)
    figure.text(0.012, 0.982, name, fontsize=13, va="top", color=grammar.INK)
    return pair


def curve(axes: Axes, x, rows, look: grammar.Look):
    """Draw the band of eight networks in ten, and their median, which is returned.   rows : (seeds, len(x))."""
    low, median, high = np.quantile(rows, (0.1, 0.5, 0.9), axis=0)
    axes.fill_between(x, low, high, color=look.color, alpha=0.22, linewidth=0)
    style = dict(color=look.color, marker=look.marker, markersize=8, linewidth=2.6)
    axes.plot(x, median, markevery=max(1, len(x) // 10), **style)
    return median


def label_ends(axes: Axes, x: float, ends) -> None:
    """Labels at x, each at least ROOM above the one below; call it when limits are set.   ends : (y, text, colour)."""
    to_points, last = 72 / axes.figure.dpi, -np.inf
    for y, text, color in sorted(ends):
        height = axes.transData.transform((x, y))[1] * to_points
        last = max(height, last + ROOM)
        axes.annotate(
            text, (x, y), (10, last - height), textcoords="offset points", va="center", fontsize=14, weight="bold",
            color=color, annotation_clip=False,
        )  # fmt: skip


def legend(figure: Figure, theory: bool = False) -> None:
    """The one legend, above the axes, in ink: it holds for every curve."""
    ink = dict(color=grammar.FAINT)
    handles = [Line2D([], [], linewidth=2.6, label="median", **ink)]
    handles.append(Line2D([], [], linewidth=9, alpha=0.3, label="8 of 10 networks", **ink))
    if theory:
        handles.append(Line2D([], [], label="theory", **grammar.THEORY))
    figure.legend(handles=handles, loc="upper right", ncols=3, frameon=False, fontsize=13, columnspacing=1.4)
