"""What the experiments of this lesson return.

These are plain records about the size of the first weights.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...kit.experiments.protocol import crossing
from ...ops import Array


class SweepRecord(NamedTuple):
    """What ``sweep`` measured: how far from 1 a size has come, in decades, for each σ_w and network."""

    activation: str
    way: str  # "h" forward, over the input's, or "dh" back, over the last layer's
    size: float  # of the input
    depth: int
    width: int
    sigma_w: Array  # (points,)
    decades: Array  # (points, seeds): log10 of the size at the way's end
    theory: Array  # (points,)
    formula: float

    @property
    def optimum(self) -> float:
        """The σ_w at which the median over the networks crosses 0, between the two points beside it; or NaN."""
        return crossing(self.sigma_w, np.median(self.decades, axis=1))

    @property
    def expected(self) -> float:
        """The same of theory's curve."""
        return crossing(self.sigma_w, self.theory)


class StartRecord(NamedTuple):
    """What ``train_from`` measured: where networks start, and what they have learnt after so many steps."""

    constant: float | None  # of all weights; None: He's weights for ReLU and Xavier's for the others
    noise: float
    pixels: str
    activation: str
    hidden: int  # layers
    width: int
    rate: float
    steps: int
    loss: Array  # (seeds, steps); NaN where training had ended
    train: Array  # (seeds,): the share of the training pictures that are classified
    test: Array  # (seeds,): of the test pictures
    different: Array  # (seeds,): units of the first layer that differ from all others, at the end
