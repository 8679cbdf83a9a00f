"""What the experiments of this lesson return.

These are plain records about learning to remember.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...ops import Array

CHANCE = 0.5  # the accuracy of a guess, of one bit
SOLVED, WINDOW = 0.05, 25  # a mean loss, of so many steps running; without memory it is data.ADDING_BASELINE


class MemoryRecord(NamedTuple):
    """What ``watch`` has measured after ``step`` steps; NaN for steps to come."""

    cell: str
    bias: float
    mode: str
    T: int
    width: int
    rate: float
    seeds: int
    step: int
    loss: Array  # (seeds, steps): of that step's batch, before its update
    sizes: Array  # (seeds, T + 1): ‖dL/dstate_t‖ / ‖dL/dh_T‖ for t = 0 … T
    open: Array  # (seeds,): how far the gate that keeps the state is open, the mean; NaN where there is none
    widest: Array  # (seeds,): the same of the unit that keeps most, the geometric mean over time
    measured: int  # the step after which sizes, open and widest were measured
    trouble: str | None = None  # why training ended early
    span: int | None = None  # of how many last steps the gradient was taken; None: of all

    @property
    def steps(self) -> int:
        """How many steps were asked for."""
        return self.loss.shape[1]

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do."""
        return self.step == self.steps or self.trouble is not None

    @property
    def solved(self) -> list[int | None]:
        """The step at which each network's mean loss of WINDOW steps was below SOLVED first; None if it was not."""
        return [_first(row) for row in self.loss[:, : self.step]]

    @property
    def final(self) -> Array:
        """Each network's loss, the mean of the last WINDOW steps done: (seeds,)."""
        return self.loss[:, max(0, self.step - WINDOW) : max(1, self.step)].mean(axis=1)


def _first(losses: Array) -> int | None:
    """The first step at which the mean of WINDOW losses is below SOLVED."""
    if len(losses) < WINDOW:
        return None
    means = np.convolve(losses, np.full(WINDOW, 1 / WINDOW), mode="valid")
    below = np.flatnonzero(means < SOLVED)
    return int(below[0]) + WINDOW if below.size else None


class TruncationRecord(NamedTuple):
    """What ``truncation`` has measured."""

    cell: str
    bias: float
    mode: str
    gain: float
    lag: int
    T: int
    width: int
    batch: int
    seeds: int
    spans: tuple[int, ...]
    error: Array  # (seeds, spans): ‖g_k - g‖ / ‖g‖
    cosine: Array  # (seeds, spans)


class EchoRecord(NamedTuple):
    """What ``echo`` has measured, while networks trained and on a new stream afterwards."""

    cell: str
    lag: int
    span: int
    carried: bool  # whether the state goes on from one window to the next
    frozen: bool  # whether the readout alone learned
    width: int
    seeds: int
    steps: int  # of the stream on which they trained
    loss: Array  # (seeds, windows): of each window, before its update
    course: Array  # (seeds, windows): the accuracy there
    by_position: Array  # (seeds, span): the accuracy on the new stream, by the position within its window

    @property
    def accuracy(self) -> Array:
        """Each network's accuracy on the new stream, the mean over all positions: (seeds,)."""
        return self.by_position.mean(axis=1)

    @property
    def expected(self) -> float:
        """1/2 + max(0, 1 - L/k) / 2.  The accuracy of one who knows its own window alone and guesses all else."""
        return CHANCE + (1 - CHANCE) * max(0.0, 1 - self.lag / self.span)
