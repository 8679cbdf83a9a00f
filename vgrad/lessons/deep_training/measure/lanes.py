"""How much does the branch of each block add to h, and hand back to dh?"""

from __future__ import annotations

import numpy as np

from ....ops import Array


def typical_lane(tape, dh) -> tuple[Array | float, Array | float]:
    """Return b² and s² of the median block on a tape, (seeds,) each, or NaN where the tape has no block."""
    added, returned = each_lane(tape, dh)
    return (np.median(added, axis=0), np.median(returned, axis=0)) if added else (np.nan, np.nan)


def each_lane(tape, dh) -> tuple[list[Array], list[Array]]:
    """Return b² and s² of each block on a tape, (seeds,) each, the last block first.

    b² is what the branch adds to the mean square of h, and s² what it adds to that of dh on the way back.
    """
    added = []
    returned = []
    for step in reversed(tape):
        if step.name.startswith("join"):
            added.append(squares(step.output) / squares(step.input[0]) - 1)
        if step.name.startswith("fork"):
            returned.append(squares(dh[1]) / squares(dh[0]))
        _, dh = step.pullback(dh)
    return added, returned


def squares(rows) -> Array:
    """Return the sum of the squares of each network's numbers, (seeds,)."""
    return np.square(rows, dtype="float64").sum(axis=(-2, -1))
