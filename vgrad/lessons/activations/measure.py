"""What does one layer do to the gradient?  The slopes of an activation, where z lies, and what a net makes of them.

``slopes`` measures φ, φ' and how φ'(z) is distributed for z ~ N(0, σ²). ``sweep`` measures by how much each layer of
deep nets multiplies the gradient, against the size of their weights. ``critical`` finds the size at which theory's
factor is 1. ``twins`` writes a tanh net with sigmoids, and compares what reaches its first layer.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from ... import init, models, ops, probes, require, theory
from ...kit.experiments.flow import Many, flow
from ...kit.experiments.protocol import ActivationName, Networks, NonNegatives, Width, measured, scaled_draw
from ...kit.experiments.twin import sigmoid_twin
from ...models import Layer
from ...ops import Affine, Array
from ...require import NonNegative, NumberArray, Seed, guarded
from .records import SlopesRecord, SweepRecord, TwinsRecord

UNITS = 20_000
BIN = 0.025  # of slope; 0 and 1 each lie in the middle of a bin
EDGES = np.arange(-8, 73) * BIN - BIN / 2  # from -0.2 to 1.8: all slopes in ops.ACTIVATIONS
OUTPUTS = 10  # of the readout
AtLeastTwo = Annotated[int, require.whole_from(2, 1_000)]
Layers = Annotated[int, require.whole_from(2, 100)]
Scale = Annotated[float, require.number_from(0.0, 1_000.0)]
SATURATED = probes.depth.SATURATED


@guarded
@measured
def slopes(
    *, activation: ActivationName = "sigmoid", sigma: Annotated[float, require.number_from(1e-3, 1e3)] = 1.0,
    units: Annotated[int, require.whole_from(1, 100_000)] = UNITS, seed: Seed = 0,
) -> SlopesRecord:  # fmt: skip
    """Draw z ~ N(0, ``sigma``²) for each of ``units``, and measure their slopes φ'(z).

    activation : a name in ops.ACTIVATIONS. The same seed has the same z, times sigma. Raises ValueError naming the
    argument, its value and what is allowed.
    """
    z = scaled_draw((4,), init.normal, (units,), sigma, precision="float64", seed=seed)
    slope = slope_at(activation, z)
    counts, _ = np.histogram(slope, EDGES)
    stopped = float(np.mean(slope == 0))
    saturated = float(np.mean(abs(slope) < SATURATED) - stopped)
    line = _grid(sigma)
    h, _ = ops.ACTIVATIONS[activation](line)
    return SlopesRecord(
        activation, sigma, units, seed, line, h, slope_at(activation, line), EDGES, counts / units,
        largest(activation), float(slope.mean()), float(np.mean(slope**2) ** 0.5),
        theory.moments(activation, sigma**2)[1] ** 0.5, saturated, stopped,
    )  # fmt: skip


def _grid(sigma: float) -> Array:
    """z for drawing: fine near 0, where activations bend, and out to where no unit is."""
    return np.unique(np.concatenate([np.linspace(-5, 5, 401), np.linspace(-6, 6, 401) * sigma]))


@guarded
def slope_at(activation: ActivationName, z: NumberArray) -> Array:
    """φ'(z).  Returns the slope at each entry of z, in z's shape; it is what the pullback makes of ones."""
    _, pullback = ops.ACTIVATIONS[activation](z)
    return pullback(np.ones_like(z))


def largest(activation: str) -> float:
    """max φ'.  Returns the largest slope that an activation has anywhere, to four digits."""
    return float(slope_at(activation, np.linspace(-10, 10, 20_001)).max())


