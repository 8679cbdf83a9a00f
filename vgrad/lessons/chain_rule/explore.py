"""Why do products run away?  Factor by factor, in each precision, and by chance."""

from __future__ import annotations

from ...kit.experiments.flow import CHOICES
from ...kit.explorers.controls import choice, networks, real, scale, three_digits, whole
from ...kit.explorers.framework import Explorer
from . import draw, measure, records, say

PRESETS = {
    "1 · A quarter, ten times": dict(factor=0.25, depth=10, spread=0.0),
    "2 · Twice, until float16 ends": dict(factor=2.0, depth=20, spread=0.0, precision="float16"),
    "3 · Half, until float16 is 0": dict(factor=0.5, depth=30, spread=0.0, precision="float16"),
    "4 · Typical against mean": dict(factor=1.0, depth=100, seeds=1000),
    "5 · A mean of 1 vanishes": dict(factor=0.882, depth=100, seeds=1000),
    "6 · One product": dict(factor=1.0, depth=100, seeds=1),
}


def products(**values) -> Explorer:
    """Explore products of many random factors, with theory, in each precision.   values : where its controls start."""
    controls = {
        "factor": scale("factor", 0.8, 0.1, 10.0),
        "depth": whole("how many", 50, 1, 200),
        "spread": real("spread", 0.5, 0.0, 2.0, 0.05),
        "seeds": networks(100, 1000, "products"),
        "precision": choice("precision", "float64", {name: name for name in CHOICES["precision"]}),
    }
    return Explorer(
        "products", controls, _measure, draw.ProductsPlot,
        sentence=say.products_sentence, alt=say.products_alt, presets=PRESETS, first=("factor", "depth", "spread"),
        start=values,
    )  # fmt: skip


def _measure(*, factor, **settings) -> records.ProductsRecord:
    """The record of the controls' values: the factor as its number box shows it."""
    return measure.products(factor=three_digits(factor), **settings)


EXPLORERS = {"products": products}
