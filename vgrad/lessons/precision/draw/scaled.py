"""The accuracy of nets whose passes run in 16 bits, while they learn."""

from __future__ import annotations

import numpy as np

from ....kit.marks import curves, grammar
from ....kit.marks.picture import Picture
from ..say.scaled import MEAN, accuracy_alt, accuracy_sentence, label, means

LOOKS = tuple(grammar.CURES[name] for name in ("plain", "skip", "skip/depth", "batch", "layer", "rms", "skip/√depth"))


def accuracy(records) -> Picture:
    """Draw the accuracy along training, the mean of ten batches each, a curve for each record."""
    axes = curves.axes(grammar.new_figure(), f"accuracy, mean of {MEAN} batches")
    steps = max(record.accuracy.shape[1] for record in records)
    axes.set(xlim=(0, 1.45 * steps), ylim=(0, 1.04))
    axes.plot([0, steps], [0.1, 0.1], **grammar.MARK)
    axes.text(steps, 0.16, "guessing", ha="right", va="bottom", fontsize=12, color=grammar.FAINT)
    ends = []
    for k, (record, look) in enumerate(curves.with_looks(records, LOOKS)):
        rows = means(record)
        x = record.accuracy.shape[1] / rows.shape[1] * (np.arange(rows.shape[1]) + 0.5)
        median = curves.curve(axes, x, rows, look, every=(k % 3, 3))
        ends.append((median[-1], label(record), look.color))
    curves.label_ends(axes, steps, ends, top=curves.height_of(axes, 1.04))
    curves.ticks(axes, steps, 5)
    axes.set_xlabel("step of training", fontsize=13)
    curves.legend(axes.figure)
    return Picture(axes.figure, accuracy_sentence(records), accuracy_alt(records))
