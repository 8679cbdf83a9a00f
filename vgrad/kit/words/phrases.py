"""Phrases that all lessons share: a size and its verdict, whose number it is, and what the work budget left out."""

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


WITH = {"none": "without a norm", "batch": "with batch norm", "layer": "with layer norm"}
DIGITS = 3  # of a factor a layer, where 1.02 is not 1
GUESS = float(np.log(10))
TWO_SAMPLES = "Two samples are the fewest that batch norm can work on, and it leaves of each unit only a sign."
VERDICTS = {"vanishes": "vanish", "explodes": "explode", "overflows": "overflow", "holds": "hold"}


def verdict(ratio: float) -> str:
    """Whether it "vanishes", "explodes", "overflows", or "holds": is within ten times of the last layer's."""
    if not np.isfinite(ratio):
        return "overflows"
    decades = np.log10(ratio) if ratio > 0 else -np.inf
    if decades < -grammar.HEALTHY:
        return "vanishes"
    return "explodes" if decades > grammar.HEALTHY else "holds"


def size(ratio: float, theory: float = np.nan, of_what: str = "") -> str:
    """A size, and theory's beside it where it has one: "0.21 of the last's (theory 0.2)", or "exactly 0"."""
    told = "exactly 0" if ratio == 0 else f"{grammar.number(ratio)} {of_what}".rstrip()
    return told + beside(theory)


def beside(theory: float) -> str:
    """What theory says, in parentheses, if it has an answer: " (theory 0.2)"."""
    return f" (theory {grammar.number(theory)})" if np.isfinite(theory) else ""


def judged(ratio: float, theory: float = np.nan, of_what: str = "", beyond: str = "beyond float64") -> str:
    """A size and what it means: "0.21 of the last's (theory 0.2): it holds", or "beyond float64: it overflows"."""
    return f"{size(ratio, theory, of_what) if np.isfinite(ratio) else beyond}: it {verdict(ratio)}"


def by_layer(curve) -> str:
    """The medians of five layers of a curve: "0.1 at layer 1, 0.2 at layer 8"; ``curve`` is a Band over the layers."""
    layers = np.unique(np.linspace(1, len(curve.median), 5).round().astype(int))
    return ", ".join(f"{grammar.number(curve.median[k - 1])} at layer {k}" for k in layers)


def whose(seeds: int) -> str:
    """Of whom a size is told: "One network", or "Median of 5 networks"."""
    return "One network" if seeds == 1 else f"Median of {seeds} networks"


def fewer(asked: int, ran: int) -> list[str]:
    """What there is to say where the work budget bit."""
    return [f"Of {asked} networks asked for, {ran} ran: more could not follow a slider."] if ran < asked else []


def of_networks(share: float, seeds: int) -> str:
    """A share of so many networks as a count of them: "3 of 16 networks"."""
    return f"{round(share * seeds)} of {grammar.count(seeds, 'network')}"
