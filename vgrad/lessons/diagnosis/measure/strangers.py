"""Networks that the report has not seen, drawn at random: half of them learn, and no two ask the same question.

``stranger`` draws the settings of one, from a number. ``meet`` looks at it before its first step and trains it, and
that is what the stored table "diagnosis_strangers" runs in each cell. The limits of the report
were set on friends, which are MLPs of one activation with the faults of FAMILIAR.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from .... import data, models, ops, probes, train
from ....kit.experiments.protocol import measured, share_correct
from ....ops import Array
from ....require import Count, Finite, Flag, Numbers, Seed, Text, guarded
from ....tape import tree_map
from ....train.model import Pass
from ..records import LAST
from .faults import draw

BATCH = 64
STEPS = 250
RATES = {"momentum": (0.1, 0.02, 0.004), "adam": (0.01, 0.003, 0.001)}
ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus")
FAMILIAR = ("constant", "readout", "bias")  # faults that friends have
SHARES = {"mlp": 0.3, "mixed": 0.25, "convolutional": 0.2, "transformer": 0.25}  # of the kinds among strangers


@guarded
def stranger(number: Seed, friend: Flag = False) -> dict[str, Any]:
    """Draw the settings of the network of that number. A friend is an MLP of one activation."""
    rng = np.random.default_rng((number, 41 if friend else 43))
    kind = "mlp" if friend else str(rng.choice([*SHARES], p=[*SHARES.values()]))
    settings: dict[str, Any] = dict(kind=kind, seed=number, **OF_KIND[kind](rng))
    settings["gain"] = _rounded(np.exp(0.3 * rng.standard_normal()))
    settings["dtype"] = "float16" if kind in ("mlp", "mixed") and rng.random() < 0.12 else "float32"
    if rng.random() < 0.4:
        fault = str(rng.choice(FAMILIAR if friend else [*AMOUNTS]))
        settings |= dict(fault=fault, amount=_rounded(AMOUNTS[fault](rng)))
    if rng.random() < 0.15:
        settings["ink"] = _rounded(10 ** rng.uniform(-2, 2.5))
    adam = kind == "transformer" or rng.random() < 0.25
    return settings | dict(optimizer="adam" if adam else "momentum")


@guarded
@measured
def meet(
    kind: Text, *, seed: Seed, optimizer: Text, ink: Finite = 1.0, shift: Finite = 0.0, weight: Finite = 1.0,
    rates: Numbers | None = None, at: Seed = 0, steps: Count = STEPS, **settings
) -> dict[str, Any]:  # fmt: skip
    """Look at one network, and train copies of it, one at each learning rate.

    ink, shift : by what its inputs are multiplied, and what is added to them; weight : of the loss, by which the rates
    are divided; at : the step of training after which the report is asked, beside the first reading, which takes one
    rate. Returns what was measured, what the report says, and the mean accuracy of the last batches at each rate, which
    is 0 where numbers ceased to be finite.
    """
    network = draw(kind, seed, **settings)
    digits = data.digits(dtype=settings["dtype"])
    inputs = (digits.x_train.astype("float64") * ink + shift).astype(settings["dtype"])
    look = partial(_look, network.forward, inputs[:BATCH], digits.y_train[:BATCH], weight)
    first, norms = look(network.params)
    rates = RATES[optimizer] if rates is None else rates
    batches = data.batches(inputs, digits.y_train, BATCH, rng=np.random.default_rng((seed, 1)))
    copies = tree_map(lambda array: np.repeat(array[None], len(rates), axis=0), network.params)
    rule = train.OPTIMIZERS[optimizer](np.array(rates) / (weight if optimizer == "momentum" else 1.0))
    records = [*train.fit(copies, _classifier(network.forward, weight), batches, optimizer=rule, steps=steps)]
    health = first
    if at:
        params = tree_map(lambda array: array[0], records[min(at, len(records)) - 1].params)
        health, norms = look(params, first=first)
    accuracy = _accuracy(records)
    return dict(**health.measures._asdict(), norms=norms, band=health.band, accuracy=accuracy)


def _look(forward, x: Array, labels: Array, weight: float, params: list, **first):
    """The report at one batch, and the norm of each layer's gradients."""
    logits, tape = forward(params, x)
    _, pullback = ops.softmax_cross_entropy(logits, labels)
    dlogits = pullback(weight)
    grads, _ = models.gradients(tape, dlogits)
    norms = np.array([float(train.global_norm([layer])) for layer in grads])
    return probes.health(params, tape, dlogits, **first), norms


