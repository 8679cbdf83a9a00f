"""Who tells networks that will learn from those that will not: the report, the usual check, or a common rule.

All of them are graded on the cells of the stored table "diagnosis_strangers".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import numpy as np

from .... import probes, require
from ....kit.experiments.stored import Cell
from ....kit.experiments.usual import share_of_limit
from ....ops import Array
from ....require import Count, Rng, guarded
from ..records import TRAINS, Grade, Miss
from .strangers import AMOUNTS
from .trial import roc, verdict

Cells = Annotated[Sequence[Cell], lambda name, cells: _require_cells(name, cells)]

APART = 100.0  # times: beyond it the common rule warns
UNUSUAL = {
    "float16": lambda settings: settings["dtype"] == "float16",
    "small inputs": lambda settings: settings.get("ink", 1.0) < 0.5,
    "large inputs": lambda settings: settings.get("ink", 1.0) > 2,
} | {name: lambda settings, name=name: settings.get("fault") == name for name in AMOUNTS}


@guarded
def verdicts(cells: Cells) -> list[Grade]:
    """Return how the report, the usual check, and a common rule do on the same networks.

    The report warns if it is red. The rule compares the first layer's gradient with the last's, and warns if one is
    more than a hundred times the other. Each has a score, which is its number as a share of its limit, in decades, so
    that all three areas are of the same kind. What was not finite in a stored table is worth a warning.
    """
    norms = [np.array(cell.result["norms"], float) for cell in cells]
    with np.errstate(all="ignore"):
        total = [float(np.sqrt(np.sum(each**2))) for each in norms]
        ends = [_known(abs(np.log10(each[0] / each[-1])) / math.log10(APART)) for each in norms]
    warned = [verdict(each) != "OK" for each in total]
    apart = [each > 1 for each in ends]
    red = [cell.result["band"] == "red" for cell in cells]
    trains = np.array([learns(cell) for cell in cells])
    return [
        _grade("the report", _scores(cells), red, trains),
        _grade("check_gradients", [share_of_limit(each) for each in total], warned, trains),
        _grade("first and last", ends, apart, trains),
    ]


@guarded
def bands(cells: Cells) -> dict[str, tuple[int, int]]:
    """Return how many networks of each band of the report learn, and how many there are."""
    groups = {band: [learns(cell) for cell in cells if cell.result["band"] == band] for band in probes.BANDS}
    return {band: (sum(group), len(group)) for band, group in groups.items()}


def _known(number) -> float:
    """A number of a rule; what is not finite is as far from its limit as can be."""
    return float(number) if np.isfinite(number) else np.inf


def _scores(cells: Sequence[Cell]) -> list[float]:
    """The report's score of each network, which is that of its gravest sign."""
    return [np.inf if cell.result["score"] is None else cell.result["score"] for cell in cells]


def _grade(name: str, scores, warns: list[bool], trains: Array) -> Grade:
    caught, blamed = (int(np.sum(np.array(warns)[group])) for group in (~trains, trains))
    area = roc(name, scores, trains).area
    return Grade(name, caught, int(np.sum(~trains)), blamed, int(np.sum(trains)), area)


@guarded
def misses(cells: Cells) -> list[Miss]:
    """Return the false greens, which do not learn, and then the false reds, which do; the worst of each first."""
    wrong = [_miss(cell) for cell in cells if (cell.result["band"], learns(cell)) in (("green", False), ("red", True))]
    greens = sorted((one for one in wrong if one.band == "green"), key=lambda one: one.accuracy)
    reds = sorted((one for one in wrong if one.band == "red"), key=lambda one: -one.accuracy)
    return greens + reds


def _miss(cell: Cell) -> Miss:
    settings = cell.settings
    unusual = [name for name, is_so in UNUSUAL.items() if is_so(settings)]
    return Miss(
        settings["kind"],
        ", ".join(unusual) or "none",
        settings["optimizer"],
        cell.result["band"],
        max(cell.result["accuracy"]),
    )


@guarded
def interval(cells: Cells, *, draws: Count = 2000, rng: Rng) -> tuple[float, float]:
    """Return the 95 % interval of the area of the report's score, of so many bootstrap draws of the networks."""
    trains = np.array([learns(cell) for cell in cells])
    scores = np.array(_scores(cells), float)
    areas = []
    for _ in range(draws):
        own = np.concatenate([rng.choice(np.flatnonzero(group), group.sum()) for group in (trains, ~trains)])
        areas.append(roc("score", scores[own], trains[own]).area)
    low, high = np.percentile(areas, [2.5, 97.5])
    return float(low), float(high)


def learns(cell: Cell) -> bool:
    """Return whether the network of a stored cell learns, at the best of its rates."""
    return max(cell.result["accuracy"]) > TRAINS


def _require_cells(name: str, cells) -> None:
    require.nonempty(name, cells)
    fits = all(isinstance(cell, Cell) for cell in cells)
    require.instance(name, cells, fits, "cells of a stored table, as load returns them")
