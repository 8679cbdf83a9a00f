"""One layer of an infinitely wide net: what becomes of q, of a squared gradient, and of the likeness of two samples."""

from __future__ import annotations

import math

import numpy as np

from .. import require
from ..ops import Array
from .gaussian import average, moments, pair_moment, size, values

checked = require.checked(q=size, layers=require.count)


@checked
def q_map(activation: str, q: float, sigma_w: float, sigma_b: float = 0.0) -> float:
    """One layer forward:  σ_w² E[φ(√q ζ)²] + σ_b²  (Poole et al. 2016, eq. 3)."""
    return sigma_w**2 * moments(activation, q)[0] + sigma_b**2


@checked
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


@checked
def chi(activation: str, q: float, sigma_w: float) -> float:
    """χ(q) = σ_w² E[φ'(√q ζ)²]: the factor of the mean squared gradient per layer (Schoenholz et al. 2017)."""
    return sigma_w**2 * moments(activation, q)[1]


def depth_scale(chi: float) -> float:
    """ξ = 1 / |ln χ| layers over which the mean squared gradient changes by e; inf at χ = 1 (ibid.)."""
    chi = require.number("chi", chi, 0.0)
    rate = abs(math.log(chi)) if chi else math.inf
    return 1 / rate if rate else math.inf


@checked
def correlation_map(activation: str, c: float, q: float, sigma_w: float, sigma_b: float = 0.0) -> float:
    """The correlation of two samples, one layer on:  c' = (σ_w² E[φ(u₁) φ(u₂)] + σ_b²) / q'.

    u₁ and u₂ are the samples' pre-activations, Gaussians of variance q and correlation c, -1 ≤ c ≤ 1, and q' is the
    next layer's q, which at the fixed point is q itself (Poole et al. 2016, eq. 5; Schoenholz et al. 2017, eq. 5).
    At the fixed point c' = 1 at c = 1, where the slope is χ: for χ < 1 samples grow alike, for χ > 1 apart.
    """
    pair = sigma_w**2 * pair_moment(activation, c, q) + sigma_b**2
    return min(max(pair / q_map(activation, q, sigma_w, sigma_b), -1.0), 1.0)


@checked
def correlations(depth: int, activation: str, sigma_w: float, sigma_b: float = 0.0, c: float = 0.0) -> Array:
    """E[h_a h_b] / E[h²] of two samples a and b in each layer, (depth,), for x of mean square 1 and correlation c.

    As it nears 1, samples become indistinguishable: √(1 - it) is the share of h that tells one from another. Without
    biases it is the pre-activations' correlation one layer on, the orbit of ``correlation_map``. NaN where h is 0.
    """
    alike, square = np.full(require.whole("depth", depth, 1), np.nan), 1.0
    sigma_w, sigma_b, c = np.float64(sigma_w), np.float64(sigma_b), require.number("c", c, -1.0, 1.0)
    with np.errstate(all="ignore"):
        for k in range(depth):
            q = sigma_w**2 * square + sigma_b**2
            if not 0 < q < np.inf:
                break
            c = min((sigma_w**2 * square * c + sigma_b**2) / q, 1.0)
            square, pair = moments(activation, q)[0], pair_moment(activation, c, q)
            alike[k] = c = min(pair / square, 1.0)
    return alike


@checked
def norm_chi(norm: str, activation: str, batch: int | None = None) -> float:
    """χ of a plain net with a norm before each activation: what σ_w scales up, the norm scales down.

        "batch":  E[φ'(ζ)²] / Var φ(ζ) · (B - 2) / (B - 3)        "layer":  E[φ'(ζ)²] / E[φ(ζ)²]

    As φ(ζ) = Σ a_n He_n(ζ) has E[φ'²] = Σ n a_n² (normed He_n), χ_BN is above 1 for all but a linear φ: it explodes
    (Yang et al. 2019). It holds at large width and batch; a batch of B, at least 4, adds the last factor, E[1 / var] of
    B Gaussians less the two directions that the pullback removes. For the identity that is exact at any B; for the
    other activations, √χ was measured within 2 % of it at B = 8 and within 1 % from 16 on, at width 1024.
    """
    require.choice("norm", norm, ("batch", "layer"))
    square, slope = moments(activation, 1.0)
    if norm == "layer":
        return slope / square
    _, h, _ = values(activation, 1.0)
    finite = 1.0 if batch is None else 1 + 1 / (require.whole("batch", batch, 4) - 3)
    return float(slope / average((h - average(h)) ** 2) * finite)
