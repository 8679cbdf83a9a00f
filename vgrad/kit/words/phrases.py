"""Phrases that all lessons share. Each kind of finding has one phrase, which is made from the numbers of a record.

size            "0.2 of the last's", or "exactly 0"
beside          " (theory 0.2)", if theory has an answer
predicted       " Theory predicts 0.2.", likewise
so_it           "so it vanishes"
lines           a caption, from its finding, its protocol, and how it was measured
judged, it_is   "2e-18 (theory 1e-18): it vanishes"
by_layer        "0.5 at layer 1, 1 at layer 2": the numbers of an alt text, at the places of ``five``
whose, medians  "Median of 5 networks", "medians of 5 networks"
of_networks     "3 of 16 networks"
fewer           what the work budget left out
"""

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
    """Say whether it "vanishes", "explodes", "overflows", or "holds": is within ten times of the last layer's."""
    if not np.isfinite(ratio):
        return "overflows"
    decades = np.log10(ratio) if ratio > 0 else -np.inf
    if decades < -grammar.HEALTHY:
        return "vanishes"
    return "explodes" if decades > grammar.HEALTHY else "holds"


def size(value: float, of_what: str = "") -> str:
    """Return a size for people, such as "0.2 of the last's", which is "exactly 0" only where it is."""
    return "exactly 0" if value == 0 else f"{grammar.number(value)} {of_what}".rstrip()


def beside(theory: float) -> str:
    """Return what theory says, in parentheses, if it has an answer: " (theory 0.2)"."""
    return f" (theory {grammar.number(theory)})" if np.isfinite(theory) else ""


def so_it(ratio: float) -> str:
    """Return what follows from a ratio, such as "so it vanishes"."""
    return f"so it {verdict(ratio)}"


def predicted(theory: float, said=None) -> str:
    """Return what theory says of it, if it has an answer: " Theory predicts 0.2."."""
    if not np.isfinite(theory):
        return ""
    return f" Theory predicts {said or grammar.number(theory)}."


def lines(*parts) -> str:
    """Return a caption: a line each for the finding, the protocol and how it was measured, of the sentences of each."""
    said = [" ".join(filter(None, [part] if isinstance(part, str) else part)) for part in parts]
    return "\n".join(filter(None, said))


def it_is(ratio: float, said: str, theory: str = "") -> str:
    """Return what is ``said`` of a ratio, the theory beside it if there is one, and the verdict."""
    expected = f" (theory {theory})" if theory else ""
    return f"{said}{expected}: it {verdict(ratio)}"


def judged(ratio: float, theory: float = np.nan, of_what: str = "", beyond: str = "beyond float64") -> str:
    """Return a size and what it means, such as "0.21 of the last's (theory 0.2): it holds".

    beyond : what is said of a size that is not finite.
    """
    if not np.isfinite(ratio):
        return it_is(ratio, beyond)
    return it_is(ratio, size(ratio, of_what) + beside(theory))


def five(first: int, last: int, most: int = 5) -> list[int]:
    """Return five places from the first to the last, evenly spread, or ``most``; fewer where there are not as many."""
    return [int(place) for place in np.unique(np.linspace(first, last, most).round())]


def points(numbers, names, where: str, said=grammar.number) -> str:
    """Return numbers and their places, such as "0.5 at layer 1, 1 at layer 2".   where : such as "at layer"."""
    return ", ".join(f"{said(number)} {where} {name}" for number, name in zip(numbers, names, strict=True))


def by_layer(curve) -> str:
    """Return the medians of five layers of a curve, which is a Band: "0.1 at layer 1, 0.2 at layer 8"."""
    layers = five(1, len(curve.median))
    return points([curve.median[layer - 1] for layer in layers], layers, "at layer")


def whose(seeds: int) -> str:
    """Say of whom a size is told: "One network", or "Median of 5 networks"."""
    return "One network" if seeds == 1 else f"Median of {seeds} networks"


def medians(seeds: int, thing: str = "network") -> str:
    """Say the same of several sizes, within a sentence: "medians of 5 networks"."""
    return f"medians of {grammar.count(seeds, thing)}"


def fewer(asked: int, ran: int) -> list[str]:
    """Return what there is to say where the work budget bit."""
    return [f"Of {asked} networks asked for, {ran} ran: more could not follow a slider."] if ran < asked else []


def of_networks(share: float, seeds: int) -> str:
    """Return a share of so many networks as a count of them: "3 of 16 networks"."""
    return f"{round(share * seeds)} of {grammar.count(seeds, 'network')}"


def solved_count(solved) -> str:
    """Return how many networks have solved it, from the step at which each did: "3 of 5"."""
    return f"{sum(step is not None for step in solved)} of {len(solved)}"
