"""How far along a line of inputs a gradient resembles itself."""

from __future__ import annotations

import numpy as np

from ... import require
from ...kit.marks import curves, grammar
from ...kit.marks.picture import Picture
from .say import path_label, shattered_sentence


def shattered(records) -> Picture:
    """Draw how far along a line of inputs a gradient resembles itself, from 1 to 0 for noise.   lags : 5 or more."""
    require.whole("lags", min(len(r.correlation[0]) for r in records) - 1, 5)
    axes = curves.axes(grammar.new_figure(), "correlation of the gradient with itself")
    labels = []
    lags = np.arange(records[0].correlation.shape[1])
    for record in records:
        look = grammar.cure(record.norm, record.skip, record.alpha)
        median = curves.curve(axes, lags, record.correlation, look)
        labels.append((median[-1], path_label(record), look.color))
    axes.plot(lags[[0, -1]], [0, 0], **grammar.MARK)
    axes.set(xlim=(0, 1.6 * lags[-1]), ylim=(min(-0.3, axes.get_ylim()[0]), 1.02))
    curves.label_ends(axes, lags[-1], labels)
    axes.set_xticks(np.arange(0, lags[-1] + 1, 5))
    axes.set_xlabel(f"so many points on, of {records[0].points} on a line of inputs", fontsize=13)
    curves.legend(axes.figure)
    return Picture(axes.figure, shattered_sentence(records))
