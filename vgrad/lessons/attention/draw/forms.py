"""How far tokens differ, block by block, in several forms of a network."""

from __future__ import annotations

import numpy as np

from ....kit.marks import curves, grammar
from ....kit.marks.grammar import CURES, decades
from ....kit.marks.picture import Picture
from ..say import forms as say

LOOKS = tuple(CURES[name] for name in ("plain", "batch", "skip", "layer", "rms", "skip/depth", "skip/√depth"))
DECADES = (2, 4, 8, 12, 16)


def forms(records) -> Picture:
    """Draw r by block, a curve for each form; theory is drawn where there is attention alone."""
    axes = curves.axes(grammar.new_figure(), "r, the share of h in which tokens differ")
    depth = max(record.net.depth for record in records)
    least, _ = curves.span(*(decades(record.r) for record in records))
    floor = -grammar.up_to(-least, DECADES)
    axes.set(xlim=(0, 1.5 * depth), ylim=(floor, 0.6))
    curves.ground(axes, floor, 0.6, words=False)
    ends = []
    for record, look in curves.with_looks(records, LOOKS):
        blocks = np.arange(record.net.depth + 1)
        theory = decades(record.theory) if record.net.law else None
        median = curves.curve(axes, blocks, decades(record.r).clip(floor), look, theory=theory)
        ends.append((record.net.depth, median[-1], say.form(record.net), look.color))
    for at in {end[0] for end in ends}:
        curves.label_ends(axes, at, [end[1:] for end in ends if end[0] == at])
    axes.set_xticks(np.arange(0, depth + 1, max(1, depth // 6)))
    axes.set_xlabel("after block (0 is the input)", fontsize=13)
    curves.legend(axes.figure, theory=any(record.net.law for record in records))
    return Picture(axes.figure, say.forms_sentence(records), say.forms_alt(records))
