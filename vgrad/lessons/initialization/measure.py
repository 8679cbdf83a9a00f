"""How large should the first weights be?

``sweep``: which scale of the weights keeps a size.  ``he_or_xavier``: what ReLU nets learn from either. The protocol is
that of ``flow``, x ~ N(0, 1) in and a N(0, 1) cotangent back from the last h, except where another size of x is named.
``train_from``: what nets learn from equal weights, from others, and from pixels of another size.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from ... import data, models, probes, require, theory, train
from ...kit.experiments.flow import Net, draw_networks
from ...kit.experiments.learning import learn, usual
from ...kit.experiments.protocol import (
    CALLS,
    ActivationName,
    Batch,
    Depth,
    Networks,
    TrainSteps,
    Width,
    measured,
    relative,
    require_work,
    share_correct,
)
from ...ops import Affine, Array
from ...require import Finite, NonNegative, Seed
from .records import StartRecord, SweepRecord

FORMULAS = {  # σ_w at equal widths, as they were derived
    "tanh": 1.0,  # Glorot & Bengio 2010, eq. 12: slope 1
    "relu": 2**0.5,  # He et al. 2015, eq. 10: half of the mean square
    "selu": 1.0,  # Klambauer et al. 2017: the fixed point of mean 0, variance 1
}
PIXELS = {  # from the pictures as the data set has them, whose pixels have mean 0 and mean square 1
    "standardized": lambda x: x,
    "0 to 1": lambda x: (x - x.min()) / (x.max() - x.min()),
    "0 to 255": lambda x: 255 * (x - x.min()) / (x.max() - x.min()),
}
ALIKE = 1e-6  # of the largest unit: what is nearer than this differs by rounding alone

Hidden = Annotated[int, require.whole_from(0, 100)]
Pixels = Annotated[str, require.one_of(PIXELS)]
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


# --- from a first weight to what is learnt ----------------------------------------------------------------------------


@require.guarded
@measured
def train_from(
    *, constant: Finite | None = None, noise: NonNegative = 0.0, pixels: Pixels = "standardized",
    activation: ActivationName = "tanh", hidden: Hidden = 2, width: Width = 50, rate: NonNegative = 0.1,
    steps: TrainSteps = 200, batch: Batch = 64, seeds: Networks = 5, seed: Seed = 0,
) -> StartRecord:  # fmt: skip
    """w = constant + noise · ζ, ζ ~ N(0, 1).  Train ``seeds`` networks from such weights, and count what is learnt.

    Training is plain SGD on the digits. Each network has its own weights and its own order of the pictures, so that
    networks of equal weights differ too. constant : of all weights, the last layer's included; None draws He's weights
    for ReLU and Xavier's for the others. pixels : one in PIXELS; hidden : how many hidden layers, from 0 on. Raises
    ValueError naming the argument, its value and what is allowed.
    """
    require_work("(hidden + 1) · steps", hidden + 1, steps, most=CALLS)
    require.total("seeds · (hidden + 1) · width · (width + batch)", seeds * (hidden + 1) * width * (width + batch))
    digits = data.digits()
    x, x_test = (PIXELS[pixels](pictures) for pictures in (digits.x_train, digits.x_test))
    rngs = [np.random.default_rng((seed, k)) for k in range(seeds)]
    params = _first_weights([64, *[width] * hidden, 10], constant, noise, activation, rngs[0], seeds)
    streams = [data.batches(x, digits.y_train, batch, rng=rng) for rng in rngs]
    together = (tuple(map(np.stack, zip(*each, strict=True))) for each in zip(*streams, strict=True))
    fitted = train.fit(params, train.classifier(activation), together, optimizer=train.sgd(rate), steps=steps)
    records = [*fitted]
    params = records[-1].params
    losses = np.full((seeds, steps), np.nan)
    losses[:, : len(records)] = np.stack([record.loss for record in records], axis=1)
    learnt, tested = [_accuracy(params, each, labels, activation) for each, labels in _both(digits, x, x_test)]
    different = [_different(W) for W in params[0].affine.W] if hidden else [10] * seeds
    return StartRecord(
        constant, noise, pixels, activation, hidden, width, rate, steps, losses, learnt, tested, np.array(different)
    )


def _first_weights(sizes, constant, noise, activation, rng, seeds: int) -> list:
    """The layers of ``seeds`` networks, with weights around a constant or as the usual scheme draws them."""
    params = models.init_mlp(sizes, scheme=usual(activation), activation=activation, rng=rng, ensemble=(seeds,))
    if constant is None:
        return params
    shapes = [layer.affine.W.shape for layer in params]
    weights = [constant + noise * rng.standard_normal(shape) for shape in shapes]
    return [models.Layer(Affine(W, layer.affine.b)) for W, layer in zip(weights, params, strict=True)]


def _both(digits, x: Array, x_test: Array) -> list[tuple[Array, Array]]:
    return [(x, digits.y_train), (x_test, digits.y_test)]


def _accuracy(params: list, x: Array, labels: Array, activation: str) -> Array:
    """The share of the pictures that each network classifies, (seeds,)."""
    logits, _ = models.mlp(params, x, activation)
    return share_correct(logits, labels)


def _different(W: Array) -> int:
    """How many units of a layer differ by more than a millionth of the largest.   W : (inputs, units)."""
    largest = np.max(np.linalg.norm(W, axis=0))
    kept: list[Array] = []
    for unit in W.T:
        if all(np.linalg.norm(unit - other) > ALIKE * largest for other in kept):
            kept.append(unit)
    return max(1, len(kept))
