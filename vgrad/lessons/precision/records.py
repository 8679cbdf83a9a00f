"""What this lesson measures."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...ops import Array

# --- the window of numbers --------------------------------------------------------------------------------------------


class Window(NamedTuple):
    """Where a format ends, as powers of two."""

    smallest: int  # 2^smallest is the smallest number above 0, which is subnormal
    normal: int  # 2^normal is the smallest number that has all digits
    beyond: int  # 2^beyond is the first power of two that is too large


WINDOWS = {"float16": Window(-24, -14, 16), "bfloat16": Window(-133, -126, 128), "float32": Window(-149, -126, 128)}
KINDS = ("zero", "subnormal", "fine", "infinite")  # what becomes of an entry; NaN counts as infinite


class WindowRecord(NamedTuple):
    """What ``in_format`` measured.  Per-layer arrays run from the first hidden layer to the output."""

    precision: str  # a name in WINDOWS
    quantity: str  # "dW" or "dh"; at the output, dh is the gradient with respect to the logits
    depth: int  # hidden layers
    scale: int  # the loss is multiplied by 2^scale ...
    weight: int  # ... and by 2^weight
    activation: str
    gain: float
    width: int
    batch: int
    seeds: int
    counts: Array  # (4, depth + 1): of each of KINDS, the entries of all networks that float64 has and that are not 0
    bits: Array  # (3, depth + 1): log2 of the size of these entries in float64, with 8 of 10 between; NaN if none
    forward: bool  # whether the logits are finite in the format

    @property
    def shares(self) -> Array:
        """Of each of KINDS, its share of the entries of a layer, (4, depth + 1); NaN where there are none."""
        with np.errstate(invalid="ignore"):
            return self.counts / self.counts.sum(axis=0)

    @property
    def all_shares(self) -> Array:
        """The same of the entries of all layers together, (4,)."""
        with np.errstate(invalid="ignore"):
            return self.counts.sum(axis=1) / self.counts.sum()
