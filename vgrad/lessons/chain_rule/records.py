"""What the experiments of this lesson return.

These are plain records about products of random factors.
"""

from __future__ import annotations

from typing import NamedTuple

from ... import probes
from ...kit.experiments.protocol import Band
from ...ops import Array


class Ends(NamedTuple):
    """The first number of factors at which the median is subnormal, exactly 0, or no longer finite; None for never."""

    subnormal: int | None
    zero: int | None
    infinite: int | None


class ProductsRecord(NamedTuple):
    """What ``products`` measured. Arrays run from 1 factor to ``depth`` factors, in float64."""

    protocol: str
    factor: float  # the typical one: the median
    depth: int
    spread: float  # standard deviation of a factor's natural logarithm
    seeds: int  # the number of products
    precision: str
    seed: int
    products: Array  # (seeds, depth)
    over_seeds: Band  # (depth,): a tenth of the products lie below, half, a tenth above
    mean: Array  # (depth,): of the products
    theory: dict[str, Array]  # "typical" and "mean", in decades, as they leave every precision; (depth,)
    entries: probes.Entries  # (depth,): shares of the products that are 0, subnormal, infinite, NaN
    ends: Ends
