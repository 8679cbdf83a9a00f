"""What the experiments of this lesson return.

These are plain records about order, chaos, and the edge between them.
"""

from __future__ import annotations

from typing import NamedTuple

from ...kit.experiments.signal import SignalRecord
from ...ops import Array


class SpectrumRecord(NamedTuple):
    """What ``spectrum`` measured."""

    activation: str
    draw: str
    sigma_w: float
    depth: int
    width: int
    values: Array  # (seeds, width): singular values of dh_depth / dx of one sample, the largest first


class Chart(NamedTuple):
    """χ at the fixed point of q, over σ_w and σ_b."""

    activation: str
    sigma_w: Array  # (columns,)
    sigma_b: Array  # (rows,)
    chi: Array  # (rows, columns)


class PhaseRecord(NamedTuple):
    """One place on the chart."""

    chart: Chart
    net: SignalRecord
    q: float
    chi: float
    depth_scale: float

    sigma_w = property(lambda self: self.net.sigma_w)
    sigma_b = property(lambda self: self.net.sigma_b)
    activation = property(lambda self: self.net.activation)
    depth = property(lambda self: self.net.depth)
    width = property(lambda self: self.net.width)
    seeds = property(lambda self: self.net.seeds)
