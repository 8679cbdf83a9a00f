"""What the experiments of this lesson return.

These are plain records about explosions and clipping.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...ops import Array

HALFWAY = 0.2  # a loss between that of the plateau, which is above 0.33, and that of the ground below, under 0.1

BESIDE = 1e-3  # in b


class Surface(NamedTuple):
    """The loss and the size of its gradient over the plane."""

    w: Array  # (columns,)
    b: Array  # (rows,)
    loss: Array  # (rows, columns)
    norm: Array  # (rows, columns)
    wall: Array  # (columns,): the b at which the loss falls below HALFWAY as b rises; NaN where no b of the map does
    crest: Array  # (columns,): the loss BESIDE the wall where b is less
    foot: Array  # (columns,): the same where b is more


class Path(NamedTuple):
    """Where gradient descent went; the last axis is its steps, the start being the first entry."""

    w: Array
    b: Array
    loss: Array
    norm: Array  # of the gradient there, before clipping

    @property
    def moves(self) -> Array:
        """The length of each step in the plane, one fewer than there are places."""
        return np.hypot(np.diff(self.w), np.diff(self.b))

    @property
    def longest(self) -> Array:
        """The longest step, which is 0 where no step has been taken."""
        return self.moves.max(axis=-1, initial=0.0)

    def until(self, step: int) -> Path:
        """Return the path's first ``step`` steps."""
        return Path(*(part[..., : step + 1] for part in self))


class CliffRecord(NamedTuple):
    """One start, and both paths from it."""

    w: float
    b: float
    rate: float
    threshold: float
    steps: int
    surface: Surface
    free: Path
    clipped: Path

    def until(self, step: int) -> CliffRecord:
        """Return the record of the first ``step`` steps."""
        return self._replace(steps=step, free=self.free.until(step), clipped=self.clipped.until(step))


BEGUN = 0.95  # of the loss of always answering 1; below it, a network has begun to learn


class Autopsy(NamedTuple):
    """Where a net's numbers ceased to be finite."""

    precision: str
    step: int | None  # of training; None if they never did
    trouble: str | None
    loss: Array  # (steps,)
    norm: Array  # (steps,): of all gradients; not finite where one of them is not
    factor: float  # by which the largest |h| grows per time step with the last weights; NaN if it is never in range


class BothPasses(NamedTuple):
    """What the forward and the backward pass of tanh-RNNs come to, before any training."""

    T: int
    gain: float
    precision: str
    largest: Array  # (seeds,): the largest |h| of all time steps
    slope: Array  # (seeds,): the root mean square of the slopes of tanh, which are 1 - h²
    loss: Array  # (seeds,)
    norm: Array  # (seeds,): of all gradients; not finite where one of them is not

    @property
    def finite_losses(self) -> int:
        """How many networks have a finite loss."""
        return int(np.isfinite(self.loss).sum())

    @property
    def finite_gradients(self) -> int:
        """How many networks have a finite gradient."""
        return int(np.isfinite(self.norm).sum())


class RunsRecord(NamedTuple):
    """RNNs that learn the adding problem, side by side."""

    cell: str
    gain: float
    T: int
    clip: float | None
    rate: float
    steps: int
    loss: Array  # (seeds, steps done)
    norm: Array  # (seeds, steps done): of all gradients, before clipping
    baseline: Array  # (steps done,): the loss of always answering 1, on the same batches
    before: Array  # (seeds,): ‖dh_T / dx_1‖ / ‖dh_T / dx_T‖, what the first time has of the gradient, after one step
    after: Array  # (seeds,): the same after the last step

    @property
    def finite(self) -> int:
        """How many networks' losses and gradients are finite to the end."""
        return int(np.isfinite(self.loss[:, -1] + self.norm[:, -1]).sum())

    @property
    def last(self) -> Array:
        """Each network's loss over that of always answering 1, both of the last 50 steps: (seeds,)."""
        return self.loss[:, -50:].mean(axis=1) / self.baseline[-50:].mean()

    @property
    def begun(self) -> int:
        """How many networks are finite to the end, and have begun to learn: ``last`` below BEGUN."""
        return int((self.last < BEGUN).sum()) if self.finite else 0


