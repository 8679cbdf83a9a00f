"""The steps of a layer at infinite width: each takes a ``Signal`` and returns the next one *and its pullback*.

They are the engine's operations once more, for mean squares in place of arrays. What one needs to know of h is little:

    affine       own' = σ_w² own, shared' = σ_w² (mean² + shared) + σ_b²      g² <- σ_w² g²
    activation   mean' = E φ, own' = Var φ                                    g² <- E[φ'²] g²
    norm         divided by v = own (batch), shared + own (layer), all (RMS)  g² <- g² / v
    join, fork   h + α f:  mean + α E f,  variances + α² Var f                g² <- g² + α² (g² back through f)

(Poole et al. 2016; norms: Yang et al. 2019; skips: Yang & Schoenholz 2017.)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..ops import EPSILON
from .gaussian import average, beyond, values


class Signal(NamedTuple):
    """What there is to know of an array (samples, units), h or z; by default of x ~ N(0, 1)."""

    mean: float = 0.0  # over all
    shared: float = 0.0  # the variance, over the units, of what a unit has in common for all samples
    own: float = 1.0  # the variance over the samples, of a unit
    spread: float = 2.0  # B times the relative variance of ``own`` as a batch of B samples measures it; 2: Gaussian

    @property
    def common(self) -> float:
        """E[h_a h_b] of two samples."""
        return self.mean**2 + self.shared

    @property
    def square(self) -> float:
        """E[h²]."""
        return self.common + self.own


class Gradient(NamedTuple):
    """What there is to know of the derivative by such an array; by default of a N(0, 1) cotangent."""

    square: float = 1.0  # E[g²]
    cross: float = 0.0  # E[g_a g_b], summed over the other samples b: -square after a batch norm
    fresh: float = 1.0  # the share of the square that no batch norm has yet made orthogonal to h
    aligned: float = 0.0  # E[g²] beyond ``square``, of the one direction that is h's


class Net(NamedTuple):
    """Which network: the arguments of ``flow``, checked."""

    depth: int
    activation: str
    sigma_w: float
    sigma_b: float
    kind: str | None  # of norm
    at: str | None
    skip: str | None
    alpha: float
    batch: int | None
    width: int | None


def _affine(net: Net, x: Signal):
    scale = net.sigma_w**2
    z = Signal(0.0, scale * x.common + net.sigma_b**2, scale * x.own)
    return z, lambda dz: Gradient(scale * dz.square, scale * dz.cross)


def _activation(net: Net, z: Signal):
    _, h, slope = values(net.activation, z.square)
    mean = average(h)
    pass_on = average(slope**2)
    in_common = average(slope) ** 2
    deviation = (h - mean) ** 2
    own = beyond(z.square, average(deviation))
    spread = 2.0
    if net.batch:
        deviation = deviation / (own or 1.0)
        near = average(deviation * slope**2) / (pass_on or 1.0)  # above 1 where units far from the mean pass more on
        spread = average(deviation**2) + 1 - 2 * near
    if net.kind == "batch" and z.shared > 0:
        own = np.nan
    return Signal(mean, 0.0, own, spread), lambda dh: Gradient(pass_on * dh.square, in_common * dh.cross)


def _layer_norm(net: Net, z: Signal):
    variance = z.shared + z.own + EPSILON
    y = Signal(0.0, z.shared / variance, z.own / variance)
    return y, lambda dy: Gradient(dy.square / variance, dy.cross / variance)


def _rms_norm(net: Net, z: Signal):
    square = z.square + EPSILON
    y = Signal(z.mean / square**0.5, z.shared / square, z.own / square)
    return y, lambda dy: Gradient(dy.square / square, dy.cross / square)


def _batch_norm(net: Net, z: Signal):
    """Of a batch of B samples, E[1 / var] ≈ (1 + spread / (B - 3)) / own, exact for Gaussians (spread 2).

    The pullback takes the direction of y out of dy, one of the B - 1 beside the mean, unless the norm above did so.
    """
    variance = z.own + EPSILON
    uneven, others = (1 + z.spread / (net.batch - 3), net.batch - 1) if net.batch else (1.0, np.inf)

    def pullback(dy):
        square = dy.square * uneven * (1 - dy.fresh / others) / variance
        return Gradient(square, -square, 0.0)

    return Signal(0.0, 0.0, z.own / variance, 0.0), pullback


def join(trunk: Signal, branch: Signal, alpha: float) -> tuple[Signal, float]:
    """h + α f, two independent arrays but for their means; and the share of the variance that f adds."""
    own = trunk.own + alpha**2 * branch.own
    added = alpha**2 * branch.own / own
    spread = trunk.spread * (1 - added) ** 2 + 4 * added * (1 - added) + branch.spread * added**2
    shared = trunk.shared + alpha**2 * branch.shared
    return Signal(trunk.mean + alpha * branch.mean, shared, own, spread), added


def fork(trunk: Gradient, branch: Gradient, added: float) -> Gradient:
    """The sum of both paths. What a norm took out of the trunk is gone for the norm below, but for f's share of h."""
    square = trunk.square + branch.square
    fresh = (trunk.square * max(trunk.fresh, added) + branch.square) / square
    return Gradient(square, trunk.cross + branch.cross, fresh)


STEPS = {
    "affine": _affine, "activation": _activation, "batch": _batch_norm, "layer": _layer_norm, "rms": _rms_norm,
}  # fmt: skip
