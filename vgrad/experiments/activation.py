"""What does one layer do to the message?  The slopes of an activation, where z lies; and what a net makes of them.

``slopes``: φ, φ' and how φ'(z) is distributed for z ~ N(0, σ²).  ``sweep``: the factor a layer of deep nets, against
the size of their weights.  ``critical``: the size at which theory's factor is 1.  ``sigmoid_twin``: a sigmoid net that
computes what a tanh net computes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .. import init, ops, probes, require, theory
from ..models import Layer
from ..models.checks import require_layers
from ..ops import Affine, Array
from ._protocol import checked, crossing, measured, scaled_draw
from .gradient_flow import flow

UNITS = 20_000
BIN = 0.025  # of slope; 0 and 1 each lie in the middle of a bin
EDGES = np.arange(-8, 73) * BIN - BIN / 2  # from -0.2 to 1.8: all slopes in ops.ACTIVATIONS
SATURATED = probes.depth.SATURATED


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


@measured
def slopes(*, activation="sigmoid", sigma=1.0, units=UNITS, seed=0) -> SlopesRecord:
    """Draw z ~ N(0, ``sigma``²) for each of ``units``, and look at their slopes φ'(z).

    activation : a name in ops.ACTIVATIONS. The same seed has the same z, times sigma. Raises ValueError naming the
    argument, its value and what is allowed.
    """
    require.choice("activation", activation, ops.ACTIVATIONS)
    sigma, units = require.number("sigma", sigma, 1e-3, 1e3), require.whole("units", units, 1, 10**7)
    z = scaled_draw((4,), init.normal, (units,), sigma, precision="float64", seed=require.whole("seed", seed, 0))
    at_units, line = slope_at(activation, z), _grid(sigma)
    size, still = abs(at_units), float(np.mean(at_units == 0))
    return SlopesRecord(
        activation, sigma, units, seed, line, ops.ACTIVATIONS[activation](line)[0], slope_at(activation, line),
        EDGES, np.histogram(at_units, EDGES)[0] / units, largest(activation), float(at_units.mean()),
        float(np.mean(at_units**2) ** 0.5), theory.moments(activation, sigma**2)[1] ** 0.5,
        float(np.mean(size < SATURATED) - still), still,
    )  # fmt: skip


def _grid(sigma: float) -> Array:
    """z for drawing: fine near 0, where activations bend, and out to where no unit is."""
    return np.unique(np.concatenate([np.linspace(-5, 5, 401), np.linspace(-6, 6, 401) * sigma]))


@checked(z=require.array)
def slope_at(activation: str, z: Array) -> Array:
    """φ'(z): what the pullback makes of ones."""
    return ops.ACTIVATIONS[require.choice("activation", activation, ops.ACTIVATIONS)](z)[1](np.ones_like(z))


def largest(activation: str) -> float:
    """The largest slope anywhere, to four digits."""
    return float(slope_at(activation, np.linspace(-10, 10, 20_001)).max())


def sweep(
    activation="sigmoid", *, sigmas=(0.5, 1, 2, 4, 6, 8, 10, 12, 16, 20), depth=20, width=128, batch=8, seeds=8, seed=0
) -> SweepRecord:
    """By how much a layer multiplies the gradient, for each size σ_w of the weights; no biases.

    The same networks at each σ_w, but for the size of their weights; all else as in ``flow``.
    """
    maps = require.whole("depth", depth, 2) - 1
    sigmas = require.numbers("sigmas", sigmas, 0.0)
    net = dict(activation=activation, depth=depth, width=width, batch=batch, seeds=seeds, seed=seed)
    flows = [flow(gain=sigma_w, **net) for sigma_w in sigmas]  # Xavier's weights have σ_w = 1, times the gain
    factors = np.array([(record.dh[:, 0] / record.dh[:, -1]) ** (1 / maps) for record in flows])
    expected = np.array([record.theory["dh"][0] ** (1 / maps) for record in flows])
    return SweepRecord(activation, depth, width, np.array(sigmas), factors, expected)


def factor(activation: str, sigma_w: float) -> float:
    """√χ where q has settled: by what each deep layer of a wide net multiplies the gradient; NaN if q runs away."""
    q = theory.q_fixed_point(activation, sigma_w)
    return float(theory.chi(activation, q, sigma_w) ** 0.5) if np.isfinite(q) else float("nan")


@checked()
def critical(activation="sigmoid", low=1.0, high=20.0) -> float:
    """The σ_w between ``low`` and ``high`` at which ``factor`` is 1, by bisection; NaN if it is not between them."""
    if not factor(activation, low) < 1 < factor(activation, high):
        return float("nan")
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (middle, high) if factor(activation, middle) < 1 else (low, middle)
    return (low + high) / 2


@checked(params=require_layers)
def sigmoid_twin(params: list) -> list:
    """Weights with which a sigmoid net computes what ``params`` compute with tanh, as tanh z = 2 sigmoid(2z) - 1.

    params : layers of an MLP with a readout, no norm. With 2z in place of z, W and b are doubled; after the first
    layer h_tanh = 2 h_sigmoid - 1 comes in, so W is doubled again, and the -1 of each unit, through its weights, goes
    to b.
    """
    first, *others = (layer.affine for layer in params)
    twins = [Affine(2 * first.W, 2 * first.b)]
    for k, (W, b) in enumerate(others, start=2):
        z = 1 if k == len(params) else 2  # the readout's z is the output itself, and stays
        twins.append(Affine(2 * z * W, z * (b - W.sum(axis=-2))))
    return [Layer(affine) for affine in twins]
