"""How large should the first weights be?

``sweep``: which scale of the weights keeps a size.  ``he_or_xavier``: what ReLU nets learn from either. The protocol is
that of ``flow``, x ~ N(0, 1) in and a N(0, 1) cotangent back from the last h, except where another size of x is named.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from ... import models, probes, require, theory
from ...kit.experiments.flow import Net, draw_networks
from ...kit.experiments.learning import learn
from ...kit.experiments.protocol import Depth, Networks, Width, measured, relative
from ...ops import Array
from ...require import Seed
from .records import SweepRecord

FORMULAS = {  # σ_w at equal widths, as they were derived
    "tanh": 1.0,  # Glorot & Bengio 2010, eq. 12: slope 1
    "relu": 2**0.5,  # He et al. 2015, eq. 10: half of the mean square
    "selu": 1.0,  # Klambauer et al. 2017: the fixed point of mean 0, variance 1
}


Two = Annotated[int, require.whole_from(2, 10_000)]


def _require_sigmas(name: str, values) -> None:
    """Raise ValueError unless ``values`` are one or more finite numbers of at least 0."""
    require.numbers(name, require.several(name, values, 1_000), 0.0)


@require.guarded
@measured
def sweep(
    activation: Annotated[str, require.one_of(FORMULAS)],
    sigma_ws: Annotated[Array, _require_sigmas] | None = None, *,
    way: Annotated[str, require.one_of(("h", "dh"))] = "dh",
    size: Annotated[float, require.number_from(1e-9, 1e9)] = 1.0, depth: Depth = 30,
    width: Width = 64, batch: Two = 16, seeds: Networks = 8, seed: Seed = 0,
) -> SweepRecord:  # fmt: skip
    """Measure how far from 1 the size of h or of dh comes, for each σ_w.

    activation : one with a formula, in FORMULAS; way : "h" or "dh"; size : of the input, x ~ N(0, size²).
    """
    formula = FORMULAS[activation]
    require.whole("depth", depth, 2 if way == "dh" else 1)
    require.total("seeds · depth · width · (width + batch)", seeds * depth * width * (width + batch))
    sigma_ws = np.array(formula * np.geomspace(0.7, 1.4, 13) if sigma_ws is None else sigma_ws, float)
    net = Net(depth, width, activation, "scaled_normal", batch=batch, seeds=seeds, seed=seed)
    runs = [_ends(net._replace(gain=float(sigma_w)), way, size) for sigma_w in sigma_ws]
    expected = [_wide(activation, float(sigma_w), depth, size)[way] for sigma_w in sigma_ws]
    return SweepRecord(activation, way, size, depth, width, sigma_ws, np.log10(runs), np.log10(expected), formula)


def _ends(net: Net, way: str, size: float) -> Array:
    """The size of h or of dh at the end of its way, over where it starts, (seeds,)."""
    params, x, cotangent = draw_networks(net)
    h, tape = models.hidden(params, size * x, net.activation)
    if way == "h":
        return probes.norm(h) / (net.batch * net.width) ** 0.5 / size
    return relative(probes.norms(tape, cotangent).dh)[:, 0]


def _wide(activation: str, sigma_w: float, depth: int, size: float) -> dict[str, float]:
    """What the sizes of h and dh have become at the end of their way, in an infinitely wide net."""
    sigma_w = np.float64(sigma_w)  # whose square overflows to inf, where Python's own raises
    square = size**2
    gradient = 1.0
    for layer in range(depth):
        square, slope = theory.moments(activation, sigma_w**2 * square)
        gradient *= sigma_w**2 * slope if layer else 1.0  # dh_1 has not passed the first layer
    return {"h": square**0.5 / size, "dh": gradient**0.5}


def he_or_xavier(
    scheme: str, depth: int, *, width: int = 48, rates=(0.1, 0.03, 0.01, 0.003), steps: int = 150, batch: int = 48,
    seeds: int = 5,
) -> dict:  # fmt: skip
    """Return the accuracy of ReLU nets after training on the digits, each at its best rate (``learn``)."""
    settings = dict(depth=depth, width=width, rates=rates, steps=steps, batch=batch, seeds=seeds)
    record = learn("relu", scheme=scheme, **settings)
    return dict(accuracy=record.best, rate=record.rate)
