"""Phrases that all lessons share: a verdict, whose number it is, and what the work budget left out."""

from __future__ import annotations

import numpy as np

from ..marks import grammar

DRAWS = {  # of weights
    "glorot_standard": grammar.Look("#5a5a5a", "x", "U(±1/√n)"),
    "xavier_uniform": grammar.Look("#8f2fb0", "s", "Xavier"),
    "xavier_normal": grammar.Look("#8f2fb0", "s", "Xavier"),
    "he_normal": grammar.Look("#00805d", "^", "He"),
    "normal": grammar.Look("#5a5a5a", "x", "Gaussian"),
    "orthogonal": grammar.Look("#c44e00", "D", "orthogonal"),
}


@grammar.asked
def whose_weights(record) -> str:
    """How many networks, and of what kind."""
    gain = "" if record.gain == 1 else f" × {record.gain:g}"
    scheme = "" if record.scheme == "scaled_normal" else f"{grammar.title(record.scheme)}{gain}, "
    of_what = f"width {record.width}, {scheme}σ_w {record.sigma_w:.3g}, σ_b {record.sigma_b:.3g}"
    return f"{whose(record.seeds)}: {of_what}, {record.batch} samples"


WITH = {"none": "without a norm", "batch": "with batch norm", "layer": "with layer norm"}
DIGITS = 3  # of a factor a layer, where 1.02 is not 1
GUESS = float(np.log(10))
VERDICTS = {"vanishes": "vanish", "explodes": "explode", "overflows": "overflow", "holds": "hold"}


def verdict(ratio: float) -> str:
    """Whether it "vanishes", "explodes", "overflows", or "holds": is within ten times of the last layer's."""
    if not np.isfinite(ratio):
        return "overflows"
    decades = np.log10(ratio) if ratio > 0 else -np.inf
    return "vanishes" if decades < -grammar.HEALTHY else "explodes" if decades > grammar.HEALTHY else "holds"


def whose(seeds: int) -> str:
    """Of whom a size is told: "One network", or "Median of 5 networks"."""
    return "One network" if seeds == 1 else f"Median of {seeds} networks"


def fewer(asked: int, ran: int) -> list[str]:
    """What there is to say where the work budget bit."""
    return [f"Of {asked} networks asked for, {ran} ran: more could not follow a slider."] if ran < asked else []


def of_networks(share: float, record) -> str:
    """A share of a record's networks as a count of them: "3 of 16 networks"."""
    return f"{round(share * record.seeds)} of {grammar.count(record.seeds, 'network')}"
