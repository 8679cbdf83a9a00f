"""Why do products run away?  Many products of n random factors, and those of networks with one unit per layer."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np

from ... import init, models, probes, require
from ...kit.experiments.protocol import band, measured, scaled_draw
from ...ops import Array
from ...require import Count, Finite, NonNegative, Numbers, Seed, guarded
from ...tape import backprop
from .records import ChainRecord, ProductsRecord

PROTOCOL = "A product starts from 1 and is multiplied by one factor after another, in float64."
DEEPEST = 10_000  # factors in one product, at the most
NUMBERS = 2**22  # factors in all products together, at the most
BLOCK = 100  # factors that are drawn at a time
LAWS = ("gaussian", "coin")
Side = Annotated[float, require.thing("a finite number above 0", lambda it: require.is_number(it) and 0 < it < np.inf)]


@guarded
@measured
def products(
    *, factor: NonNegative = 0.5, depth: Annotated[int, require.whole_from(1, DEEPEST)] = 30, spread: NonNegative = 0.0,
    seeds: Count = 64, law: Annotated[str, require.one_of(LAWS)] = "gaussian", seed: Seed = 0,
    numbers: Annotated[int, require.whole_from(1, 2**24)] = NUMBERS,
) -> ProductsRecord:  # fmt: skip
    """Multiply ``depth`` random factors, ``seeds`` times over, and keep the product after each factor.

    A factor is ``factor`` · exp(``spread`` · ζ), so that it lies above ``factor`` as often as below. Under the law
    "gaussian", ζ ~ N(0, 1), and the mean of a factor is ``factor`` · exp(``spread``² / 2). Under the law "coin", ζ is 1
    or -1 with equal chances, and the mean is ``factor`` · cosh(``spread``).

    seed : another one draws other factors. The same one draws the same ζ, factor for factor, for any depth, factor,
    spread and number of seeds, and a coin shows heads where the Gaussian ζ is above 0. Raises ValueError naming the
    argument, its value and what is allowed: depth · seeds has at most ``numbers``.
    """
    require.whole("seeds", seeds, 1, numbers)
    require.whole("depth · seeds", depth * seeds, 1, numbers)
    factor = float(factor)
    zeta = _zeta(seeds, depth, seed)
    drawn = np.sign(zeta) if law == "coin" else zeta
    exact = np.cumprod(factor * np.exp(spread * drawn), axis=1)
    return ProductsRecord(
        PROTOCOL, factor, depth, spread, seeds, law, seed, exact, band(exact), _mean(exact),
        _theory(factor, depth, spread, law),
    )  # fmt: skip


@guarded
def coin(
    *, heads: Side = 1.5, tails: Side = 0.6, tosses: Annotated[int, require.whole_from(1, DEEPEST)] = 100,
    players: Count = 1000, seed: Seed = 0,
) -> ProductsRecord:  # fmt: skip
    """Let ``players`` toss a coin, each ``tosses`` times from 1, and keep what they hold after each toss.

    A toss multiplies by ``heads`` or by ``tails``, with equal chances, so its typical factor is √(heads · tails), and
    its mean factor is (heads + tails) / 2. The record is that of ``products`` under the law "coin". seed : as there.
    Raises ValueError naming the argument, its value and what is allowed.
    """
    factor = math.sqrt(heads) * math.sqrt(tails)
    spread = abs(math.log(heads) - math.log(tails)) / 2
    return products(factor=factor, spread=spread, depth=tosses, seeds=players, law="coin", seed=seed)


@guarded
@measured
def chain(
    *, layers: Annotated[int, require.whole_from(2, 200)] = 10,
    networks: Annotated[int, require.whole_from(1, 10_000)] = 1000, seed: Seed = 0,
) -> ChainRecord:  # fmt: skip
    """Send a gradient of 1 back through networks of sigmoid layers with one unit, whose weights are N(0, 1).

    The input is 1. Of layer k from 2 on, dh_(k-1) = w_k · slope_k · dh_k, so these are the factors that are kept.
    """
    rng = np.random.default_rng(seed)
    params = models.init_mlp([1] * (layers + 1), scheme="xavier_normal", ensemble=(networks,), rng=rng)
    h, tape = models.hidden(params, np.ones((networks, 1, 1)), "sigmoid")
    arrived = [each.cotangent for each in backprop(tape, np.ones_like(h)) if each.name.startswith("sigmoid")]
    weights = [layer.affine.W for layer in params[1:]]
    slopes = list(probes.slopes(tape))[1:]
    columns = (np.reshape(np.stack(each, axis=1), (networks, -1)) for each in (weights, slopes, arrived[::-1]))
    return ChainRecord(*columns)


def _zeta(seeds: int, depth: int, seed: int) -> Array:
    """ζ ~ N(0, 1), (seeds, depth), drawn block by block, so that more factors leave the first ones as they are."""
    blocks = range(-(-depth // BLOCK))
    drawn = [scaled_draw((3, k), init.normal, (seeds, BLOCK), precision="float64", seed=seed) for k in blocks]
    return np.concatenate(drawn, axis=1)[:, :depth]


def _theory(factor: float, depth: int, spread: float, law: str) -> dict[str, Array]:
    """Decades of exp(n E ln f), and of (E f)ⁿ, n from 1 to ``depth``."""
    counts = np.arange(1, depth + 1)
    typical = np.log10(factor)
    above = np.logaddexp(spread, -spread) - np.log(2) if law == "coin" else spread * spread / 2
    return {"typical": counts * typical, "mean": counts * (typical + above / np.log(10))}


def _mean(values: Array) -> Array:
    """The mean over the seeds. The largest is taken out first, so that their sum stays in float64's range."""
    peak = values.max(axis=0)
    scale = np.where((peak > 0) & np.isfinite(peak), peak, 1.0)
    return scale * (values / scale).mean(axis=0)


@guarded
def powers(slope: Finite, counts: Numbers = (1, 2, 3, 5, 10, 20, 50)) -> Array:
    """slopeⁿ.  Returns this power for each n of ``counts``, (counts,), and simulates no network."""
    with np.errstate(all="ignore"):  # what is beyond float64 is inf, and a root of a negative number is NaN
        return np.float64(slope) ** np.array(counts, float)
