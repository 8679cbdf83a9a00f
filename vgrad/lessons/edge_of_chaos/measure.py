"""Order, chaos and the edge between them: what σ_w and σ_b make of a deep net, in theory and in training.

``chart``: χ over both.  ``point``: a place on it, and a net from there.  ``depth_scale``: ξ.  ``pair``: two
inputs.  ``correlation_scale``: ξ_c.  ``trained``: what nets learn.  ``steps_to_learn``: of deep linear nets.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

import numpy as np

from ... import data, init, models, ops, probes, require, theory, train
from ...kit.experiments.flow import Activation, Net, draw_networks, flow
from ...kit.experiments.protocol import (
    CALLS,
    LAST,
    Batch,
    Depth,
    Networks,
    NonNegatives,
    TrainSteps,
    Width,
    measured,
    require_work,
    share_correct,
)
from ...ops import Affine, Array
from ...require import Count, NonNegative, Seed
from .records import Chart, PairRecord, PhaseRecord, SpectrumRecord

ACTIVATIONS = ("tanh", "sigmoid", "relu", "selu")
MOST_W = 4.0  # of the chart
MOST_B = 1.0
PLACES = 50_000  # on the chart
ROUNDS = 400  # of the q-map, for a picture
DRAWS = {"orthogonal": "orthogonal", "normal": "lecun_normal"}  # what a draw is called in init.SCHEMES
UNITS = {"orthogonal": init.orthogonal_draw, "normal": init.normal}
STEP = 1e-4  # of a correlation, for the slope of its map
PATIENCE = 1_000  # layers, until a correlation is at rest
LEFT = 0.2  # of the loss of an output of 0, when a linear net is said to have learnt

Charted = Annotated[str, require.one_of(ACTIVATIONS)]
Correlation = Annotated[float, require.number_from(-1.0, 1.0)]
TrainedDepth = Annotated[int, require.whole_from(0, 2_000)]
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
def correlation_scale(sigma_w2: NonNegative, sigma_b2: NonNegative = 0.05) -> float:
    """ξ_c = 1 / |ln s|.  Return it for tanh nets from (σ_w², σ_b²), in layers: theory's, of infinite width.

    s is the slope of the correlation map where it comes to rest, so that the distance from there shrinks by a factor of
    e in ξ_c layers (Schoenholz et al. 2017, eq. 9). For χ < 1 it rests at 1, where s is χ and ξ_c is ξ.
    """
    sigma_w = sigma_w2**0.5
    sigma_b = sigma_b2**0.5
    q = theory.q_fixed_point("tanh", sigma_w, sigma_b)
    chi = theory.chi("tanh", q, sigma_w)
    if chi <= 1:
        return theory.depth_scale(chi)
    c = _rest(q, sigma_w, sigma_b)
    low, high = (theory.correlation_map("tanh", c + step, q, sigma_w, sigma_b) for step in (-STEP, STEP))
    return theory.depth_scale(abs(high - low) / (2 * STEP))


def _rest(q: float, sigma_w: float, sigma_b: float) -> float:
    """Where the correlation of two samples comes to rest in chaos, and at most 1 - STEP, for a quotient around it."""
    c = 0.0
    for _ in range(PATIENCE):
        before = c
        c = theory.correlation_map("tanh", c, q, sigma_w, sigma_b)
        if abs(c - before) < 1e-8:
            break
    return min(c, 1 - STEP)


@require.guarded
@measured
def pair(
    *, activation: Charted = "tanh", sigma_w: NonNegative = 1.5, sigma_b: NonNegative = 0.2, c: Correlation = 0.0,
    depth: Depth = 30, width: Width = 256, seeds: Networks = 5, seed: Seed = 0,
) -> PairRecord:  # fmt: skip
    """c_k = h_a · h_b / (‖h_a‖ ‖h_b‖).  Measure it in each layer k, for two inputs whose correlation is ``c``."""
    require.total("seeds · depth · width²", seeds * depth * width * width)
    net = Net(depth, width, activation, "scaled_normal", sigma_w, sigma_b=sigma_b, batch=2, seeds=seeds, seed=seed)
    params, x, _ = draw_networks(net)
    inputs = np.stack([x[:, 0], c * x[:, 0] + (1 - c**2) ** 0.5 * x[:, 1]], axis=1)
    outputs = probes.outputs(models.hidden(params, inputs, activation)[1])
    alike = np.stack([h.prod(axis=1).sum(axis=-1) / np.linalg.norm(h, axis=-1).prod(axis=-1) for h in outputs], axis=-1)
    says = theory.correlations(depth, activation, sigma_w, sigma_b, c)
    return PairRecord(activation, sigma_w, sigma_b, c, width, alike, says)


@require.guarded
@measured
def trained(
    sigma_w2: NonNegative, depth: TrainedDepth, *, sigma_b2: NonNegative = 0.05, width: Width = 64,
    rates: NonNegatives = (0.05, 0.01, 0.002), steps: TrainSteps = 150, batch: Batch = 64, seeds: Networks = 5,
) -> dict:  # fmt: skip
    """Return the accuracy of tanh nets from (σ_w², σ_b²) after training on the digits.

    Each network is trained by SGD with momentum 0.9, in float32, at the rate with the best median. "accuracy" is the
    mean of the last ten batches, and "test" that of the test pictures. depth : of hidden layers; 0 has none.
    """
    require_work("(depth + 1) · steps", depth + 1, steps, most=CALLS)
    networks = len(rates) * seeds
    require_work("networks · (depth + 1) · width² · batch · steps", networks, depth + 1, width**2, batch, steps)
    require.total("networks · (depth + 1) · width · (width + batch)", networks * (depth + 1) * width * (width + batch))
    scheme = init.scaled_normal(sigma_w2**0.5)._replace(bias_std=lambda n, m: sigma_b2**0.5)
    digits = data.digits(dtype="float32")
    rng = np.random.default_rng(0)
    params = models.init_mlp([64, *[width] * depth, 10], scheme=scheme, rng=rng, ensemble=(networks,), dtype="float32")
    pictures = data.batches(digits.x_train, digits.y_train, batch, rng=rng)
    rule = train.momentum(np.repeat(rates, seeds))
    records = [*train.fit(params, train.classifier("tanh"), pictures, optimizer=rule, steps=steps)]
    logits, _ = models.mlp(records[-1].params, digits.x_test, "tanh")
    shape = (len(rates), seeds)
    accuracy = np.array([record.accuracy for record in records[-LAST:]], float).mean(axis=0).reshape(shape)
    test = share_correct(logits, digits.y_test).reshape(shape)
    best = np.median(accuracy, axis=1).argmax()
    return dict(accuracy=accuracy[best], test=test[best])


@require.guarded
@measured
def steps_to_learn(
    draw: Draw, depth: Depth, *, width: Width = 64, rates: Networks = 24, most: TrainSteps = 500, seeds: Networks = 5,
) -> dict:  # fmt: skip
    """Count steps of descent until a fifth is left of the loss of an output of 0, as far as that can be learnt.

    Deep linear nets of orthogonal or normal weights, mean squares, all digits at once; each network has its own best
    of ``rates``. The loss to reach is fixed, as in Saxe et al. 2014: a share of what each net starts from would time
    how soon its random output is gone.
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
    """The fewest rows with the Σ xᵀx and Σ xᵀy of all digits, on which alone the loss of a linear net depends."""
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
    if not np.isfinite(size):
        raise ValueError(f"sigma_w is {sigma_w}, and h grows without end; allowed is one at which it settles")
    x = size * rng.standard_normal((seeds, 1, width))
    J = np.eye(width)
    tape = models.hidden(params, x, activation)[1]
    for layer, slope in zip(params, probes.slopes(tape), strict=True):
        J = (J @ layer.affine.W) * slope
    return SpectrumRecord(activation, draw, sigma_w, depth, width, probes.singular_values(J))
