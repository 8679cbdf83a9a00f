"""Integrals over Gaussians: what an activation makes of one of them, and of two that are correlated."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from numbers import Real
from typing import Annotated, Any

import numpy as np

from .. import require
from ..ops import LEAK, Array
from ..ops.activations import ACTIVATIONS
from ..require import NonNegative, guarded

BELOW = {"identity": 1.0, "relu": 0.0, "leaky_relu": LEAK}  # their slopes below 0; above, they have slope 1
DEEPEST = 10_000  # layers that are followed, one after the other, in a few seconds
LOW = 1e-150
HIGH = 1e140  # scales whose squares, and φ's, are still numbers


def _require_square(name: str, q) -> float:
    return math.inf if isinstance(q, Real) and q == math.inf else require.number(name, q, 0.0)


Known = Annotated[str, require.one_of(ACTIVATIONS)]
Square = Annotated[float, _require_square]  # a mean square: at least 0, and inf too
Correlation = Annotated[float, require.number_from(-1.0, 1.0)]
Depth = Annotated[int, require.whole_from(1, DEEPEST)]


@lru_cache(maxsize=1)
def gaussian_nodes() -> tuple[Array, Array]:
    """E[f(ζ)] = Σ weight f(ζ), ζ ~ N(0, 1).  Returns the nodes ζ and their weights.

    Gauss-Legendre on panels that double in length away from 0 and end at ±12. No panel crosses 0, where activations
    have their kinks, so that their moments come out to 12 digits; short panels near 0 see a φ(√q ζ) that is steep.
    """
    edges = [[0.0], 2.0 ** np.arange(-122, -20, 6), 2.0 ** np.arange(-20, 2), np.linspace(3, 12, 7)]
    nodes, weights = _panels(np.concatenate(edges), 12)
    weights = weights * np.exp(-(nodes**2) / 2) / np.sqrt(2 * np.pi)
    return kept(np.concatenate([-nodes[::-1], nodes])), kept(np.concatenate([weights[::-1], weights]))


def _panels(edges: Array, points: int) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights on each panel between two edges."""
    x, w = np.polynomial.legendre.leggauss(points)
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half * (1 + x)).ravel(), (half * w).ravel()


def kept(a: Array) -> Array:
    """Read-only, as a cache hands it out more than once."""
    a.flags.writeable = False
    return a


def average(f: Array) -> Any:
    """E[f(ζ)].  Returns the mean of a function, of which f holds the values at the nodes."""
    return gaussian_nodes()[1] @ f


def _pre_activations(q: float) -> Array:
    return min(max(q**0.5, LOW), HIGH) * gaussian_nodes()[0]


def mean_square(activation: str, q: float) -> float:
    """E[φ(√q ζ)²].  Returns the first of the two ``moments``, without the slopes that the second needs."""
    h, _ = ACTIVATIONS[activation](_pre_activations(q))
    return float(beyond(q, average(h**2)))


@lru_cache(maxsize=8)
def values(activation: str, q: float) -> tuple[Array, Array, Array]:
    """z = √q ζ, φ(z) and φ'(z) at the nodes. At q = 0 and q = inf a kink is still a kink."""
    z = _pre_activations(q)
    h, pullback = ACTIVATIONS[activation](z)
    return kept(z), kept(h), kept(pullback(np.ones_like(h)))


@guarded
def moments(activation: Known, q: Square) -> tuple[float, float]:
    """E[φ(√q ζ)²] and E[φ'(√q ζ)²] for ζ ~ N(0, 1).  Returns how an activation treats squares, forward and backward.

    At q = 0 and q = inf they are the limits, because a kink at 0 is a kink at any scale.
    """
    q = float(q)
    _, h, slope = values(activation, q)
    return float(beyond(q, average(h**2))), float(average(slope**2))


def beyond(q: float, square: float) -> float:
    """Return a mean square of φ at q, of the one at HIGH², the largest scale: there φ is linear, or it is bounded."""
    return square * (q / HIGH**2) if q > HIGH**2 and square > 1e100 else square


@guarded
def pair_moment(activation: Known, c: Correlation, q: NonNegative) -> float:
    """E[φ(u₁) φ(u₂)].  Returns it for two Gaussians of variance q and correlation c, as two samples are to one unit.

    Of slopes s below 0 and 1 above it is in closed form, Cho & Saul's (2009, eq. 6) arc-cosine kernel in general:
        q { [(1 + s) / 2]² c + [(1 - s) / 2]² (2 / π) [√(1 - c²) + c arcsin c] }
    Else in polar coordinates, where all kinks lie on rays: right to 1e-10 up to q = 300, to 1e-6 up to 10,000.
    """
    c = float(c)
    q = max(float(q), LOW**2)
    if activation in BELOW:
        linear = (1 + BELOW[activation]) / 2
        kinked = (1 - BELOW[activation]) / 2
        absolute = 2 / math.pi * (math.sqrt(1 - c * c) + c * math.asin(c))  # E|u₁ u₂| / q
        return q * (linear**2 * c + kinked**2 * absolute)
    return _polar(ACTIVATIONS[activation], math.acos(c) / 2, q**0.5)


@lru_cache(maxsize=1)
def _rays() -> tuple[Array, Array, Array, Array]:
    """Nodes r and their weights r e^(-r²/2) / π; nodes of [0, 1], dense at both ends, and theirs."""
    r, radial = _panels(np.array([0, 0.02, 0.1, 0.4, 1.2, 3, 6, 9.5]), 10)
    ends = 2.0 ** -np.arange(7, 0, -1)
    part, angular = _panels(np.concatenate([[0.0], ends, 1 - ends[-2::-1], [1.0]]), 6)
    return r[:, None], radial * r * np.exp(-(r**2) / 2) / np.pi, part, angular


def _polar(phi, half: float, scale: float) -> float:
    """∫∫ φ(√q r cos(θ - δ)) φ(√q r cos(θ + δ)) r e^(-r²/2) dr dθ / π over 0 ≤ θ ≤ π, where cos 2δ = c.

    The other half of the plane exchanges the two. Between the rays θ = π/2 ± δ, where one of them is 0, it is smooth.
    """
    r, radial, part, angular = _rays()
    total = 0.0
    for start, end in pairwise((0.0, np.pi / 2 - half, np.pi / 2 + half, np.pi)):
        theta = start + (end - start) * part
        product = phi(scale * r * np.cos(theta - half))[0] * phi(scale * r * np.cos(theta + half))[0]
        total += (end - start) * (radial @ product @ angular)
    return float(total)
