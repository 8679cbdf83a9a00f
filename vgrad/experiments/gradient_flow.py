"""Where does the gradient go in a deep net?  Many random networks, one forward and one backward pass."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .. import init, models, ops, probes, require, theory
from ..ops import Affine, Array
from ._protocol import measured, unit_draw

DEEPEST, WIDEST = 10_000, 4_096
MULTIPLY_ADDS = 2**28  # what one call may cost: seeds · depth · batch · width²
WEIGHTS = 2**24  # and may hold: seeds · depth · width²
FLOAT16_COST = 8  # NumPy computes float16 one number at a time
QUANTITIES = ("dh", "dz", "dW")


class Band(NamedTuple):
    """Over the seeds, per layer: the median, and the values that a tenth of the seeds lie below and above."""

    low: Array
    median: Array
    high: Array


class FlowRecord(NamedTuple):
    """What ``flow`` measured. Per-layer arrays run from the first hidden layer to the last, in float64."""

    protocol: str
    depth: int
    width: int
    activation: str
    scheme: str
    gain: float
    batch: int
    seeds: int  # the number of networks that were run
    seeds_asked: int  # more than that, where they exceed the work budget
    precision: str
    sigma_w: float  # √(width · Var W)
    sigma_b: float
    dh: Array  # (seeds, depth): ‖dL/dh_k‖
    dz: Array
    dW: Array
    relative: dict[str, Band]  # of dh, dz and dW: each seed's own, divided by its last layer's
    theory: dict[str, Array]  # the same of an infinitely wide net, (depth,)
    health: probes.Health  # (depth,): shares of the entries of dh_k that are 0, subnormal, infinite, NaN
    overflow: int | None  # the first layer whose output h was not finite in some network, or None
    silent: float  # the share of networks whose first layer receives exactly 0 ...
    underflow: float  # ... and of those in which it had become too small for the precision (else: dead units)
    shown: tuple[str, ...] = ("dh",)  # what a picture of this record shows: which gradients,
    scale: str = "log"  # and on which axis

    @property
    def ratio(self) -> float:
        """The median over seeds of ‖dh_1‖ / ‖dh_depth‖."""
        return float(self.relative["dh"].median[0])


@measured
def flow(
    *, depth=30, width=32, activation="tanh", scheme="xavier_normal", gain=1.0, batch=16, seeds=16, precision="float64",
    seed=0, multiply_adds=MULTIPLY_ADDS, weights=WEIGHTS,
) -> FlowRecord:  # fmt: skip
    """Measure ‖dh‖, ‖dz‖ and ‖dW‖ in every layer of ``seeds`` random networks of ``depth`` layers of one ``width``.

    Protocol: x ~ N(0, 1) of shape (batch, width) goes in, and a N(0, 1) cotangent of the last h is pulled back. So
    nothing but the layers themselves is measured: no data, no readout, no loss.

    activation : a name in ops.ACTIVATIONS; scheme : a name in init.SCHEMES, its scale times ``gain``; precision :
    "float16", "float32" or "float64"; seed : another one draws other networks, and the same one the same networks,
    layer for layer, for any depth, gain, activation and number of seeds. Seeds are reduced, and the record says so,
    where seeds · depth · width² exceeds ``weights``, or batch times that ``multiply_adds`` (float16 counts 8 times).
    Raises ValueError naming the argument, its value and what is allowed.
    """
    depth, width = require.whole("depth", depth, 1, DEEPEST), require.whole("width", width, 1, WIDEST)
    batch, asked = require.whole("batch", batch, 1), require.whole("seeds", seeds, 1)
    require.choice("activation", activation, ops.ACTIVATIONS)
    require.choice("precision", precision, init.DTYPES)
    plan = init.SCHEMES[require.choice("scheme", scheme, init.SCHEMES)]
    gain, seed = require.number("gain", gain, 0.0), require.whole("seed", seed, 0)
    layers = depth * width**2 * (FLOAT16_COST if precision == "float16" else 1)
    seeds = int(max(1, min(asked, weights // (depth * width**2), multiply_adds // (layers * batch))))

    draw = dict(precision=precision, seed=seed)
    x = unit_draw((0, 0), init.normal, (seeds, batch, width), **draw)
    cotangent = unit_draw((0, 1), init.normal, (seeds, batch, width), **draw)
    params = [_layer(k, plan, gain, (seeds, width), activation, draw) for k in range(1, depth + 1)]
    tape = models.hidden(params, x, activation)[1]
    measures = probes.flow(params, tape, cotangent)

    sigma_w, sigma_b = _sigmas(plan, gain, width, activation)
    predicted = theory.flow(depth, activation, sigma_w, sigma_b)
    finite = [bool(np.isfinite(step.output).all()) for step in tape[1::2]]
    return FlowRecord(
        "x ~ N(0, 1) in, a N(0, 1) cotangent back from the last h", depth, width, activation, scheme, gain, batch,
        seeds, asked, precision, sigma_w, sigma_b, measures.dh, measures.dz, measures.dW,
        relative={name: _band(getattr(measures, name)) for name in QUANTITIES},
        theory={name: getattr(predicted, name) / getattr(predicted, name)[-1] for name in QUANTITIES},
        health=probes.Health(*(share.mean(axis=0) for share in measures.health)),
        overflow=None if all(finite) else finite.index(False) + 1,
        silent=float((measures.dh[:, 0] == 0).mean()),
        underflow=_underflow(measures.dh / (batch * width) ** 0.5, precision),
    )  # fmt: skip


def _layer(k: int, plan: init.Scheme, gain: float, shape, activation: str, draw: dict) -> models.Layer:
    """Layer k of all networks: the kept unit draw times the scheme's scale."""
    seeds, width = shape
    scale = np.dtype(draw["precision"]).type(gain * plan.std(width, width, activation))
    W = unit_draw((k, 0), plan.draw, (seeds, width, width), **draw) * scale
    if not plan.bias_std:
        return models.Layer(Affine(W, np.zeros((seeds, width), W.dtype)))
    b = unit_draw((k, 1), init.uniform, (seeds, width), **draw)
    return models.Layer(Affine(W, b * W.dtype.type(plan.bias_std(width))))


def _sigmas(plan: init.Scheme, gain: float, width: int, activation: str) -> tuple[float, float]:
    """σ_w = √(width · Var W) and σ_b of a square layer."""
    return gain * plan.std(width, width, activation) * width**0.5, plan.bias_std(width) if plan.bias_std else 0.0


def _underflow(dh: Array, precision: str) -> float:
    """The share of networks whose rms dh (seeds, depth) became 0 by underflow: next to it, it was tiny already."""
    silent = dh[:, 0] == 0
    last_zero = (dh == 0).sum(axis=1) - 1  # once 0, it stays 0 down to the first layer
    before = np.take_along_axis(dh, np.minimum(last_zero + 1, dh.shape[1] - 1)[:, None], axis=1)[:, 0]
    return float((silent & (before < 1e3 * float(np.finfo(precision).tiny))).mean())


def _band(norms: Array) -> Band:
    """The band over seeds of norms (seeds, depth), each seed divided by its last layer; where nothing arrives it is 0.

    Order statistics, never interpolated: a 0 stays a 0 and an inf an inf; a NaN sorts above inf, having been one.
    """
    ordered = np.sort(np.where(norms == 0, 0.0, norms / norms[:, -1:]), axis=0)
    last = len(ordered) - 1
    return Band(*(ordered[round(share * last)] for share in (0.1, 0.5, 0.9)))
