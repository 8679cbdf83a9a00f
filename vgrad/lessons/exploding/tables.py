"""The table of this lesson that takes too long to compute while one reads."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from ... import require
from ...kit.experiments.stored import Table, Tables
from .measure.thresholds import RATE, clipped_at

LIMITS = (0.15, 1.0, 1.5, 4.0, 15.0, 150.0, None)
FASTER = 4 * RATE  # does a low threshold need a higher learning rate only?
BOTH = (1.0, 15.0)  # the limits at both learning rates
SEEDS = range(5)

TABLES = Tables(
    Path(__file__).with_name("tables"),
    thresholds=Table(
        "RNNs that learn the adding problem over ten time steps, each with one threshold for the norm of the gradient",
        clipped_at,
        [dict(clip=clip, seed=seed) for clip, seed in product(LIMITS, SEEDS)]
        + [dict(clip=clip, rate=FASTER, seed=seed) for clip, seed in product(BOTH, SEEDS)],
    ),
)


def at_threshold(clip: float | None, rate: float = RATE) -> dict[str, list[float]]:
    """Return "last" and "clipped" of all networks of the stored table that were trained with one threshold.

    "last" : 25 numbers, the loss relative to always answering 1; "clipped" : 25 shares of clipped steps.
    rate : the learning rate, of which the table has a second one for thresholds in BOTH. Raises ValueError where the
    table has no such threshold, or no such rate for it.
    """
    require.instance("clip", clip, clip in LIMITS, f"one of {', '.join(map(str, LIMITS))}")
    rates = (RATE, FASTER) if clip in BOTH else (RATE,)
    require.instance("rate", rate, rate in rates, f"one of {', '.join(map(str, rates))}")
    cells = [
        cell.result
        for cell in TABLES.load("thresholds")
        if cell.settings["clip"] == clip and cell.settings.get("rate", RATE) == rate
    ]
    return {name: [number for cell in cells for number in cell[name]] for name in ("last", "clipped")}
