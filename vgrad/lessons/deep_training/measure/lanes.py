"""How much does the branch of each block add to h, and hand back to dh?"""

from __future__ import annotations

import numpy as np

from ....ops import Array


def _lanes(tape, dh) -> tuple[Array | float, Array | float]:
    """b² and s² of the blocks on a tape, their medians, (seeds,)."""
    added, returned = _each_lane(tape, dh)
    return (np.median(added, axis=0), np.median(returned, axis=0)) if added else (np.nan, np.nan)


def _each_lane(tape, dh) -> tuple[list[Array], list[Array]]:
    """b² and s² of each block on a tape, (seeds,) each, the last block first."""
    added = []
    returned = []
    for step in reversed(tape):
        if step.name.startswith("join"):
            added.append(_squares(step.output) / _squares(step.input[0]) - 1)
        if step.name.startswith("fork"):
            returned.append(_squares(dh[1]) / _squares(dh[0]))
        _, dh = step.pullback(dh)
    return added, returned


def _squares(rows) -> Array:
    """The sum of the squares of each network's numbers, (seeds,)."""
    return np.square(rows, dtype="float64").sum(axis=(-2, -1))
