"""What the experiments of this lesson return.

These are plain records about one activation, which are its slopes and the factor of a layer, and about the sigmoid
twin of a tanh net.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...kit.experiments.protocol import crossing
from ...ops import Array


class SlopesRecord(NamedTuple):
    """What ``slopes`` measured of many units, each with a z of its own."""

    activation: str
    sigma: float  # standard deviation of z
    units: int
    seed: int
    z: Array  # a grid, for drawing φ and φ'; (points,)
    h: Array
    slope: Array
    edges: Array  # of the bins of slope
    shares: Array  # of the units, bin by bin
    largest: float  # slope anywhere
    mean: float  # slope of the units
    rms: float  # √ of their mean square
    theory: float  # √E[φ'²]
    saturated: float  # share of units with a slope below SATURATED that is not 0
    stopped: float  # share of units with slope exactly 0


class SweepRecord(NamedTuple):
    """What ``sweep`` measured: by how much a layer multiplies ‖dh‖ on its way back."""

    activation: str
    depth: int
    width: int
    sigmas: Array  # σ_w: √width times the weights' standard deviation
    factors: Array  # (sigmas, seeds): the geometric mean over the layers of one network
    theory: Array  # (sigmas,): of infinitely wide nets of this depth

    @property
    def crossing(self) -> float:
        """The σ_w at which the median network's factor passes 1, between two of ``sigmas``; NaN if none does."""
        return crossing(self.sigmas, np.median(self.factors, axis=1) - 1)


class TwinsRecord(NamedTuple):
    """What ``twins`` measured of a tanh net and of three sigmoid nets that are made from it, named in ``nets``."""

    nets: tuple[str, ...]
    depth: int
    width: int
    dh: Array  # (nets, seeds, depth): ‖dh_k‖, relative to the last layer's
    rms: Array  # (nets,): the rms slope of all units of all layers
    apart: Array  # (nets,): the largest difference between an output of this net and the tanh net's

    @property
    def first(self) -> Array:
        """The median over the networks of ‖dh_1‖ / ‖dh_depth‖.  Returns one number for each net, (nets,)."""
        return np.median(self.dh[:, :, 0], axis=1)
