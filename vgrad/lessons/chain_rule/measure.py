"""Why do products run away?  Many products of n random factors, multiplied one by one in a chosen precision."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from ... import init, probes, require
from ...kit.experiments.protocol import band, measured, scaled_draw
from ...ops import Array
from ...require import Count, Finite, NonNegative, Numbers, Seed, guarded
from .records import Ends, ProductsRecord

PROTOCOL = "start from 1, multiply by one factor after another, and round each time"
DEEPEST = 10_000  # factors in one product, at the most
NUMBERS = 2**22  # factors in all products together, at the most
BLOCK = 100  # factors that are drawn at a time


@guarded
@measured
def products(
    *, factor: NonNegative = 0.5, depth: Annotated[int, require.whole_from(1, DEEPEST)] = 30, spread: NonNegative = 0.0,
    seeds: Count = 64, precision: require.Precision = "float64", seed: Seed = 0,
    numbers: Annotated[int, require.whole_from(1, 2**24)] = NUMBERS,
) -> ProductsRecord:  # fmt: skip
    """Multiply ``depth`` random factors, ``seeds`` times over, and keep the product after each factor.

    A factor is ``factor`` · exp(``spread`` · ζ) with ζ ~ N(0, 1), so that it lies above ``factor`` as often as below,
    and has the mean ``factor`` · exp(``spread``² / 2).

    precision : "float16", "float32" or "float64", of the factors and of every product on the way; seed : another one
    draws other factors. The same one draws the same ζ, factor for factor, for any depth, factor, spread, precision and
    number of seeds. Raises ValueError naming the argument, its value and what is allowed: depth · seeds has at most
    ``numbers``.
    """
    require.whole("seeds", seeds, 1, numbers)
    require.whole("depth · seeds", depth * seeds, 1, numbers)
    factor = float(factor)
    exponents = _exponents(seeds, depth, spread, seed)
    rounded = np.cumprod((factor * np.exp(exponents)).astype(precision), axis=1)
    entries = probes.entries(rounded.T[:, None, :])
    exact = rounded.astype(np.float64)
    over_seeds = band(exact)
    return ProductsRecord(
        PROTOCOL, factor, depth, spread, seeds, precision, seed, exact, over_seeds, _mean(exact),
        _theory(factor, depth, spread), entries, _ends(over_seeds.median, precision),
    )  # fmt: skip


def _exponents(seeds: int, depth: int, spread: float, seed: int) -> Array:
    """``spread`` · ζ, (seeds, depth), drawn block by block, so that more factors leave the first ones as they are."""
    blocks = range(-(-depth // BLOCK))
    drawn = [scaled_draw((3, k), init.normal, (seeds, BLOCK), spread, precision="float64", seed=seed) for k in blocks]
    return np.concatenate(drawn, axis=1)[:, :depth]


def _theory(factor: float, depth: int, spread: float) -> dict[str, Array]:
    """Decades of exp(n E ln f) and of (E f)ⁿ = exp(n (E ln f + spread² / 2)), n from 1 to ``depth``."""
    counts = np.arange(1, depth + 1)
    typical = np.log10(factor)
    return {"typical": counts * typical, "mean": counts * (typical + spread * spread / (2 * np.log(10)))}


def _mean(values: Array) -> Array:
    """The mean over the seeds. The largest is taken out first, so that their sum stays in float64's range."""
    peak = values.max(axis=0)
    scale = np.where((peak > 0) & np.isfinite(peak), peak, 1.0)
    return scale * (values / scale).mean(axis=0)


def _ends(median: Array, precision: str) -> Ends:
    tiny = np.finfo(precision).tiny
    kinds = ((median > 0) & (median < tiny), median == 0, ~np.isfinite(median))
    return Ends(*(int(np.argmax(kind)) + 1 if kind.any() else None for kind in kinds))


@guarded
def powers(slope: Finite, counts: Numbers = (1, 2, 3, 5, 10, 20, 50)) -> Array:
    """slopeⁿ.  Returns this power for each n of ``counts``, (counts,), and simulates no network."""
    with np.errstate(all="ignore"):  # what is beyond float64 is inf, and a root of a negative number is NaN
        return np.float64(slope) ** np.array(counts, float)
