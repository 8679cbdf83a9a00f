"""What the experiments of this lesson return.

These are plain records about shattered gradients.
"""

from __future__ import annotations

from typing import NamedTuple

from ...ops import Array


class ShatterRecord(NamedTuple):
    """What ``shatter`` measured."""

    skip: str | None
    alpha: float | str
    norm: str | None
    depth: int
    width: int
    points: int
    correlation: Array  # (seeds, lags + 1)
