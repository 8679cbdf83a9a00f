"""Why do products run away?  Factor by factor, with equal factors, with a coin, and with Gaussian logarithms."""

from __future__ import annotations

from ...kit.explorers.controls import choice, networks, real, scale, three_digits, whole
from ...kit.explorers.framework import Explorer
from . import draw, measure, records, say

PRESETS = {
    "1 · A quarter, ten times": dict(factor=0.25, depth=10, spread=0.0),
    "2 · Near 1, two hundred times": dict(factor=0.99, depth=200, spread=0.0),
    "3 · Nearly the same coin": dict(factor=0.949, depth=100, spread=0.46, seeds=1000, law="coin"),
    "4 · Typical against mean": dict(factor=1.0, depth=100, spread=0.5, seeds=1000),
    "5 · A mean factor of 1 vanishes": dict(factor=0.882, depth=100, spread=0.5, seeds=1000),
    "6 · One product": dict(factor=1.0, depth=100, spread=0.5, seeds=1),
}
LAWS = {"Gaussian logarithm": "gaussian", "a coin": "coin"}


def products(**values) -> Explorer:
    """Explore products of many random factors, with theory.   values : where its controls start."""
    controls = {
        "factor": scale("factor", 0.8, 0.1, 10.0),
        "depth": whole("how many", 50, 1, 200),
        "spread": real("spread", 0.5, 0.0, 2.0, 0.01),
        "seeds": networks(100, 1000, "products"),
        "law": choice("drawn by", "gaussian", LAWS),
    }
    return Explorer(
        products, controls, _measure, draw.ProductsPlot,
        sentence=say.products_sentence, alt=say.products_alt, presets=PRESETS, first=("factor", "depth", "spread"),
        start=values,
    )  # fmt: skip


def _measure(*, factor, **settings) -> records.ProductsRecord:
    """The record of the controls' values: the factor as its number box shows it."""
    return measure.products(factor=three_digits(factor), **settings)


EXPLORERS = {"products": products}