def _accuracy(records: list[train.TrainRecord]) -> Array:
    """The accuracies over the last batches, one of each rate."""
    accuracy = np.mean(np.array([record.accuracy for record in records[-LAST:]]), axis=0)
    finite = np.isfinite(records[-1].loss) & (records[-1].trouble is None)
    return np.where(finite, accuracy, 0.0)


def _classifier(forward, weight: float):
    def model(params, batch, dloss=1.0):
        x, labels = batch
        logits, tape = forward(params, x)
        loss, pullback = ops.softmax_cross_entropy(logits, labels)
        grads, _ = models.gradients(tape, pullback(dloss * weight))
        return Pass(loss, share_correct(logits, labels), grads, lambda: "numbers ceased to be finite")

    return model


# --- what is drawn ----------------------------------------------------------------------------------------------------


def _rounded(number: float) -> float:
    return float(f"{number:.3g}")


def _one_of(rng, options):
    return options[rng.integers(len(options))]


def _scheme(rng, activation: str) -> str:
    """A scheme that suits the activation, or one in three times any."""
    if rng.random() < 0.35:
        return _one_of(rng, ("xavier_uniform", "lecun_normal", "he_uniform", "orthogonal", "torch_linear"))
    return "he_normal" if activation in ("relu", "leaky_relu", "gelu", "silu") else "xavier_normal"


def _of_mlp(rng) -> dict[str, Any]:
    activation = _one_of(rng, ACTIVATIONS)
    norm = _one_of(rng, ("batch", "layer", "rms")) if rng.random() < 0.25 else None
    skip = _one_of(rng, ("activation_last", "activation_first", "branch")) if rng.random() < 0.25 else None
    return dict(
        depth=int(rng.integers(2, 22)), width=_one_of(rng, (16, 32, 48)), activation=activation,
        scheme=_scheme(rng, activation), norm=norm, skip=skip, alpha=_one_of(rng, (1.0, "1/sqrt(depth)", "1/depth")),
    )  # fmt: skip


def _of_mixed(rng) -> dict[str, Any]:
    depth = int(rng.integers(2, 21))
    chosen = [_one_of(rng, ACTIVATIONS) for _ in range(rng.integers(2, 4))]
    activations = [_one_of(rng, chosen) for _ in range(depth)]
    widths = [int(2 ** rng.uniform(2.5, 6.5)) for _ in range(depth)]
    return dict(widths=widths, activations=activations, scheme=_scheme(rng, activations[0]))


def _of_convolutional(rng) -> dict[str, Any]:
    activation = _one_of(rng, ACTIVATIONS)
    return dict(
        depth=int(rng.integers(2, 9)), channels=_one_of(rng, (1, 2)), activation=activation,
        scheme=_scheme(rng, activation),
    )  # fmt: skip


def _of_transformer(rng) -> dict[str, Any]:
    return dict(
        depth=int(rng.integers(1, 6)), width=16, heads=_one_of(rng, (1, 2)), activation=_one_of(rng, ("gelu", "relu")),
        scheme="xavier_normal", norm=_one_of(rng, ("layer", "rms", None)), place=_one_of(rng, ("pre", "post")),
        last_maps=_one_of(rng, ("plain", "plain", "gpt2", "zero")),
    )  # fmt: skip


OF_KIND = {"mlp": _of_mlp, "mixed": _of_mixed, "convolutional": _of_convolutional, "transformer": _of_transformer}
AMOUNTS = {
    "constant": lambda rng: _one_of(rng, (0.0, 0.01, 0.1, 1.0)),
    "constant hidden": lambda rng: _one_of(rng, (0.01, 0.05, 0.2)),
    "nearly constant": lambda rng: 10 ** rng.uniform(-6, -0.5),
    "readout": lambda rng: _one_of(rng, (0.0, 1e-3, 30.0, 1e3, 1e4)),
    "bias": lambda rng: rng.uniform(-3, 3),
    "one layer": lambda rng: 10 ** rng.uniform(-4, 3),
    "one bias": lambda rng: rng.uniform(-12, 6),
    "equal units": lambda rng: 1.0,
    "sparse": lambda rng: rng.uniform(0.02, 0.5),
    "low rank": lambda rng: _one_of(rng, (1, 2, 4)),
    "heavy tails": lambda rng: _one_of(rng, (1.1, 1.5, 3.0)),
}


STRANGERS = [stranger(number) for number in range(6000, 6161)]
