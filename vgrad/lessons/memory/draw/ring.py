"""Linear recurrences: the gradient by steps back, beside a tanh RNN and a GRU."""

from __future__ import annotations

import numpy as np

from ....kit.marks import curves, grammar
from ....kit.marks.flow import DECADES
from ....kit.marks.grammar import CURES, Look, decades
from ....kit.marks.picture import Picture
from ....kit.words.cells import CELLS
from ..say import ring as say

LOWEST = -60.0  # decades: what is smaller is drawn on the floor
EXACT = tuple(CURES[name] for name in ("skip", "skip/√depth", "batch", "layer", "plain"))  # one for each r, in turn


def ring(record) -> Picture:
    """Draw how much of the gradient is left after so many steps back, with theory for the linear recurrences."""
    nets = [(rows, _look(k, f"r = {r:g}"), record.powers[r]) for k, (r, rows) in enumerate(record.exact.items())]
    low, high = record.between
    nets.append((record.ring, CELLS["selective"]._replace(label=f"r {low:g} to {high:g}"), record.expected))
    nets += [(record.rnn, CELLS["rnn"], None), (record.gru, CELLS["gru"], None)]
    least, most = curves.span(*(decades(rows) for rows, *_ in nets))
    floor, ceiling = max(-grammar.up_to(-least, DECADES), LOWEST), grammar.up_to(max(most, 3.0), DECADES)
    axes = curves.axes(grammar.new_figure(), "gradient of h, relative to the last h")
    axes.set(xlim=(0, 1.5 * record.T), ylim=(floor, ceiling))
    curves.ground(axes, floor, ceiling, words=False)
    back = np.arange(record.T)
    ends = []
    for rows, look, theory in nets:
        rows = decades(rows[:, ::-1]).clip(floor, ceiling)
        expected = None if theory is None else decades(theory[::-1]).clip(floor, ceiling)
        median = curves.curve(axes, back, rows, look, theory=expected)
        ends.append((median[-1], look.label, look.color))
    curves.label_ends(axes, record.T, ends)
    axes.set_xticks(np.linspace(0, record.T, 6).round())
    axes.set_xlabel("steps back from the last", fontsize=13)
    curves.legend(axes.figure, theory=True)
    return Picture(axes.figure, say.ring_sentence(record), say.ring_alt(record))


def _look(k: int, label: str) -> Look:
    """The look of the k-th number r."""
    return EXACT[k % len(EXACT)]._replace(label=label)
