"""What the lessons run. Each function measures, and returns a plain record: it draws nothing, and repeats exactly."""

from __future__ import annotations

from . import (
    activation,
    cliff,
    clinic,
    connectivity,
    diagnosis,
    exploding,
    gates,
    initialization,
    kata,
    memory,
    myths,
    normalization,
    phase,
    recurrence,
    scoreboard,
    skips,
    stored,
    taught,
    training,
)
from .gradient_flow import CHOICES, FlowRecord, flow
from .learning import LearnRecord, learn
from .products import ProductsRecord, products

__all__ = [
    "CHOICES", "FlowRecord", "LearnRecord", "ProductsRecord", "activation", "cliff", "clinic", "connectivity",
    "diagnosis", "exploding", "flow", "gates", "initialization", "kata", "learn", "memory", "myths", "normalization",
    "phase", "products", "recurrence", "scoreboard", "skips", "stored", "taught", "training",
]  # fmt: skip
