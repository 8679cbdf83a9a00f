"""What the experiments of this lesson return.

These are plain records about order, chaos, and the edge between them.
"""

from __future__ import annotations

from typing import NamedTuple

from ...kit.experiments.flow import FlowRecord
from ...ops import Array


class SpectrumRecord(NamedTuple):
    """What ``spectrum`` measured."""

    activation: str
    draw: str
    sigma_w: float
    depth: int
    width: int
    values: Array  # (seeds, width): singular values of dh_depth / dx of one sample, the largest first


class PairRecord(NamedTuple):
    """What ``pair`` measured: how alike two inputs are in each layer."""

    activation: str
    sigma_w: float
    sigma_b: float
    c: float  # the correlation of the inputs
    width: int
    correlation: Array  # (seeds, depth)
    theory: Array  # (depth,)


class Chart(NamedTuple):
    """χ at the fixed point of q, over σ_w and σ_b."""

    activation: str
    sigma_w: Array  # (columns,)
    sigma_b: Array  # (rows,)
    chi: Array  # (rows, columns)


class PhaseRecord(NamedTuple):
    """One place on the chart, and what passes through networks that are drawn there."""

    chart: Chart
    flow: FlowRecord  # with the place's σ_w and σ_b
    q: float  # E[z²] of a layer, where it has settled
    chi: float  # by what a layer multiplies a squared gradient
    depth_scale: float  # ξ, in layers
