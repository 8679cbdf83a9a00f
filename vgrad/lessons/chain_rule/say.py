"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about products of random factors.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.phrases import five, lines, points, size, verdict


def products_sentence(record) -> str:
    """Say of a record of products: what has become of them; what was multiplied; how far they lie apart."""
    how = [*_differ(record), record.protocol]
    return lines(_findings(record), f"{_factors(record)}.", how)


def _findings(record) -> list[str]:
    """What the median has become; of products that differ, their mean too."""
    chance = by_chance(record)
    median = record.over_seeds.median[-1]
    whose = f"median of {record.seeds} products" if chance else "product"
    what = f"The {whose} of {_how_many(record)}"
    typical = record.theory["typical"][-1]
    noun = "median" if chance else "product"
    said = [f"{what} is {size(median)}, so the {noun} {verdict(median)}.", f"Theory predicts {decades_said(typical)}."]
    if not chance:
        return said
    mean = record.mean[-1]
    theory = decades_said(record.theory["mean"][-1])
    return [*said, f"The mean of the same products is {size(mean)} (theory {theory}), so the mean {verdict(mean)}."]


def _how_many(record) -> str:
    """The number of factors and of which kind they are, such as "100 random factors" or "1 factor of 0.9"."""
    kind = "random factor" if record.spread else "factor"
    counted = grammar.count(record.depth, kind)
    return counted if record.spread else f"{counted} of {record.factor:.3g}"


def products_alt(record) -> str:
    """Say in words what is drawn, and the median after five numbers of factors."""
    counts = five(1, record.depth)
    medians = points([record.over_seeds.median[n - 1] for n in counts], counts, "after", size)
    mean = f"; their mean ends at {size(record.mean[-1])}" if by_chance(record) else ""
    products, which = ("1 product", "it") if record.seeds == 1 else (f"{record.seeds} products", "the median")
    drawn = f"Product against the number of factors on a log axis, {products}"
    return f"{drawn}. {_factors(record)}. The numbers: {which} is {medians}{mean}."


def decades_said(decades: float) -> str:
    """Return 10 to the ``decades`` in two digits, though no float may hold it: 2.5e-400."""
    if abs(decades) < 300 or not np.isfinite(decades):
        return grammar.number(10.0**decades)
    exponent = int(np.floor(decades))
    return f"{10 ** (decades - exponent):.1f}e{exponent}"


def _factors(record) -> str:
    """Of what the products are made."""
    if not record.spread:
        return "All factors are equal"
    if record.law == "coin":
        heads, tails = (record.factor * np.exp(side * record.spread) for side in (1, -1))
        return f"A coin decides whether a factor is {heads:.3g} or {tails:.3g}"
    return f"A factor is typically {record.factor:.3g}, with a spread of {record.spread:.3g} in its logarithm"


def _differ(record) -> list[str]:
    """How far the products differ."""
    low, _, high = (size(row[-1]) for row in record.over_seeds)
    return [] if low == high or not by_chance(record) else [f"Eight of ten products lie between {low} and {high}."]


def by_chance(record) -> bool:
    """Return whether the products differ: there are several, and their factors are random."""
    return record.seeds > 1 and record.spread > 0
