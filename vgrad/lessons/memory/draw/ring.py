"""Linear recurrences: the gradient by steps back, the size of the state with and without γ, and a gate that forgets."""

from __future__ import annotations

import numpy as np

from ....kit.marks import curves, grammar
from ....kit.marks.flow import DECADES
from ....kit.marks.grammar import CURES, THEORY, Look, decades
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


def sizes(record) -> Picture:
    """Draw the rms of the state by time, with γ in full lines and without γ in thin ones, and theory for both."""
    axes = curves.axes(grammar.new_figure(), "rms of the state h")
    times = np.arange(1, record.T + 1)
    ends = []
    for k, r in enumerate(record.r):
        look = _look(k, f"r = {r:g}")
        for rows, theory, words in (
            (record.normalized[k], record.normalized_theory[k], "with γ"),
            (record.bare[k], record.bare_theory[k], "without γ"),
        ):
            median = curves.curve(axes, times, decades(rows), look, theory=decades(theory))
            if words == "without γ" or k == 0:
                name = look.label + ", without γ" if words == "without γ" else "all, with γ"
                ends.append((median[-1], name, look.color if words == "without γ" else grammar.INK))
    least, most = curves.span(*(line.get_ydata() for line in axes.lines))
    axes.set(xlim=(0, 1.5 * record.T), ylim=(min(least, -1.0), max(most, 1.0) + 0.1))
    grammar.decade_ticks(axes, *axes.get_ylim())
    curves.label_ends(axes, record.T, ends)
    axes.set_xticks(np.linspace(0, record.T, 6).round())
    axes.set_xlabel("time step t", fontsize=13)
    curves.legend(axes.figure, theory=True)
    return Picture(axes.figure, say.sizes_sentence(record), say.sizes_alt(record))


def selective(record) -> Picture:
    """Draw what is left of the gradient by time, and a line at each mark."""
    axes = curves.axes(grammar.new_figure(), "gradient of h, relative to the last h")
    rows = decades(record.kept)
    floor, ceiling = -grammar.up_to(-curves.span(rows)[0], DECADES), 1.0
    axes.set(xlim=(0, record.T), ylim=(floor, ceiling))
    curves.ground(axes, floor, ceiling, words=False)
    curves.curve(axes, np.arange(record.T + 1), rows.clip(floor), CELLS["selective"])
    for mark in record.marks:
        axes.axvline(mark - 0.5, **THEORY)
    axes.set_xlabel("time step t; dashed: a mark opens the gate that forgets", fontsize=13)
    return Picture(axes.figure, say.selective_sentence(record), say.selective_alt(record))


def _look(k: int, label: str) -> Look:
    """The look of the k-th number r."""
    return EXACT[k % len(EXACT)]._replace(label=label)
