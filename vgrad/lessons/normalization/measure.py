"""What does a norm do to the gradient? Networks without one, with batch norm and with layer norm, side by side.

``compare`` measures the gradient's flow through each, and ``growth`` the factor per layer for each batch. Both
follow the protocol of ``flow``, with its draws, bands and theory. ``parts`` takes a norm apart, and ``classify`` trains
networks to classify digits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np

from ... import data, models, probes, require, train
from ...kit.experiments.flow import MULTIPLY_ADDS, Activation, Budget, Depth, Many, Net, Scheme, Width, flow
from ...kit.experiments.learning import LAST, usual
from ...kit.experiments.protocol import BatchOfTwo, Networks, NonNegatives, TrainSteps, measured, require_work
from ...ops.activations import ACTIVATIONS
from ...ops.norms import EPSILON
from ...require import NonNegative, Seed
from ...tape import tree_map
from .records import DigitsRecord, GrowthRecord, NormsRecord, PartsRecord

NORMS = ("none", "batch", "layer")
PLACES = {"before": "", "after": "_after"}  # the activation; and what the norm is called in models.NORMS
DIVISORS = {"nothing": None, "sample": -1, "unit": -2}  # whose root mean square z is divided by: the axis of its mean
TRAINED = {"none": None, "batch": "batch", "layer": "layer", "scale": None}  # "scale": batch norm without its centring
RATES = (0.1, 0.03, 0.01, 0.003)  # learning rates, of which the best one counts
Norm = Annotated[str, require.one_of(NORMS)]
Place = Annotated[str, require.one_of(PLACES)]
Trained = Annotated[str, require.one_of(TRAINED)]
OptimizerName = Annotated[str, require.one_of(train.OPTIMIZERS)]
Hidden = Annotated[int, require.whole_from(0, 2_000)]
Two = Annotated[int, require.whole_from(2, 10_000)]


def _require_norms(name: str, values) -> None:
    """Raise ValueError unless ``values`` are a list of some of NORMS, or of none."""
    require.instance(name, values, isinstance(values, (list, tuple)), f"some of {NORMS}")
    for value in values:
        require.choice(name, value, NORMS)


def _require_batches(name: str, values) -> None:
    """Raise ValueError unless ``values`` are one or more sizes of a batch, of at least 2."""
    for value in require.several(name, values, 100):
        require.whole(name, value, 2, 10_000)


@require.guarded
def compare(
    *, norms: Annotated[tuple[str, ...], _require_norms] = NORMS, place: Place = "before", depth: Depth = 30,
    width: Width = 32, activation: Activation = "sigmoid", scheme: Scheme = "xavier_normal", gain: NonNegative = 1.0,
    batch: Two = 32, seeds: Many = 16, seed: Seed = 0, multiply_adds: Budget = MULTIPLY_ADDS,
) -> NormsRecord:  # fmt: skip
    """Run ``flow`` once for each of ``norms``, some of NORMS, on networks that differ in nothing else.

    place : "before" or "after" the activation; batch : at least 2, because batch norm needs two samples; all else as in
    ``flow``, and what is said there of ``multiply_adds`` holds for each norm.
    """
    net = Net(depth, width, activation, scheme, gain, batch=batch, seeds=seeds, seed=seed)
    named = {norm: None if norm == "none" else norm + PLACES[place] for norm in norms}
    flows = {
        norm: flow(**net._replace(norm=name)._asdict(), multiply_adds=multiply_adds) for norm, name in named.items()
    }
    return NormsRecord(net, place, flows)


@require.guarded
def growth(
    activation: Activation, *, norm: Norm = "batch",
    batches: Annotated[tuple[int, ...], _require_batches] = (4, 6, 8, 12, 16, 32, 64, 128),
    depth: Two = 20, width: Width = 64, seeds: Many = 16, seed: Seed = 0,
) -> GrowthRecord:  # fmt: skip
    """Measure by how much a layer multiplies the gradient at each size of the batch.   norm : one of NORMS."""
    net = Net(depth, width, activation, norm=None if norm == "none" else norm, seeds=seeds, seed=seed)
    records = [flow(**net._replace(batch=batch)._asdict()) for batch in batches]
    factors = [(record.dh[:, 0] / record.dh[:, -1]) ** (1 / (depth - 1)) for record in records]
    theory = [record.theory["dh"][0] ** (1 / (depth - 1)) for record in records]
    return GrowthRecord(activation, norm, depth, width, tuple(batches), np.array(factors), np.array(theory))


# --- a norm in parts --------------------------------------------------------------------------------------------------


@require.guarded
@measured
def parts(
    activation: Activation = "sigmoid", *, depth: Depth = 30, width: Width = 64, batch: Two = 64, seeds: Many = 16,
    seed: Seed = 0,
) -> PartsRecord:  # fmt: skip
    """Measure ‖dh_1‖ / ‖dh_depth‖ with some of the parts of a norm before each activation:  y = (z - mean) / rms.

    The mean is over the samples, unit by unit, and it is taken away or not. rms is the root mean square of what is left
    over the units of a "sample", over the samples of a "unit", or it is "nothing", so that nothing is divided. With the
    mean, "unit" is batch norm, and without it "sample" is an RMS norm. The networks are the same in all six cases.
    """
    rng = np.random.default_rng(seed)
    params = models.init_mlp([width] * (depth + 1) + [1], scheme="xavier_normal", ensemble=(seeds,), rng=rng)[:-1]
    x, cotangent = rng.standard_normal((2, seeds, batch, width))
    ratios = {}
    for divisor in DIVISORS:
        for centre in (False, True):
            _, tape = models.hidden(params, x, _with_parts(activation, centre, divisor))
            dh = probes.flow(params, tape, cotangent).dh
            ratios[divisor, centre] = dh[:, 0] / dh[:, -1]
    return PartsRecord(activation, depth, width, batch, ratios)


def _with_parts(activation: str, centre: bool, divisor: str) -> Callable:
    """Return φ of a z that is centred or not, and divided as ``parts`` says, as a function z -> (h, pullback)."""
    axis = DIVISORS[divisor]
    steps = [_centred] if centre else []
    steps += [] if axis is None else [lambda z: _divided(z, axis)]
    return _in_turn(*steps, ACTIVATIONS[activation])


def _in_turn(*functions: Callable) -> Callable:
    def whole(z):
        pullbacks = []
        for function in functions:
            z, pullback = function(z)
            pullbacks.append(pullback)

        def back(dh):
            for pullback in reversed(pullbacks):
                dh = pullback(dh)
            return dh

        return z, back

    return whole


def _centred(z):
    """y = z - mean z,  dz = dy - mean dy,  over the samples."""

    def pullback(dy):
        return dy - dy.mean(axis=-2, keepdims=True)

    return pullback(z), pullback


def _divided(z, axis: int):
    """y = z / rms,  dz = (dy - y mean(y dy)) / rms,  with rms = √(mean z² + ε)."""
    rms = np.sqrt(np.mean(z * z, axis=axis, keepdims=True) + z.dtype.type(EPSILON))
    y = z / rms
    return y, lambda dy: (dy - y * np.mean(y * dy, axis=axis, keepdims=True)) / rms


# --- does it train? ---------------------------------------------------------------------------------------------------


@require.guarded
@measured
def classify(
    activation: Activation = "sigmoid", *, norm: Trained = "none", depth: Hidden = 40, width: Width = 32,
    batch: BatchOfTwo = 48, steps: TrainSteps = 80, optimizer: OptimizerName = "momentum", rates: NonNegatives = RATES,
    seeds: Networks = 5, seed: Seed = 0,
) -> DigitsRecord:  # fmt: skip
    """Train ``seeds`` networks to classify digits at each of ``rates``, and return those of the best learning rate.

    It is the one with the best median accuracy over the batches of the last ten steps. The test pictures come in
    batches as large as in training, because batch norm needs one. ReLU gets He's weights, and all others Xavier's.
    depth : 0 is the readout alone, without a hidden layer; norm : one of TRAINED. Raises ValueError for sizes that are
    too large together.
    """
    sizes = (len(rates), seeds, depth + 1, width**2, batch, steps)
    require_work("len(rates) · seeds · (depth + 1) · width² · batch · steps", *sizes)
    phi, named = (_with_parts(activation, False, "unit"), None) if norm == "scale" else (activation, TRAINED[norm])
    digits = data.digits(dtype="float32")
    batches = data.batches(digits.x_train, digits.y_train, batch, rng=np.random.default_rng((seed, 1)))
    nets = _networks(activation, named, [64, *[width] * depth, 10], len(rates) * seeds, seeds, seed)
    rule = train.OPTIMIZERS[optimizer](np.repeat(rates, seeds))
    right = []
    for record in train.fit(nets, train.classifier(phi, norm=named), batches, optimizer=rule, steps=steps):
        nets = record.params  # of the last step alone, because all of them would fill the memory
        right.append(record.accuracy)
    shape = (len(rates), seeds)
    training = np.mean(right[-LAST:], axis=0).reshape(shape)
    best = int(np.median(training, axis=1).argmax())
    test = _tested(nets, phi, named, batch, seed).reshape(shape)
    return DigitsRecord(
        activation, norm, depth, width, batch, steps, optimizer, rates[best], training[best], test[best]
    )  # fmt: skip


def _networks(activation: str, norm: str | None, sizes: list[int], count: int, seeds: int, seed: int):
    """``count`` networks, of which only the first ``seeds`` differ: each learning rate begins with the same ones."""
    kind: dict[str, Any] = dict(scheme=usual(activation), norm=norm, dtype="float32")
    each = [models.init_mlp(sizes, rng=np.random.default_rng((seed, 0, k)), **kind) for k in range(seeds)]
    return tree_map(lambda *arrays: np.stack(arrays * (count // seeds)), *each)


def _tested(params, phi, norm: str | None, batch: int, seed: int):
    """Each network's accuracy on the test pictures, in shuffled batches; what is left over is dropped."""
    digits = data.digits(dtype="float32")
    order = np.random.default_rng((seed, 2)).permutation(len(digits.x_test))
    count = len(order) // batch
    right = []
    for chosen in order[: count * batch].reshape(count, batch):
        x = np.broadcast_to(digits.x_test[chosen], (len(params[-1].affine.W), batch, 64))
        logits, _ = models.mlp(params, x, phi, norm=norm)
        right.append(logits.argmax(axis=-1) == digits.y_test[chosen])
    return np.mean(right, axis=(0, 2))
