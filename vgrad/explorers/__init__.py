"""Sliders: each explorer connects controls to one experiment, one picture, and one sentence.

explorers.gradient_flow()          # the last line of a cell shows it
explorers.CATALOGUE                # all of them, by name
"""

from __future__ import annotations

from collections.abc import Callable

from .framework import Explorer
from .gradient_flow import gradient_flow
from .normalization import normalization
from .products import products

CATALOGUE: dict[str, Callable[[], Explorer]] = {
    "products": products,
    "gradient_flow": gradient_flow,
    "normalization": normalization,
}

__all__ = ["CATALOGUE", "Explorer", "gradient_flow", "normalization", "products"]
