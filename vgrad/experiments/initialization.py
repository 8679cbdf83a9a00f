"""How large should the first weights be?  The signal forward and the gradient back, for any scale of the weights.

``signal``: both ways, layer by layer.  ``sweep``: which scale keeps a size.  ``spectrum``: the singular values of a
whole net. Flow's protocol, x ~ N(0, 1) in and a N(0, 1) cotangent back from the last h, but where another size of x is
named.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .. import init, models, ops, probes, require, theory
from ..ops import Affine, Array
from ._protocol import Band, band, checked, crossing, measured, relative, scaled_draw
from .gradient_flow import MULTIPLY_ADDS, SCHEMES, WEIGHTS

FORMULAS = {  # σ_w at equal widths, as they were derived
    "tanh": 1.0,  # Glorot & Bengio 2010, eq. 12: slope 1
    "relu": 2**0.5,  # He et al. 2015, eq. 10: half of the mean square
    "selu": 1.0,  # Klambauer et al. 2017: the fixed point of mean 0, variance 1
}


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


class SweepRecord(NamedTuple):
    """What ``sweep`` measured: how far from 1 a size has come, in decades, for each σ_w and network."""

    activation: str
    way: str  # "h" forward, over the input's, or "dh" back, over the last layer's
    size: float  # of the input
    depth: int
    width: int
    sigma_w: Array  # (points,)
    decades: Array  # (points, seeds): log10 of the size at the way's end
    theory: Array  # (points,)
    formula: float

    @property
    def optimum(self) -> float:
        """The σ_w at which the median over the networks crosses 0, between the two points beside it; or NaN."""
        return crossing(self.sigma_w, np.median(self.decades, axis=1))

    @property
    def expected(self) -> float:
        """The same of theory's curve."""
        return crossing(self.sigma_w, self.theory)


class SpectrumRecord(NamedTuple):
    """What ``spectrum`` measured."""

    activation: str
    draw: str
    sigma_w: float
    depth: int
    width: int
    values: Array  # (seeds, width): singular values of dh_depth / dx of one sample, the largest first


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
    sizes = _both_ways(activation, init.SCHEMES[scheme].draw, **net, seeds=ran)
    bands = {name: band(sizes[name]) for name in ("h", "apart", "dh")}
    settings = dict(activation=activation, scheme=scheme, gain=gain, seeds=ran, seeds_asked=asked)
    return SignalRecord(**settings, **net, **sizes, relative=bands, theory=_says(activation, sigma_w, sigma_b, depth))


def _both_ways(activation, draw, *, sigma_w, sigma_b, depth, width, batch, seeds, seed, size=1.0) -> dict[str, Array]:
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


@measured
def sweep(
    activation, sigma_ws=None, *, way="dh", size=1.0, depth=30, width=64, batch=16, seeds=8, seed=0
) -> SweepRecord:
    """How far from 1 the size of h or of dh comes, for each σ_w.

    activation : one with a formula, in FORMULAS; way : "h" or "dh"; size : of the input, x ~ N(0, size²).
    """
    formula = FORMULAS[require.choice("activation", activation, FORMULAS)]
    place = {"h": -1, "dh": 0}[require.choice("way", way, ("h", "dh"))]
    sigma_ws = formula * np.geomspace(0.7, 1.4, 13) if sigma_ws is None else sigma_ws
    sigma_ws = np.array(require.numbers("sigma_ws", sigma_ws, 0.0))
    depth, size = require.whole("depth", depth, 2 if way == "dh" else 1), require.number("size", size, 1e-9)
    require.counts(width=width, batch=require.whole("batch", batch, 2), seeds=seeds)
    seed = require.whole("seed", seed, 0)
    net = dict(sigma_b=0.0, depth=depth, width=width, batch=batch, seeds=seeds, seed=seed, size=size)
    runs = [_both_ways(activation, init.normal, sigma_w=float(sigma_w), **net)[way][:, place] for sigma_w in sigma_ws]
    says = [_wide(activation, float(sigma_w), depth, size)[way] for sigma_w in sigma_ws]
    return SweepRecord(activation, way, size, depth, width, sigma_ws, np.log10(runs), np.log10(says), formula)


def _wide(activation: str, sigma_w: float, depth: int, size: float) -> dict[str, float]:
    """What the sizes of h and dh have become at the end of their way, in an infinitely wide net."""
    square, gradient = size**2, 1.0
    for layer in range(depth):
        square, slope = theory.moments(activation, sigma_w**2 * square)
        gradient *= sigma_w**2 * slope if layer else 1.0  # dh_1 has not passed the first layer
    return {"h": square**0.5 / size, "dh": gradient**0.5}


@measured
def spectrum(
    activation="tanh", draw="orthogonal", *, sigma_w=1.05, depth=50, width=100, seeds=5, seed=0
) -> SpectrumRecord:
    """Singular values of the whole net's Jacobian, of one sample as large as h will settle.

    draw : "orthogonal" or "normal".
    """
    units = {"orthogonal": init.orthogonal_draw, "normal": init.normal}
    unit = units[require.choice("draw", draw, units)]
    scheme = init.Scheme(draw, unit, lambda fan_in, fan_out, activation=None: sigma_w * fan_in**-0.5)
    rng, sigma_w = np.random.default_rng(require.whole("seed", seed, 0)), require.number("sigma_w", sigma_w, 0.0)
    require.counts(depth=depth, width=width, seeds=seeds)
    params = models.init_mlp([width] * (depth + 2), scheme=scheme, rng=rng, ensemble=(seeds,))[:-1]
    size = theory.moments(activation, theory.q_fixed_point(activation, sigma_w, layers=1000))[0] ** 0.5
    if not math.isfinite(size):
        raise ValueError(f"sigma_w is {sigma_w}, and h grows without end; allowed is one at which it settles")
    x, J = size * rng.standard_normal((seeds, 1, width)), np.eye(width)
    tape = models.hidden(params, x, activation)[1]
    for layer, slope in zip(params, probes.slopes(tape), strict=True):
        J = (J @ layer.affine.W) * slope
    return SpectrumRecord(activation, draw, sigma_w, depth, width, probes.singular_values(J))
