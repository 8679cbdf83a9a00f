"""What the experiments of this lesson return.

These are plain records about shattered gradients, about nets of many blocks while they train, and about nets that tell
two spirals apart.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...kit.experiments.protocol import LAST
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


class FirstStep(NamedTuple):
    """What ``first_step`` measured: before the step, after it, and after as large a step with random signs."""

    norm: str  # "none", "pre" or "post"
    rate: float  # the learning rate
    blocks: int
    moved: float  # how far a typical weight moved, the median over all weights
    ratio: Array  # (seeds, 3): ‖dh‖ at the first hidden layer over that at the last
    added: Array  # (seeds, 3): b², the median block
    returned: Array  # (seeds, 3): s², the median block
    formula: Array  # (seeds, 3): what b² and s² of all blocks together say that ratio should be
    h_in_common: Array  # (seeds,): which share of the squares of h all samples have in common, before the step
    dh_in_common: Array  # (seeds,): the same of dh


class PlainRecord(NamedTuple):
    """What ``train_plain`` measured."""

    hidden: int  # layers
    width: int
    norm: str | None
    skip: str | None
    alpha: float | str
    frozen: bool  # whether all layers but the readout stayed as they were
    rate: float  # the learning rate
    steps: int
    weights: int  # of one network, biases included
    ratio: Array  # (seeds,): ‖dh‖ at the first hidden layer over that at the last, before training; NaN without one
    accuracy: Array  # (seeds,): on the last batches
    test: Array  # (seeds,): on the points that were held out


class SpiralsRecord(NamedTuple):
    """The task of two spirals, and what nets of about equally many weights make of it."""

    points: Array  # (points, 2)
    labels: Array  # (points,): 0 or 1
    nets: list[str]  # in words
    test: list[list[float]]  # (nets, seeds): accuracy on the points that were held out


class BlocksRecord(NamedTuple):
    """What ``watch_blocks`` has measured after ``step`` steps; NaN for what is still to come."""

    blocks: int
    norm: str  # "none", "pre" or "post"
    start: str  # by what each second matrix of a branch was multiplied
    activation: str
    warmup: int  # steps
    rate: float  # the learning rate, after the warm-up
    optimizer: str
    width: int
    frozen: bool  # whether all layers but the readout stayed as they were
    seeds: int
    step: int
    accuracy: Array  # (seeds, steps): of each batch, before the update of that step
    looks: tuple[int, ...]  # the steps after which the gradient was looked at
    ratio: Array  # (seeds, looks): ‖dh‖ at the first hidden layer over that at the last
    added: Array  # (seeds, looks): b², the mean square that a branch adds to that of its h, the median block
    returned: Array  # (seeds, looks): s², ‖dh‖² that a branch hands back over that of the path, the median block
    moved: Array  # (looks,): how far a typical weight moved in the step before a look, the median over all weights
    test: Array  # (seeds,): accuracy on what was held out, at the end
    trouble: str | None  # why training ended early
    baseline: float = np.nan  # accuracy of a readout of the pixels alone, if it was measured

    @property
    def looked(self) -> int:
        """How many of the looks have been taken."""
        return sum(step <= self.step for step in self.looks)

    @property
    def steps(self) -> int:
        """How many steps were asked for."""
        return self.accuracy.shape[1]

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do."""
        return self.step == self.steps or self.trouble is not None

    @property
    def right(self) -> Array:
        """Each network's accuracy, the mean of the last steps done, (seeds,); 0 where a number was not finite."""
        last = self.accuracy[:, max(0, self.step - LAST) : self.step]
        return np.nan_to_num(last).mean(axis=1)
