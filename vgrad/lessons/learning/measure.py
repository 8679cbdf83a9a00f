"""A table of update sizes that simulates no network."""

from __future__ import annotations

import numpy as np

from ...ops import Array
from ...require import Finite, guarded


@guarded
def update_table(rate: Finite = 0.01) -> Array:
    """rate · 0.25^(10 - k).  Returns this update size for layers k = 1 to 10, (10,), and simulates no network."""
    return rate * 0.25 ** (10.0 - np.arange(1, 11))
