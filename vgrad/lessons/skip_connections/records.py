"""What the experiments of this lesson return.

These are plain records about skip connections.
"""

from __future__ import annotations

from typing import NamedTuple

from ...kit.experiments.flow import FlowRecord
from ...kit.experiments.protocol import Band
from ...ops import Array


class PathRecord(NamedTuple):
    """What ``both_ways`` measured: a FlowRecord, and the way forward beside it."""

    flow: FlowRecord
    alpha: float
    over: str  # a name in OVER: the branch is multiplied by α over that
    relative: dict[str, Band]  # "h": rms of h_k, that of the input being 1; "dh": ‖dh_k‖ over that of the last layer
    theory: dict[str, Array]  # the same of an infinitely wide net
    seeds_asked: int
    shown: tuple[str, ...] = ("h", "dh")
    scale: str = "log"

    depth = property(lambda self: self.flow.depth)
    seeds = property(lambda self: self.flow.seeds)
    activation = property(lambda self: self.flow.activation)

    @property
    def forward(self) -> float:
        """The median over the networks of the last h's size over the input's."""
        return float(self.relative["h"].median[-1])

    @property
    def back(self) -> float:
        """The median over the networks of ‖dh_1‖ / ‖dh_depth‖."""
        return self.flow.ratio


class LastRecord(NamedTuple):
    """What ``last_layer`` measured: ‖dW‖ of the last block, for each depth and network."""

    depths: tuple[int, ...]
    width: int
    dW: dict[str, Array]  # "pre" and "post": (depths, seeds)
