"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about products of random factors.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.phrases import five, lines, points, size, so_it


def products_sentence(record) -> str:
    """Say of a record of products: the finding, and where its precision ends; what was multiplied; how far they lie."""
    how = [*_differ(record), f"Protocol: {record.protocol}."]
    return lines([*_findings(record), *_ends_said(record)], f"{_draws(record)}.", how)


def _findings(record) -> list[str]:
    """What the median has become; of products that differ, their mean too."""
    chance = by_chance(record)
    median = record.over_seeds.median[-1]
    whose = f"median of {record.seeds} products" if chance else "product"
    factors = "1 factor" if record.depth == 1 else f"{record.depth} factors"
    typically = "typically " if record.spread else ""
    what = f"The {whose} of {factors} of {typically}{record.factor:.3g}"
    typical = record.theory["typical"][-1]
    said = [f"{what} is {size(median)}, {so_it(median)}.", f"Theory predicts {decades_said(typical)}."]
    if not chance:
        return said
    mean = record.mean[-1]
    theory = decades_said(record.theory["mean"][-1])
    return [*said, f"Their mean is {size(mean)} (theory {theory}), {so_it(mean)}."]


def products_alt(record) -> str:
    """Say in words what is drawn, and the median after five numbers of factors."""
    counts = five(1, record.depth)
    medians = points([record.over_seeds.median[n - 1] for n in counts], counts, "after", size)
    mean = f"; their mean ends at {size(record.mean[-1])}" if by_chance(record) else ""
    setting = f"factors of {grammar.number(record.factor)}, spread {grammar.number(record.spread)}"
    products, which = ("1 product", "it") if record.seeds == 1 else (f"{record.seeds} products", "the median")
    what = f"{products} in {record.precision}, {setting}"
    return f"Product against the number of factors on a log axis, {what}: {which} is {medians}{mean}."


def decades_said(decades: float) -> str:
    """Return 10 to the ``decades`` in two digits, though no float may hold it: 2.5e-400."""
    if abs(decades) < 300 or not np.isfinite(decades):
        return grammar.number(10.0**decades)
    exponent = int(np.floor(decades))
    return f"{10 ** (decades - exponent):.1f}e{exponent}"


def _ends_said(record) -> list[str]:
    """Where the median leaves its precision, and how many other products did."""
    subnormal, zero, infinite = record.ends
    whose = "The median" if by_chance(record) else "The product"
    said = []
    if subnormal and not zero:
        said.append(f"{whose} is subnormal in {record.precision}, with digits lost, from {subnormal} on.")
    elif subnormal:
        said.append(f"{whose} is subnormal in {record.precision} from {subnormal}, and exactly 0 from {zero} on.")
    elif zero:
        said.append(f"{whose} is exactly 0 in {record.precision} from {zero} on.")
    if infinite:
        said.append(f"{whose} is beyond {record.precision} from {infinite} on.")
    if by_chance(record):
        last = record.products[:, -1]
        lost = (("exactly 0", last == 0), (f"beyond {record.precision}", ~np.isfinite(last)))
        said += [f"In the end {which.sum()} of {record.seeds} are {name}." for name, which in lost if which.any()]
    return said


def _draws(record) -> str:
    """What was multiplied."""
    if not record.spread:
        return f"All factors are equal, in {record.precision}"
    kind = f"spread {grammar.number(record.spread)} of a factor's logarithm, {record.precision}"
    return f"One product: {kind}" if record.seeds == 1 else f"{kind[0].upper()}{kind[1:]}"


def _differ(record) -> list[str]:
    """How far the products differ."""
    low, _, high = (size(row[-1]) for row in record.over_seeds)
    return [] if low == high or not by_chance(record) else [f"Of 10 products, 8 lie between {low} and {high}."]


def by_chance(record) -> bool:
    """Return whether the products differ: there are several, and their factors are random."""
    return record.seeds > 1 and record.spread > 0
