"""A network that is trained on long after it has learnt its batch: the loss, the gradient and the update."""

from __future__ import annotations

import numpy as np

from ....kit.marks import curves, grammar
from ....kit.marks.picture import Picture
from ..say.spikes import spikes_sentence
from .training import LOOKS

FLOOR = -10.0  # decades; a loss of exactly 0 lies there
CEILING = 3.0
NAMES = ("norm of the gradient", "norm of the update", "loss", "norm of √s")
ROOT = grammar.Look("#8f2fb0", "", "")


def spikes(record) -> Picture:
    """Draw loss and the norms of gradient, update and, if Adam divides by it, √s of a LongRun's first network."""
    axes = curves.axes(grammar.new_figure(), "loss and norms during training, on an axis of powers of ten")
    steps = record.loss.shape[1]
    axes.set(xlim=(0, 1.42 * steps), ylim=(FLOOR, CEILING))
    at = np.arange(1, steps + 1)
    ends = []
    curves_of = [record.norm, record.moved, record.loss] + [record.root] * (record.optimizer == "adam")
    for name, rows, look in zip(NAMES, curves_of, (*LOOKS, ROOT), strict=False):
        heights = grammar.decades(rows[0]).clip(FLOOR, CEILING)
        curves.curve(axes, at, heights, look)
        ends.append((float(np.median(heights[-20:])), name, look.color))
    curves.label_ends(axes, steps, ends)
    curves.ticks(axes, steps, 7)
    grammar.decade_ticks(axes, FLOOR, CEILING)
    axes.set_xlabel("step of training", fontsize=13)
    return Picture(axes.figure, spikes_sentence(record))
