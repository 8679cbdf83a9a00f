"""The signal forward and the gradient back, for any scale of the weights and of the biases."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ... import init, models, ops, probes, require, theory
from ...ops import Affine, Array
from .flow import MULTIPLY_ADDS, SCHEMES, WEIGHTS
from .protocol import Band, band, checked, measured, relative, scaled_draw


class SignalRecord(NamedTuple):
    """What ``signal`` measured, from the first layer to the last. h, apart, dh, dz, dW : (seeds, depth)."""

    activation: str
    scheme: str
    gain: float
    sigma_w: float  # √(width · Var W)
    sigma_b: float
    depth: int
    width: int
    batch: int
    seeds: int  # the number of networks that ran
    seeds_asked: int
    seed: int
    h: Array  # root mean square of h_k, the input's being 1
    apart: Array  # the share of h_k in which two samples differ: √(variance over the samples / mean square)
    dh: Array  # ‖dL/dh_k‖, relative to the last layer's, as dz and dW
    dz: Array
    dW: Array
    relative: dict[str, Band]  # of h, apart and dh
    theory: dict[str, Array]  # of an infinitely wide net, (depth,): h, apart, dh, dz, dW
    shown: tuple[str, ...] = ("h", "dh")
    scale: str = "log"

    @property
    def forward(self) -> float:
        """The median over the networks of the last h's size."""
        return float(self.relative["h"].median[-1])

    @property
    def ratio(self) -> float:
        """The median over the networks of ‖dh_1‖ / ‖dh_depth‖."""
        return float(self.relative["dh"].median[0])


@checked(gain=require.nonnegative, batch=lambda name, value: require.whole(name, value, 2))
@measured
def signal(
    *, activation="tanh", scheme="xavier_normal", gain=1.0, sigma_b=0.0, depth=30, width=64, batch=16, seeds=8, seed=0,
    multiply_adds=MULTIPLY_ADDS,
) -> SignalRecord:  # fmt: skip
    """Send x ~ N(0, 1) forward and a cotangent back; keep the size of both, and what tells two samples apart.

    scheme : of the weights, as in ``flow``, times ``gain``; "scaled_normal" has σ_w = 1, so that gain is σ_w. sigma_b :
    biases are N(0, sigma_b²). Networks are fewer where ``multiply_adds`` would be exceeded, as in ``flow``.
    """
    require.choice("activation", activation, ops.ACTIVATIONS)
    scheme, gain = require.choice("scheme", scheme, SCHEMES), require.number("gain", gain, 0.0)
    depth, width = require.whole("depth", depth, 1), require.whole("width", width, 1)
    asked, batch = require.whole("seeds", seeds, 1), require.whole("batch", batch, 2)
    sigma_b, seed = require.number("sigma_b", sigma_b, 0.0), require.whole("seed", seed, 0)
    each = depth * width**2
    ran = int(max(1, min(asked, WEIGHTS // each, multiply_adds // (each * batch))))
    sigma_w = gain * init.SCHEMES[scheme].std(width, width, activation) * width**0.5
    net = dict(sigma_w=sigma_w, sigma_b=sigma_b, depth=depth, width=width, batch=batch, seed=seed)
    sizes = signal_sizes(activation, init.SCHEMES[scheme].draw, **net, seeds=ran)
    bands = {name: band(sizes[name]) for name in ("h", "apart", "dh")}
    settings = dict(activation=activation, scheme=scheme, gain=gain, seeds=ran, seeds_asked=asked)
    return SignalRecord(**settings, **net, **sizes, relative=bands, theory=_says(activation, sigma_w, sigma_b, depth))


def signal_sizes(activation, draw, *, sigma_w, sigma_b, depth, width, batch, seeds, seed, size=1.0) -> dict[str, Array]:
    """The sizes of h, apart, dh, dz and dW in every layer, (seeds, depth) each, as in SignalRecord."""

    def scaled(name, of, *shape, scale=1.0):
        return scaled_draw(name, of, (seeds, *shape), scale, precision="float64", seed=seed)

    x, cotangent = (scaled((0, k), init.normal, batch, width) for k in (0, 1))
    params = []
    for k in range(1, depth + 1):
        W = scaled((k, 0), draw, width, width, scale=sigma_w / width**0.5)
        params.append(models.Layer(Affine(W, scaled((k, 1), init.normal, width, scale=sigma_b))))
    tape = models.hidden(params, size * x, activation)[1]
    outputs = probes.outputs(tape)
    h = np.stack([probes.norm(output) for output in outputs], axis=-1) / (batch * width) ** 0.5 / size
    apart = np.stack([10 ** probes.signal_fraction(output) for output in outputs], axis=-1)
    back = {name: relative(norms) for name, norms in probes.norms(tape, cotangent)._asdict().items()}
    return dict(h=h, apart=np.where(h == 0, 0.0, apart * (batch / (batch - 1)) ** 0.5), **back)


def _says(activation: str, sigma_w: float, sigma_b: float, depth: int) -> dict[str, Array]:
    """Theory's curves; two samples that differ by less than rounding are not told."""
    curves = theory.flow(depth, activation, sigma_w, sigma_b)._asdict()
    differ = 1 - theory.correlations(depth, activation, sigma_w, sigma_b)
    apart = np.sqrt(np.where(differ > 1e-12, differ, np.nan))
    return dict(h=curves["h"], apart=apart, **{name: curves[name] / curves[name][-1] for name in ("dh", "dz", "dW")})
