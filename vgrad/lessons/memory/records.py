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


def _first(scores: Array, limit: float = SOLVED, *, above: bool = False) -> int | None:
    """The first step at which the mean of WINDOW scores is below ``limit``, or above it."""
    if len(scores) < WINDOW:
        return None
    means = np.convolve(scores, np.full(WINDOW, 1 / WINDOW), mode="valid")
    passed = np.flatnonzero(means > limit if above else means < limit)
    return int(passed[0]) + WINDOW if passed.size else None


RING = (0.99, 0.9999)  # from which a linear cell draws what a step keeps, where none is given
SYMBOLS = 8


class Task(NamedTuple):
    """What a network is to learn, and how its score is judged."""

    what: str
    inputs: int
    outputs: int
    chance: float  # the score of who knows nothing of the early steps
    solved: float  # the score that counts as solved, in the mean of WINDOW steps
    score: str  # what the score is: "accuracy" grows, and "loss" falls


TASKS = {
    "first": Task("name the first of T symbols", SYMBOLS, SYMBOLS, 1 / SYMBOLS, 0.9, "accuracy"),
    "adding": Task("add two marked numbers", 2, 1, 1 / 6, SOLVED, "loss"),
}


class SolveRecord(NamedTuple):
    """What ``solve`` has measured."""

    task: str
    cell: str
    ring: tuple[float, float] | None  # of a linear cell
    bias: float  # of a GRU
    T: int
    width: int
    rate: float
    batch: int
    steps: int  # at the most
    reach: Array  # (seeds,): ‖dL/dh_1‖ / ‖dL/dh_T‖ before training
    scores: Array  # (seeds, done): accuracy or loss of each step's batch, before its update
    trouble: str | None = None  # why training ended early

    @property
    def seeds(self) -> int:
        """How many networks were trained."""
        return len(self.scores)

    @property
    def done(self) -> int:
        """How many steps were done: fewer than ``steps`` where all networks had solved the task."""
        return self.scores.shape[1]

    @property
    def solved(self) -> list[int | None]:
        """The step at which each network's mean score of WINDOW steps was good enough first; None if it was not."""
        task = TASKS[self.task]
        if task.score == "loss":
            return [_first(row) for row in self.scores]
        return [_first(row, task.solved, above=True) for row in self.scores]

    @property
    def final(self) -> Array:
        """Each network's score, the mean of the last WINDOW steps done: (seeds,)."""
        return self.scores[:, -WINDOW:].mean(axis=1)


class RingRecord(NamedTuple):
    """What ``ring`` has measured: ‖dL/dh_t‖ / ‖dL/dh_T‖ for t = 1 … T, (seeds, T) of each net."""

    between: tuple[float, float]
    angle: float | None
    T: int
    width: int
    seeds: int
    exact: dict[float, Array]  # of the recurrence whose units all have |λ| = r, by r
    powers: dict[float, Array]  # r^(T - t), (T,)
    ring: Array
    expected: Array  # (T,): theory of the ring, for infinitely many units
    rnn: Array
    gru: Array


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
