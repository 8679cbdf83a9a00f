"""Order, chaos and the edge between them: what σ_w and σ_b make of a deep net, in theory and in training.

``chart``: χ over the plane of both.  ``point``: one place on it, and a net from there.  ``depth_scale``: ξ alone.
``trained``: what nets from there learn.  ``steps_to_learn``: how long deep linear nets take.
``spectrum``: the singular values of a whole net.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Annotated

import numpy as np

from ... import data, init, models, ops, probes, require, theory, train
from ...kit.experiments.flow import Activation, flow
from ...kit.experiments.learning import learn
from ...kit.experiments.protocol import (
    CALLS,
    Depth,
    Networks,
    TrainSteps,
    Width,
    measured,
    require_work,
)
from ...ops import Affine, Array
from ...require import Count, NonNegative, Seed
from .records import Chart, PhaseRecord, SpectrumRecord

ACTIVATIONS = ("tanh", "sigmoid", "relu", "selu")
MOST_W = 4.0  # of the chart
MOST_B = 1.0
PLACES = 50_000  # on the chart
ROUNDS = 400  # of the q-map, for a picture
DRAWS = {"orthogonal": "orthogonal", "normal": "lecun_normal"}  # what a draw is called in init.SCHEMES
UNITS = {"orthogonal": init.orthogonal_draw, "normal": init.normal}
LEFT = 0.2  # of the loss of an output of 0, when a linear net is said to have learnt

Charted = Annotated[str, require.one_of(ACTIVATIONS)]
Units = Annotated[int, require.whole_from(1, 1_000)]
Draw = Annotated[str, require.one_of(DRAWS)]


@require.guarded
@lru_cache(maxsize=8)
def chart(activation: Activation = "tanh", columns: Count = 81, rows: Count = 41) -> Chart:
    """Return χ of each (σ_w, σ_b), σ_w from 0 to 4 and σ_b from 0 to 1, at the q that 400 layers come to.

    E[φ²] and E[φ'²] are tabled over q once, and interpolated; a q beyond the table is kept at its end.
    """
    require_work("columns · rows", columns, rows, most=PLACES)
    logs = np.linspace(-12, 6, 361)
    square, slope = np.array([theory.moments(activation, 10.0**log) for log in logs]).T
    sigma_w = np.linspace(0, MOST_W, columns)
    sigma_b = np.linspace(0, MOST_B, rows)[:, None]
    q = np.ones((rows, columns))
    for _ in range(ROUNDS):
        q = np.clip(sigma_w**2 * np.interp(np.log10(q), logs, square) + sigma_b**2, 1e-12, 1e6)
    return Chart(activation, sigma_w, sigma_b[:, 0], sigma_w**2 * np.interp(np.log10(q), logs, slope))


@require.guarded
def point(
    *, activation: Charted = "tanh", sigma_w: NonNegative = 1.5, sigma_b: NonNegative = 0.2, width: Count = 64,
    seeds: Count = 8, **settings,
) -> PhaseRecord:  # fmt: skip
    """Return χ, ξ and q of (σ_w, σ_b), and the ``flow`` of networks drawn there.

    activation : one in ACTIVATIONS; settings : others of ``flow``.
    """
    net = dict(activation=activation, scheme="scaled_normal", gain=sigma_w, sigma_b=sigma_b, width=width, seeds=seeds)
    record = flow(**net, **settings)._replace(shown=("h", "dh"))
    q = theory.q_fixed_point(activation, sigma_w, sigma_b, layers=2000)
    chi = theory.chi(activation, q, sigma_w)
    return PhaseRecord(chart(activation), record, q, chi, theory.depth_scale(chi))


@require.guarded
def depth_scale(sigma_w2: NonNegative, sigma_b2: NonNegative = 0.05) -> float:
    """Return ξ of tanh nets from (σ_w², σ_b²), in layers: theory's, of infinite width."""
    q = theory.q_fixed_point("tanh", sigma_w2**0.5, sigma_b2**0.5)
    return theory.depth_scale(theory.chi("tanh", q, sigma_w2**0.5))


@require.guarded
def trained(
    sigma_w2: NonNegative, depth: Depth, *, sigma_b2: NonNegative = 0.05, width: Width = 64, rates=(0.05, 0.01, 0.002),
    steps: TrainSteps = 150, batch: Count = 64, seeds: Networks = 3,
) -> dict:  # fmt: skip
    """Return the accuracy of tanh nets from (σ_w², σ_b²) after training on the digits.

    Each network is trained at the rate with the best median.
    """
    scheme = init.Scheme(
        "phase", init.normal, lambda n, m, activation=None: (sigma_w2 / n) ** 0.5, lambda n, m: sigma_b2**0.5
    )
    net = dict(scheme=scheme, depth=depth, width=width)
    return dict(accuracy=learn("tanh", **net, rates=rates, steps=steps, batch=batch, seeds=seeds).best)


@require.guarded
@measured
def steps_to_learn(
    draw: Draw, depth: Depth, *, width: Width = 64, rates: Networks = 24, most: TrainSteps = 500,
    seeds: Networks = 5,
) -> dict:  # fmt: skip
    """Count the steps of gradient descent until a fifth is left of the loss that an output of 0 has.

    That loss is counted as far as it can be learnt.

    Deep linear nets of orthogonal or normal weights, mean squares, all digits at once; each network has its own best
    of ``rates``. The loss to reach is fixed, as in Saxe et al. 2014: a share of what each net starts from would time
    how soon its random output is gone. (Of a linear net the loss depends on Σ xᵀx and Σ xᵀy alone, so 64 rows stand
    for 1500 exactly.)
    """
    require_work("depth · most", depth, most, most=CALLS)
    require.total("rates · seeds · depth · width · (width + 64)", rates * seeds * depth * width * (width + 64))
    x, y = _summary()
    steps = np.full((rates, seeds), most)
    sizes = [64, *[width] * depth, 10]
    rng = np.random.default_rng(0)
    params = models.init_mlp(sizes, scheme=DRAWS[draw], rng=rng, ensemble=(seeds,), dtype="float32")
    params = [
        models.Layer(Affine(*(np.tile(a, (rates,) + (1,) * (a.ndim - 1)) for a in layer.affine))) for layer in params
    ]
    optimizer = train.sgd(np.repeat(np.geomspace(0.005, 10, rates), seeds))
    for record in train.fit(params, _regression(x, y), iter(lambda: (x, y), None), optimizer=optimizer, steps=most):
        loss = record.loss.reshape(rates, seeds)
        there = np.nan_to_num(loss, nan=np.inf) < LEFT * np.mean(y**2)
        steps = np.where(there, np.minimum(steps, record.step - 1), steps)
        if (record.step > steps.min(axis=0)).all():
            break
    return dict(steps=steps.min(axis=0))


def _summary() -> tuple[Array, Array]:
    """x (64, 64) and y (64, 10) with the Σ xᵀx and Σ xᵀy of all digits, as few rows as possible: they fit exactly."""
    digits = data.digits()
    x = digits.x_train
    y = np.eye(10)[digits.y_train]
    values, vectors = np.linalg.eigh(x.T @ x / len(x))
    kept = values > 1e-9
    roots = np.sqrt(values[kept])
    basis = vectors[:, kept]
    short = roots[:, None] * basis.T
    target = (basis / roots).T @ (x.T @ y / len(x))
    scale = kept.sum() ** 0.5
    return (scale * short).astype("float32"), (scale * target).astype("float32")


def _regression(x: Array, y: Array):
    def model(params, batch):
        output, tape = models.mlp(params, x, "identity")
        loss, pullback = ops.mse(output, y)
        return train.Pass(loss, None, models.gradients(tape, pullback())[0], lambda: "it diverges")

    return model


@require.guarded
@measured
def spectrum(
    activation: Activation = "tanh", draw: Draw = "orthogonal", *, sigma_w: NonNegative = 1.05, depth: Depth = 50,
    width: Units = 100, seeds: Networks = 5, seed: Seed = 0,
) -> SpectrumRecord:  # fmt: skip
    """Return the singular values of the whole net's Jacobian, of one sample as large as h will settle.

    draw : "orthogonal" or "normal".
    """
    require.total("seeds · depth · width²", seeds * depth * width * width)
    scheme = init.Scheme(draw, UNITS[draw], lambda fan_in, fan_out, activation=None: sigma_w * fan_in**-0.5)
    rng = np.random.default_rng(seed)
    params = models.init_mlp([width] * (depth + 2), scheme=scheme, rng=rng, ensemble=(seeds,))[:-1]
    size = theory.moments(activation, theory.q_fixed_point(activation, sigma_w, layers=1000))[0] ** 0.5
    if not math.isfinite(size):
        raise ValueError(f"sigma_w is {sigma_w}, and h grows without end; allowed is one at which it settles")
    x = size * rng.standard_normal((seeds, 1, width))
    J = np.eye(width)
    tape = models.hidden(params, x, activation)[1]
    for layer, slope in zip(params, probes.slopes(tape), strict=True):
        J = (J @ layer.affine.W) * slope
    return SpectrumRecord(activation, draw, sigma_w, depth, width, probes.singular_values(J))
