"""What the experiments of this lesson return.

These are plain records about order, chaos, and the edge between them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ...kit.experiments.flow import FlowRecord
from ...kit.experiments.stored import Cell
from ...ops import Array

Scale = Callable[[float], float]

LEARNED = 0.5  # of the training pictures
REACH = 6  # depth scales: how deep networks could be trained in Schoenholz et al. 2017, fig. 5


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


class TrainingMap(NamedTuple):
    """What tanh networks learned, by σ_w and depth, and the two depth scales of each σ_w."""

    sigma_w: Array  # (columns,)
    depths: Array  # (rows,): how many hidden layers
    accuracy: Array  # (rows, columns): the median share of training pictures that are classified correctly
    xi: Array  # (columns,): ξ, of the squared norm of the gradient, in layers
    xi_c: Array  # (columns,): ξ_c, of the correlation of two inputs, in layers
    width: int
    seeds: int

    @classmethod
    def of(cls, cells: Sequence[Cell], xi: Scale, xi_c: Scale) -> TrainingMap:
        """Return stored cells as a grid.   xi, xi_c : σ_w² -> a depth scale, in layers"""
        squares = sorted({cell.settings["sigma_w2"] for cell in cells})
        depths = sorted({cell.settings["depth"] for cell in cells})
        at = {(c.settings["depth"], c.settings["sigma_w2"]): np.median(c.result["accuracy"]) for c in cells}
        return cls(
            sigma_w=np.sqrt(squares),
            depths=np.array(depths),
            accuracy=np.array([[at[depth, square] for square in squares] for depth in depths]),
            xi=np.array([xi(square) for square in squares]),
            xi_c=np.array([xi_c(square) for square in squares]),
            width=cells[0].settings["width"],
            seeds=len(cells[0].result["accuracy"]),
        )

    @property
    def learned(self) -> Array:
        """Where more than half of the training pictures are classified correctly, (rows, columns)."""
        return self.accuracy > LEARNED

    def within(self, scale: Array) -> Array:
        """Where a network has fewer layers than six times ``scale``, (rows, columns).   scale : (columns,)"""
        return self.depths[:, None] < REACH * scale

    def fits(self, scale: Array) -> int:
        """For how many cells "it learns if its depth is below six times ``scale``" is right."""
        return int(np.sum(self.within(scale) == self.learned))
