"""How much a softmax hands back, row by row, as its scores grow."""

from __future__ import annotations

import numpy as np

from ....kit.marks import curves, grammar
from ....kit.marks.picture import Picture
from ..say import scores as say

FLOOR = -6.0  # of the axis, in decades


def jacobians(record) -> Picture:
    """Draw ‖∂p/∂s‖ against the size of the scores: the median row, and the rows at the edges of both tenths."""
    axes = curves.axes(grammar.new_figure(), "size of the derivative, ‖∂p/∂s‖")
    at = np.log2(record.stds)
    room = max(at[-1] - at[0], 1.0)
    axes.set(xlim=(at[0] - 0.03 * room, at[-1] + 0.25 * room), ylim=(FLOOR, 0.3))
    grammar.decade_ticks(axes, FLOOR, 0.3)
    ends = []
    for (quantile, name), look in zip(say.ROWS.items(), _looks(), strict=True):
        rows = grammar.decades(record.share(quantile))
        median = curves.curve(axes, at, rows, look, floor=FLOOR, every=1)
        ends.append((median[-1], name, look.color))
    axes.axhline(grammar.decades(record.flat), **grammar.THEORY)
    curves.label_ends(axes, at[-1], ends)
    axes.set_xticks(at, [f"{std:g}" for std in record.stds])
    axes.set_xlabel("standard deviation of the scores", fontsize=13)
    keys = [curves.key("median", linewidth=2.6), curves.key("theory, equal weights", **grammar.THEORY)]
    curves.legend(axes.figure, handles=keys)
    return Picture(axes.figure, say.jacobians_sentence(record), say.jacobians_alt(record))


def _looks() -> list:
    return [grammar.CURES[name] for name in ("skip/depth", "plain", "layer")]
