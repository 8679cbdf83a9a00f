"""What RNNs learn with clipping and without it: the loss relative to that of always answering 1, step by step."""

from __future__ import annotations

import numpy as np
from matplotlib.ticker import FixedLocator, NullLocator

from ....kit.marks import curves, grammar
from ....kit.marks.picture import Picture
from ..say.training import run_label, runs_sentence

LOOKS = (grammar.Look("#c23b00", "^", ""), grammar.Look("#12305c", "s", ""), grammar.Look("#00716b", "H", ""))
LOWEST = 0.5
HIGHEST = 2.0  # where learning begins, or not; what comes before is above


def runs(records) -> Picture:
    """Draw a curve for each RunsRecord as long as all its networks are finite, and then the mark of an overflow."""
    pairs = [*curves.with_looks(records, LOOKS)]
    axes = curves.axes(grammar.new_figure(), "loss, relative to the loss of always answering 1")
    steps = max(record.steps for record in records)
    axes.set(xlim=(0, 1.42 * steps), ylim=(LOWEST, HIGHEST), yscale="log")
    axes.plot([0, steps], [1, 1], **grammar.THEORY)
    curves.label_ends(axes, steps, [_curve(axes, record, look) for record, look in pairs])
    curves.ticks(axes, steps, 3)
    axes.yaxis.set_major_locator(FixedLocator([0.5, 1, 2]))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("step of training", fontsize=13)
    curves.legend(axes.figure, handles=[curves.key("always answering 1", **grammar.THEORY)])
    return Picture(axes.figure, runs_sentence(records))


def _curve(axes, record, look) -> tuple[float, str, str]:
    """Draw one record's curve; return the height, the text and the colour of its label."""
    over = _smooth(record.loss / record.baseline)
    there = np.isfinite(over).all(axis=0)
    at = np.arange(1, over.shape[1] + 1)
    median = curves.curve(axes, at[there], over[:, there], look)
    if not there.all() or record.finite == 0:
        axes.plot(at[-1], HIGHEST, marker="^", markersize=12, color=grammar.EXPLODING, clip_on=False)
        return (HIGHEST, run_label(record), look.color)
    return (float(np.median(median[-20:])), run_label(record), look.color)


def _smooth(rows, window: int = 20):
    """Means of ``window`` batches, so that the band is of networks and not of batches."""
    if rows.shape[1] < 2 * window:
        return rows
    sums = np.cumsum(np.concatenate([np.zeros((len(rows), 1)), rows], axis=1), axis=1)
    lead = np.arange(1, window)
    first = sums[:, 1:window] / lead
    return np.concatenate([first, (sums[:, window:] - sums[:, :-window]) / window], axis=1)
