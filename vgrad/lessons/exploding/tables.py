"""The tables of this lesson that take too long to compute while one reads."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from ... import require
from ...kit.experiments.stored import Table, Tables
from .measure.spikes import spikes_with
from .measure.thresholds import RATE, clipped_at

LIMITS = (0.15, 1.0, 1.5, 4.0, 15.0, 150.0, None)
FASTER = 4 * RATE  # does a low threshold need a higher learning rate only?
BOTH = (1.0, 15.0)  # the limits at both learning rates
SEEDS = range(5)
REMEDIES: dict[str, dict] = {  # against spikes, as they are called, and what each changes
    "Adam, a memory of 0.9": {},
    "clipping at 1.0": dict(clip=1.0),
    "the loss times 1024": dict(factor=1024.0),
    "a floor of 1e-12": dict(floor=1e-12),
    "a floor of 1e-4": dict(floor=1e-4),
    "a memory of 0.999": dict(decay_squares=0.999),
    "float64": dict(precision="float64"),
    "SGD with momentum": dict(optimizer="momentum", rate=0.03),
}
TWICE = range(2)  # five networks each

TABLES = Tables(
    Path(__file__).with_name("tables"),
    thresholds=Table(
        "RNNs that learn the adding problem over ten time steps, each with one threshold for the norm of the gradient",
        clipped_at,
        [dict(clip=clip, seed=seed) for clip, seed in product(LIMITS, SEEDS)]
        + [dict(clip=clip, rate=FASTER, seed=seed) for clip, seed in product(BOTH, SEEDS)],
    ),
    spikes=Table(
        "Networks that are trained on one batch of digits long after they have learnt it, with one remedy for spikes",
        spikes_with,
        [changes | dict(seed=seed) for changes, seed in product(REMEDIES.values(), TWICE)],
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


def with_remedy(name: str) -> dict[str, list[float]]:
    """Return "first" and "last" of all networks of the stored table that were trained with one of REMEDIES.

    "first" : 10 numbers, the step of a network's first spike or -1; "last" : 10 losses after the last step. Raises
    ValueError where there is no such remedy.
    """
    require.choice("name", name, REMEDIES)
    asked = [REMEDIES[name] | dict(seed=seed) for seed in TWICE]
    cells = [cell.result for cell in TABLES.load("spikes") if cell.settings in asked]
    return {key: [number for cell in cells for number in cell[key]] for key in ("first", "last")}
