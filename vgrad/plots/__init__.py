"""Record → picture, and the same record → one plain sentence. Nothing is measured: no other vgrad module is imported.

One visual grammar for all lessons (``grammar``): layers run from the input on the left to the output on the right;
sizes are in decades relative to the output side; the vanishing side is shaded blue, the exploding side orange, and the
band of one decade between stays clear; the median is solid, seeds are a band, theory is always the same dashed line.
"""

from __future__ import annotations

from . import normalization
from .flow import FlowPlot, flow
from .growth import growth, learning
from .kata import bars
from .multiples import grid, spread
from .normalization import NormsPlot, norms
from .picture import Picture
from .product_words import products_alt, products_sentence
from .products import ProductsPlot, products
from .words import alt, sentence

__all__ = [
    "FlowPlot", "NormsPlot", "Picture", "ProductsPlot", "alt", "bars", "flow", "grid", "growth", "learning",
    "normalization", "norms", "products", "products_alt", "products_sentence", "sentence", "spread",
]  # fmt: skip