@guarded
def sweep(
    activation: ActivationName = "sigmoid", *, sigmas: NonNegatives = (0.5, 1, 2, 4, 6, 8, 10, 12, 16, 20),
    depth: AtLeastTwo = 20, width: Width = 128, batch: Many = 8, seeds: Many = 8, seed: Seed = 0,
) -> SweepRecord:  # fmt: skip
    """Measure by how much a layer multiplies the gradient, for each size σ_w of the weights, without biases.

    The networks are the same at each σ_w, but for the size of their weights. All else is as in ``flow``.
    """
    maps = depth - 1
    net: dict[str, Any] = dict(activation=activation, depth=depth, width=width, batch=batch, seeds=seeds, seed=seed)
    flows = [flow(gain=float(sigma_w), **net) for sigma_w in sigmas]  # Xavier's weights have σ_w = 1, times the gain
    factors = np.array([(record.dh[:, 0] / record.dh[:, -1]) ** (1 / maps) for record in flows])
    expected = np.array([record.theory["dh"][0] ** (1 / maps) for record in flows])
    return SweepRecord(activation, depth, width, np.array(sigmas, float), factors, expected)


@guarded
def factor(activation: ActivationName, sigma_w: NonNegative) -> float:
    """√χ where q has settled.  Returns by what each deep layer of a wide net multiplies the gradient.

    It is NaN if q runs away.
    """
    q = theory.q_fixed_point(activation, sigma_w)
    return float(theory.chi(activation, q, sigma_w) ** 0.5) if np.isfinite(q) else float("nan")


@guarded
def critical(activation: ActivationName = "sigmoid", low: Scale = 1.0, high: Scale = 20.0) -> float:
    """Return the σ_w between ``low`` and ``high``, from 0 to 1000, at which ``factor`` is 1, found by bisection.

    It is NaN if ``factor`` does not pass 1 between them.
    """
    if low > high or not factor(activation, low) < 1 < factor(activation, high):
        return float("nan")
    while high - low > 1e-6:
        middle = (low + high) / 2
        if factor(activation, middle) < 1:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@guarded
@measured
def twins(
    *, depth: Layers = 10, width: Annotated[int, require.whole_from(1, 512)] = 64, batch: Many = 32,
    seeds: Networks = 16, seed: Seed = 0,
) -> TwinsRecord:  # fmt: skip
    """Compare tanh nets with Xavier's weights, their sigmoid twins, and two sigmoid nets that miss a part of the twin.

    The one has the twin's weights and biases of 0, and the other has the weights of the tanh net. All four get the same
    x ~ N(0, 1), and the same N(0, 1) cotangent comes back from their readout. dh_k has the shape (batch, width).
    """
    rng = np.random.default_rng(seed)
    tanh = models.init_mlp([width] * (depth + 1) + [OUTPUTS], scheme="xavier_normal", ensemble=(seeds,), rng=rng)
    twin = sigmoid_twin(tanh)
    without = [Layer(Affine(W, np.zeros_like(b))) for W, b in (layer.affine for layer in twin)]
    x = rng.standard_normal((seeds, batch, width))
    cotangent = rng.standard_normal((seeds, batch, OUTPUTS))
    nets = {
        "tanh": (tanh, "tanh"),
        "twin": (twin, "sigmoid"),
        "twin without biases": (without, "sigmoid"),
        "sigmoid": (tanh, "sigmoid"),
    }
    sent = [_sent_back(net, x, phi, cotangent) for net, phi in nets.values()]
    outputs, dh, rms = (np.array(each) for each in zip(*sent, strict=True))
    return TwinsRecord(tuple(nets), depth, width, dh, rms, abs(outputs - outputs[0]).max(axis=(1, 2, 3)))


def _sent_back(params, x: Array, activation: str, cotangent: Array) -> tuple[Array, Array, float]:
    """Return the outputs, ‖dh_k‖ relative to the last layer's (seeds, depth), and an rms slope.

    The slopes are those between dh_1 and the last dh, so layer 1 is left out, unless it is the only one.
    """
    outputs, tape = models.mlp(params, x, activation)
    dh = probes.norms(tape, cotangent).dh
    squares = [np.mean(slope**2) for slope in probes.slopes(tape)]
    return outputs, dh / dh[:, -1:], float(np.mean(squares[1:] or squares) ** 0.5)