class Upscaled(NamedTuple):
    """A first layer's vanished gradient, and what a step along it does."""

    size: float  # of the step: ‖ΔW‖
    first: Array  # (seeds,): ‖dW‖ of the first layer
    last: Array  # (seeds,): of the last one
    cosine: Array  # (seeds,): of the first layer's dW with that of the same net in float64
    gain_first: Array  # (seeds,): by how much the loss falls when the first layer takes the step
    gain_last: Array  # (seeds,): when the last one does


LEARNT = 1e-4  # a loss below it says that a batch has been learnt ...
SPIKE = 1e-3  # ... and one above it, later, is a spike
GROWN = 5.0  # times its least value before a spike, and a curve has left its lowest


class LongRun(NamedTuple):
    """Networks that are trained on one batch long after they have learnt it."""

    optimizer: str
    rate: float
    decay_squares: float  # Adam's β₂
    floor: float  # Adam's
    clip: float | None
    factor: float  # by which the loss was multiplied before its gradient was taken
    precision: str
    loss: Array  # (seeds, steps), of the loss itself
    norm: Array  # (seeds, steps): of all gradients, before clipping
    moved: Array  # (seeds, steps): the norm of the update of all parameters
    every: int  # how many steps lie between two entries of ``agreement``
    agreement: Array  # (seeds, steps // every): the cosine between the gradient and the one that float64 computes there

    @property
    def first(self) -> Array:
        """The step of each network's first spike, counted from 0, or -1 where it has none: (seeds,)."""
        learnt = np.maximum.accumulate(self.loss < LEARNT, axis=1)
        spikes = learnt & (self.loss > SPIKE)
        return np.where(spikes.any(axis=1), spikes.argmax(axis=1), -1)

    @property
    def spiked(self) -> Array:
        """Whether each network has a spike, (seeds,)."""
        return self.first >= 0

    @property
    def root(self) -> Array:
        """The norm of √s over all weights, where s is Adam's running mean of g², (seeds, steps).

        It follows from the norms of the gradients, because a mean of sums of squares is the sum of their means.
        """
        clipped = self.norm if self.clip is None else np.minimum(self.norm, self.clip)
        squares, mean = np.zeros_like(clipped), np.zeros(len(clipped))
        for k, norms in enumerate(clipped.T):
            mean = self.decay_squares * mean + (1 - self.decay_squares) * norms**2
            squares[:, k] = mean / (1 - self.decay_squares ** (k + 1))
        return np.sqrt(squares)

    @property
    def growth(self) -> Array:
        """How many times its least value the update's norm becomes before the first spike, of those that have one."""
        return np.array([max(row[row.argmin() :]) / min(row) for row in self._before(self.moved)])

    @property
    def lowest(self) -> Array:
        """The least norm of a gradient before the first spike, of the networks that have one."""
        return np.array([min(row) for row in self._before(self.norm)])

    @property
    def warnings(self) -> Array:
        """How many steps before its first spike each curve was last below GROWN times its least value before it.

        The shape is (3, networks that have one), and the curves are those of the update, the gradient and the loss.
        """
        curves = (self.moved, self.norm, self.loss)
        return np.array([[_left_for_good(row) for row in self._before(curve)] for curve in curves])

    @property
    def doubtful(self) -> Array:
        """The least ``agreement`` of each network before its first spike, or in the whole run, (seeds,)."""
        ends = np.where(self.spiked, self.first, self.loss.shape[1]) // self.every
        return np.array([min(row[:end]) for row, end in zip(self.agreement, ends, strict=True)])

    def _before(self, rows: Array) -> list[Array]:
        return [row[:step] for row, step in zip(rows, self.first, strict=True) if step > 0]


def _left_for_good(row: Array) -> int:
    """How many steps before the end of a row it was last below GROWN times its least value."""
    return len(row) - 1 - int(np.flatnonzero(row <= GROWN * row.min())[-1])
