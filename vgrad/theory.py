"""What an infinitely wide network does: two numbers, followed from layer to layer.

Forward, every pre-activation is Gaussian with mean square q_k; backward, squared gradients shrink or grow by χ:

    q_{k+1} = σ_w² E[φ(√q_k ζ)²] + σ_b²        χ(q) = σ_w² E[φ'(√q ζ)²]        ζ ~ N(0, 1)
    E‖dz_k‖² = E[φ'(√q_k ζ)²] E‖dh_k‖²          E‖dh_{k-1}‖² = σ_w² E‖dz_k‖²

(Poole et al. 2016, eq. 3; Schoenholz et al. 2017.) χ < 1 vanishes, χ > 1 explodes, and a squared
gradient fades by e over 1 / |ln χ| layers. It holds at large width for normal, uniform and orthogonal weights alike.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from . import require
from .ops import ACTIVATIONS, Array


@lru_cache(maxsize=1)
def gaussian_nodes() -> tuple[Array, Array]:
    """Nodes ζ and weights of E[f(ζ)] = Σ weight f(ζ), ζ ~ N(0, 1).

    Gauss-Legendre on panels that double in length away from 0 and end at ±12. No panel crosses 0, where activations
    have their kinks, so that their moments come out to 12 digits; short panels near 0 see a φ(√q ζ) that is steep.
    """
    edges = np.concatenate([[0.0], 2.0 ** np.arange(-122, -20, 6), 2.0 ** np.arange(-20, 2), np.linspace(3, 12, 7)])
    x, w = np.polynomial.legendre.leggauss(12)
    half = np.diff(edges)[:, None] / 2
    nodes, weights = (edges[:-1, None] + half * (1 + x)).ravel(), (half * w).ravel()
    weights = weights * np.exp(-(nodes**2) / 2) / np.sqrt(2 * np.pi)
    return _kept(np.concatenate([-nodes[::-1], nodes])), _kept(np.concatenate([weights[::-1], weights]))


def _kept(a: Array) -> Array:
    """Read-only, as a cache hands it out more than once."""
    a.flags.writeable = False
    return a


def moments(activation: str, q: float) -> tuple[float, float]:
    """E[φ(√q ζ)²] and E[φ'(√q ζ)²] for ζ ~ N(0, 1): how one activation treats squares, forward and backward.

    At q = 0 and q = inf their limits, as a kink at 0 is a kink at any scale.
    """
    phi = ACTIVATIONS[require.choice("activation", activation, ACTIVATIONS)]
    nodes, weights = gaussian_nodes()
    q = float("inf") if q == np.inf else require.number("q", float(q), 0.0)
    scale = min(max(q**0.5, 1e-150), 1e140)  # whose squares, and φ's, are still numbers
    h, pullback = phi(scale * nodes)
    square, slope = float(weights @ h**2), float(weights @ pullback(np.ones_like(h)) ** 2)
    return (np.inf if q > 1e280 and square > 1e100 else square), slope


def q_map(activation: str, q: float, sigma_w: float, sigma_b: float = 0.0) -> float:
    """One layer forward:  σ_w² E[φ(√q ζ)²] + σ_b²  (Poole et al. 2016, eq. 3)."""
    return sigma_w**2 * moments(activation, q)[0] + sigma_b**2


def q_fixed_point(activation: str, sigma_w: float, sigma_b: float = 0.0, q: float = 1.0, layers: int = 10_000):
    """Follow the q-map from ``q`` until it moves by 1e-12 of itself, or for ``layers`` layers; inf if it runs away."""
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(layers):
            q, before = q_map(activation, q, sigma_w, sigma_b), q
            if not q < 1e100:
                return float("inf")
            if abs(q - before) <= 1e-12 * before:
                break
    return q


def chi(activation: str, q: float, sigma_w: float) -> float:
    """χ(q) = σ_w² E[φ'(√q ζ)²]: the factor of the mean squared gradient per layer (Schoenholz et al. 2017)."""
    return sigma_w**2 * moments(activation, q)[1]


def depth_scale(chi: float) -> float:
    """ξ = 1 / |ln χ| layers over which the mean squared gradient changes by e; inf at χ = 1 (ibid.)."""
    chi = require.number("chi", chi, 0.0)
    rate = abs(math.log(chi)) if chi else math.inf
    return 1 / rate if rate else math.inf


class Flow(NamedTuple):
    """Root mean square predictions, one per layer, first layer first."""

    h: Array
    dh: Array
    dz: Array
    dW: Array


def flow(depth: int, activation: str, sigma_w: float, sigma_b: float = 0.0) -> Flow:
    """Follow x ~ N(0, 1) forward and a N(0, 1) cotangent of the last h backward: rms h, dh, dz and dW, each (depth,).

    Layer by layer at its own q_k, so that it holds before q settles too, and at criticality. As the cotangents of two
    samples are independent, E[dW²] per weight and sample is E[h_{k-1}²] E[dz_k²].
    """
    return _flow(
        require.whole("depth", depth, 1),
        require.choice("activation", activation, ACTIVATIONS),
        require.number("sigma_w", sigma_w, 0.0),
        require.number("sigma_b", sigma_b, 0.0),
    )


@lru_cache(maxsize=256)
def _flow(depth: int, activation: str, sigma_w: float, sigma_b: float) -> Flow:
    squares_h, slopes, square = np.empty(depth), np.empty(depth), 1.0
    sigma_w = np.float64(sigma_w)  # whose square overflows to inf, where Python's own raises
    with np.errstate(all="ignore"):
        for k in range(depth):
            square, slopes[k] = moments(activation, sigma_w**2 * square + sigma_b**2)
            squares_h[k] = square
        log_dh = np.log(sigma_w**2 * slopes[::-1]).cumsum()[::-1]  # from layer k to the end, in logarithms: no overflow
        log_dh = np.append(log_dh[1:], 0.0)
        rms_dh = np.exp(log_dh / 2)
        rms_dz = rms_dh * np.sqrt(slopes)
        rms_dW = rms_dz * np.sqrt(np.append(1.0, squares_h[:-1]))
    return Flow(*map(_kept, (np.sqrt(squares_h), rms_dh, rms_dz, rms_dW)))
