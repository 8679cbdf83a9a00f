"""What this lesson measures."""

from __future__ import annotations

from .blocks import first_step, train_blocks, trained, watch_blocks
from .plain import deep, shatter, spiral_points, train_plain, trained_plain

__all__ = [
    "deep", "first_step", "shatter", "spiral_points", "train_blocks", "train_plain", "trained", "trained_plain",
    "watch_blocks",
]  # fmt: skip
