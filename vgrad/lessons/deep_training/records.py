"""What the experiments of this lesson return.

These are plain records about shattered gradients, and about nets of many blocks while they train.
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
    task: str
    seeds: int
    step: int
    accuracy: Array  # (seeds, steps): of each batch, before the update of that step
    looks: tuple[int, ...]  # the steps after which the gradient was looked at
    ratio: Array  # (seeds, looks): ‖dh‖ at the first hidden layer over that at the last
    added: Array  # (seeds, looks): b², the mean square that a branch adds to that of its h, the median block
    returned: Array  # (seeds, looks): s², ‖dh‖² that a branch hands back over that of the path, the median block
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
