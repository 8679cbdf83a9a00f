"""What the experiments of this lesson return.

These are plain records about products of random factors.
"""

from __future__ import annotations

from typing import NamedTuple

from ...kit.experiments.protocol import Band
from ...ops import Array


class ProductsRecord(NamedTuple):
    """What ``products`` or ``coin`` measured. Arrays run from 1 factor to ``depth`` factors, in float64."""

    protocol: str
    factor: float  # the typical one: the median of the factors, or of a coin the root of heads times tails
    depth: int
    spread: float  # standard deviation of a factor's natural logarithm
    seeds: int  # the number of products
    law: str  # "gaussian" or "coin", of the factors' logarithms
    seed: int
    products: Array  # (seeds, depth)
    over_seeds: Band  # (depth,): a tenth of the products lie below, half, a tenth above
    mean: Array  # (depth,): of the products
    theory: dict[str, Array]  # "typical" and "mean", in decades, which no float limits; (depth,)


class ChainRecord(NamedTuple):
    """What ``chain`` measured in networks with one unit per layer. Columns run from the first layer to the last."""

    weights: Array  # (networks, layers - 1): those of the layers from 2 on
    slopes: Array  # (networks, layers - 1): of the same layers
    dh: Array  # (networks, layers): what arrives at each layer, from a 1 at the last
