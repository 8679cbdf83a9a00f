"""Why do products run away?"""

from __future__ import annotations

from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure import chain, coin, powers, products

__all__ = [
    "ask", "chain", "check", "coin", "draw", "explore", "powers", "products", "show",
]  # fmt: skip

ask = asker(__name__)
draws(records.ProductsRecord)(draw.products)
