"""What the lessons run. Each function measures, and returns a plain record: it draws nothing, and repeats exactly."""

from __future__ import annotations

from . import kata, normalization
from .gradient_flow import CHOICES, FlowRecord, flow
from .products import ProductsRecord, products

__all__ = ["CHOICES", "FlowRecord", "ProductsRecord", "flow", "kata", "normalization", "products"]
