"""What this lesson measures."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...kit.experiments.protocol import LAST
from ...ops import Array


class Format(NamedTuple):
    """A binary format of floating-point numbers: one sign bit, then the exponent e, then the fraction f.

    (-1)^sign (1 + f / 2^fraction) 2^(e - bias), and where e is 0, the subnormal (f / 2^fraction) 2^(1 - bias).
    """

    name: str
    exponent: int  # bits
    fraction: int  # bits

    @property
    def bias(self) -> int:
        """What is subtracted from e, which is half of the exponents."""
        return 2 ** (self.exponent - 1) - 1

    @property
    def largest(self) -> float:
        """The largest finite number: all exponents but the last, which is for inf and NaN."""
        return (2 - 2.0**-self.fraction) * 2.0**self.bias

    @property
    def normal(self) -> float:
        """The smallest normal number."""
        return 2.0 ** (1 - self.bias)

    @property
    def smallest(self) -> float:
        """The smallest number above 0, which is subnormal."""
        return 2.0 ** (1 - self.bias - self.fraction)


FORMATS = {each.name: each for each in (Format("float16", 5, 10), Format("bfloat16", 8, 7), Format("float32", 8, 23))}


class Word(NamedTuple):
    """One number as one format stores it."""

    format: str
    value: float  # the number that is stored
    sign: str  # bits, as "0" and "1"
    exponent: str
    fraction: str


class BitsRecord(NamedTuple):
    """One number in each format."""

    number: float  # as it was given
    words: tuple[Word, ...]


class TrainedRecord(NamedTuple):
    """What ``train_in`` measured: nets whose passes run in one format, with a loss times a factor and a scale."""

    precision: str  # of the passes; weights and updates are in float32
    factor: float  # c, by which the loss is multiplied, and which stays in its gradient
    scale: float  # of the first step
    every: int | None  # so many good steps double the scale; None: it is static
    depth: int
    width: int
    batch: int
    rate: float
    seeds: int
    accuracy: Array  # (seeds, steps), of each batch before its update; NaN where training has ended
    scales: Array  # (steps,)
    skipped: Array  # (steps,): whether the step was skipped
    zeros: Array  # (seeds,): share of the entries of dW at the first hidden layer that are 0, at the first step
    size: Array  # (seeds,): median size of these entries, of c times the loss
    trouble: str | None  # why training ended early

    @property
    def right(self) -> Array:
        """Each network's accuracy, the mean of the last batches, (seeds,); 0 where training has ended."""
        return np.nan_to_num(self.accuracy)[:, -LAST:].mean(axis=1)


class StoredRecord(NamedTuple):
    """What ``store_in`` measured: nets whose weights are kept in one format, and what becomes of their updates."""

    format: str
    master: bool  # whether updates are added to weights in float32, and the format holds a copy of them
    stochastic: bool  # whether weights are rounded up or down at random
    optimizer: str
    rate: float
    depth: int
    width: int
    batch: int
    seeds: int
    loss: Array  # (seeds,): over the training set, in the end
    still: Array  # (seeds, steps): share of the weights that a step did not move
    least: Array  # (seeds, steps): share of updates below a quarter of the spacing at 1 times |w|, which are all lost
    most: Array  # (seeds, steps): share of updates below half of it times |w|, beyond which none is lost


# --- the window of numbers --------------------------------------------------------------------------------------------


class Window(NamedTuple):
    """Where a format ends, as powers of two."""

    smallest: int  # 2^smallest is the smallest number above 0, which is subnormal
    normal: int  # 2^normal is the smallest number that has all digits
    beyond: int  # 2^beyond is the first power of two that is too large


WINDOWS = {name: Window(1 - each.bias - each.fraction, 1 - each.bias, each.bias + 1) for name, each in FORMATS.items()}
KINDS = ("zero", "subnormal", "fine", "infinite")  # what becomes of an entry; NaN counts as infinite


class WindowRecord(NamedTuple):
    """What ``in_format`` measured.  Per-layer arrays run from the first hidden layer to the output."""

    precision: str  # a name in WINDOWS
    quantity: str  # "dW" or "dh"; at the output, dh is the gradient with respect to the logits
    depth: int  # hidden layers
    scale: int  # the loss is multiplied by 2^scale ...
    factor: int  # ... and by 2^factor
    activation: str
    gain: float
    width: int
    batch: int
    seeds: int
    counts: Array  # (4, depth + 1): of each of KINDS, the entries of all networks that float64 has and that are not 0
    bits: Array  # (3, depth + 1): log2 of their size in float64, with the middle 80 % between; NaN if none
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
