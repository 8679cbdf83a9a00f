"""How the baseline of a training picture is drawn: the net without a hidden layer, as one dashed line."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.lib.stride_tricks import sliding_window_view

from . import grammar

NAME = "no hidden layer"
LINE = dict(color=grammar.FAINT, linewidth=1.8, linestyle=(0, (6, 2, 1.5, 2)))


def line(axes: Axes, rows, window: int = 1) -> float:
    """Draw the median of a baseline's loss or accuracy, step by step, and return where it ends.

    rows : (networks, steps), such as ``Baseline.loss``; window : the steps over which each network's mean is taken.
    """
    x, y = course(rows, window)
    axes.plot(x, y, zorder=1.5, **LINE)
    return float(y[-1])


def course(rows, window: int = 1):
    """Return the steps and the median over networks of their means over ``window`` steps: (n,) and (n,)."""
    smooth = sliding_window_view(np.asarray(rows), window, axis=1).mean(axis=-1)
    return np.arange(window, window + smooth.shape[1]), np.median(smooth, axis=0)


def key() -> Line2D:
    """Return what a legend shows of the baseline."""
    return Line2D([], [], label=NAME, **LINE)
