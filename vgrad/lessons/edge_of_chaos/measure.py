"""Order, chaos and the edge between them: what σ_w and σ_b make of a deep net, in theory and in training.

``chart``: χ over the plane of both.  ``point``: one place on it, and a net from there.  ``depth_scale``: ξ alone.
``trained``: what nets from there learn.  ``he_or_xavier``: what ReLU nets do.
``steps_to_learn``: how long deep linear nets take.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from ... import data, init, models, ops, probes, require, theory, train
from ...kit.experiments.learning import learn
from ...kit.experiments.protocol import checked, measured
from ...kit.experiments.signal import signal
from ...ops import Affine, Array
from .records import Chart, PhaseRecord, SpectrumRecord

ACTIVATIONS = ("tanh", "sigmoid", "relu", "selu")
MOST_W, MOST_B = 4.0, 1.0  # of the chart
ROUNDS = 400  # of the q-map, for a picture
DRAWS = {"orthogonal": "orthogonal", "normal": "lecun_normal"}  # what a draw is called in init.SCHEMES
LEFT = 0.2  # of the loss of an output of 0, when a linear net is said to have learnt


@checked(activation=lambda name, value: require.choice(name, value, ops.ACTIVATIONS))
@lru_cache(maxsize=8)
def chart(activation="tanh", columns=81, rows=41) -> Chart:
    """χ of each (σ_w, σ_b), σ_w from 0 to 4 and σ_b from 0 to 1, at the q that 400 layers come to.

    E[φ²] and E[φ'²] are tabled over q once, and interpolated; a q beyond the table is kept at its end.
    """
    logs = np.linspace(-12, 6, 361)
    square, slope = np.array([theory.moments(activation, 10.0**log) for log in logs]).T
    sigma_w, sigma_b = np.linspace(0, MOST_W, columns), np.linspace(0, MOST_B, rows)[:, None]
    q = np.ones((rows, columns))
    for _ in range(ROUNDS):
        q = np.clip(sigma_w**2 * np.interp(np.log10(q), logs, square) + sigma_b**2, 1e-12, 1e6)
    return Chart(activation, sigma_w, sigma_b[:, 0], sigma_w**2 * np.interp(np.log10(q), logs, slope))


def point(*, activation="tanh", sigma_w=1.5, sigma_b=0.2, depth=30, width=64, seeds=8, batch=16, seed=0) -> PhaseRecord:
    """χ, ξ and q of (σ_w, σ_b), and both ways through a net drawn there.   activation : one in ACTIVATIONS."""
    require.choice("activation", activation, ACTIVATIONS)
    sigma_w = require.number("sigma_w", sigma_w, 0.0)
    net = signal(
        activation=activation, scheme="scaled_normal", gain=sigma_w, sigma_b=sigma_b, depth=depth, width=width,
        seeds=seeds, batch=batch, seed=seed,
    )  # fmt: skip
    q = theory.q_fixed_point(activation, sigma_w, sigma_b, layers=2000)
    chi = theory.chi(activation, q, sigma_w)
    return PhaseRecord(chart(activation), net, q, chi, theory.depth_scale(chi))


@checked()
def depth_scale(sigma_w2, sigma_b2=0.05) -> float:
    """ξ of tanh nets from (σ_w², σ_b²), in layers: theory's, of infinite width."""
    q = theory.q_fixed_point("tanh", sigma_w2**0.5, sigma_b2**0.5)
    return theory.depth_scale(theory.chi("tanh", q, sigma_w2**0.5))


@checked()
def trained(
    sigma_w2, depth, *, sigma_b2=0.05, width=64, rates=(0.05, 0.01, 0.002), steps=150, batch=64, seeds=3
) -> dict:
    """Accuracy of tanh nets from (σ_w², σ_b²) after training on the digits, each at the rate with the best median."""
    scheme = init.Scheme(
        "phase", init.normal, lambda n, m, activation=None: (sigma_w2 / n) ** 0.5, lambda n, m: sigma_b2**0.5
    )
    net = dict(scheme=scheme, depth=depth, width=width)
    return dict(accuracy=learn("tanh", **net, rates=rates, steps=steps, batch=batch, seeds=seeds).best)


@checked(rates=require.count)
@measured
def steps_to_learn(draw, depth, *, width=64, rates=24, most=500, seeds=5) -> dict:
    """Steps of gradient descent until a fifth is left of the loss that an output of 0 has, as far as it can be learnt.

    Deep linear nets of orthogonal or normal weights, mean squares, all digits at once; each network has its own best
    of ``rates``. The loss to reach is fixed, as in Saxe et al. 2014: a share of what each net starts from would time
    how soon its random output is gone. (Of a linear net the loss depends on Σ xᵀx and Σ xᵀy alone, so 64 rows stand
    for 1500 exactly.)
    """
    x, y = _summary()
    scheme, rng = DRAWS[require.choice("draw", draw, DRAWS)], np.random.default_rng(0)
    steps = np.full((rates, seeds), most)
    params = models.init_mlp([64, *[width] * depth, 10], scheme=scheme, rng=rng, ensemble=(seeds,), dtype="float32")
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
    x, y = digits.x_train, np.eye(10)[digits.y_train]
    values, vectors = np.linalg.eigh(x.T @ x / len(x))
    kept = values > 1e-9
    roots, basis = np.sqrt(values[kept]), vectors[:, kept]
    short, target = roots[:, None] * basis.T, (basis / roots).T @ (x.T @ y / len(x))
    scale = kept.sum() ** 0.5
    return (scale * short).astype("float32"), (scale * target).astype("float32")


def _regression(x: Array, y: Array):
    def model(params, batch):
        output, tape = models.mlp(params, x, "identity")
        loss, pullback = ops.mse(output, y)
        return train.Pass(loss, None, models.gradients(tape, pullback())[0], lambda: "it diverges")

    return model


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
