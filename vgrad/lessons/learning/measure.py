"""A table of update sizes that simulates no network."""

from __future__ import annotations

import numpy as np

from ... import require
from ...kit.experiments.protocol import checked
from ...ops import Array


@checked(rate=require.number)
def update_table(rate: float = 0.01) -> Array:
    """Its effect on learning speed, layers 1 to 10: rate · 0.25^(10 - layer), which simulates no network either."""
    return rate * 0.25 ** (10.0 - np.arange(1, 11))
