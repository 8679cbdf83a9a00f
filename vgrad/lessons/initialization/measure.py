"""How large should the first weights be?  The signal forward and the gradient back, for any scale of the weights.

``signal``: both ways, layer by layer.  ``sweep``: which scale keeps a size.  ``spectrum``: the singular values of a
whole net. Flow's protocol, x ~ N(0, 1) in and a N(0, 1) cotangent back from the last h, but where another size of x is
named.
"""

from __future__ import annotations

import numpy as np

from ... import init, require, theory
from ...kit.experiments.learning import learn
from ...kit.experiments.protocol import checked, measured
from ...kit.experiments.signal import signal_sizes
from .records import SweepRecord

FORMULAS = {  # σ_w at equal widths, as they were derived
    "tanh": 1.0,  # Glorot & Bengio 2010, eq. 12: slope 1
    "relu": 2**0.5,  # He et al. 2015, eq. 10: half of the mean square
    "selu": 1.0,  # Klambauer et al. 2017: the fixed point of mean 0, variance 1
}


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
    runs = [signal_sizes(activation, init.normal, sigma_w=float(sigma_w), **net)[way][:, place] for sigma_w in sigma_ws]
    says = [_wide(activation, float(sigma_w), depth, size)[way] for sigma_w in sigma_ws]
    return SweepRecord(activation, way, size, depth, width, sigma_ws, np.log10(runs), np.log10(says), formula)


def _wide(activation: str, sigma_w: float, depth: int, size: float) -> dict[str, float]:
    """What the sizes of h and dh have become at the end of their way, in an infinitely wide net."""
    square, gradient = size**2, 1.0
    for layer in range(depth):
        square, slope = theory.moments(activation, sigma_w**2 * square)
        gradient *= sigma_w**2 * slope if layer else 1.0  # dh_1 has not passed the first layer
    return {"h": square**0.5 / size, "dh": gradient**0.5}


@checked()
def he_or_xavier(scheme, depth, *, width=48, rates=(0.1, 0.03, 0.01, 0.003), steps=150, batch=48, seeds=5) -> dict:
    """Accuracy of ReLU nets after training on the digits, each at the rate with the best median (``learn``)."""
    settings = dict(depth=depth, width=width, rates=rates, steps=steps, batch=batch, seeds=seeds)
    record = learn("relu", scheme=scheme, **settings)
    return dict(accuracy=record.best, rate=record.rate)
