"""Who comes to the clinic: networks with one illness each, and the treatments that there are.

``patient`` draws who comes with this number. ``drawn`` is the network before training, and ``trained`` is its training.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import numpy as np

from .... import data, models, require, train
from ....kit.experiments.learning import usual
from ....kit.experiments.protocol import norm_and_skip
from ....ops import Array
from ....require import guarded
from ..records import LAST, Patient

MOST = 80  # numbers of patients
BATCH = 64
LOOK = 10  # steps of training after which the gradient is looked at again
WARMUP = 50  # steps of the treatment that is called so
RATE = 0.03  # the learning rate that fits, with momentum
SMALL = 2e-4
LARGE = 3.0
FIT = dict(activation="tanh", depth=6), dict(activation="relu", depth=5), dict(activation="leaky_relu", depth=5)
ADAM = dict(optimizer="adam", rate=2e-3)
TINY = ADAM | dict(precision="float16", weight=1e-6)
POST_NORM = dict(norm="layer_output", skip="pre", depth=16, width=48, optimizer="adam", rate=0.015)
BYTES = dict(spread=96.0, centre=78.0)  # pixels from 0 to 255, where the others see them standardized
CASES: tuple[tuple[str, dict], ...] = (
    ("vanishing", dict(activation="sigmoid", depth=14)),
    ("vanishing", dict(activation="relu", depth=10, scheme="glorot_standard")),
    ("vanishing", dict(activation="tanh", depth=14, gain=0.5)),
    ("exploding", dict(activation="relu", depth=7, gain=3.0)),
    ("exploding", dict(activation="leaky_relu", depth=7, gain=3.0)),
    ("exploding", dict(activation="relu", depth=16, skip="post")),
    ("saturated", dict(activation="tanh", depth=4, gain=20.0)),
    ("saturated", dict(activation="tanh", depth=6, gain=15.0)),
    ("dead", dict(activation="relu", depth=5, bias=-2.0)),
    ("dead", dict(activation="relu", depth=6, scheme="lecun_normal", bias=-1.5)),
    ("collapsed", dict(activation="relu", depth=12, scheme="lecun_normal", bias=1.0)),
    ("collapsed", dict(activation="leaky_relu", depth=14, scheme="lecun_normal", bias=1.0)),
    ("shattered", dict(activation="relu", depth=14, norm="batch")),
    ("shattered", dict(activation="leaky_relu", depth=14, norm="batch")),
    *(("symmetry", net | dict(equal=True)) for net in FIT),
    *(("unscaled input", net | BYTES) for net in FIT[1:]),
    *(("unscaled input", net | dict(centre=20.0)) for net in FIT[1:]),
    *(("too low precision", net | TINY) for net in FIT),
    *(("missing warm-up", POST_NORM | dict(activation=name)) for name in ("relu", "leaky_relu")),
    *(("rate too small", net | dict(rate=SMALL)) for net in FIT),
    *(("rate too large", net | dict(rate=LARGE)) for net in FIT),
    *(("healthy", net) for net in FIT),
    ("healthy", dict(activation="sigmoid", depth=8, norm="batch")),
)
ILLNESSES = tuple(dict.fromkeys(illness for illness, _ in CASES))
FIRST = (  # who comes with the first numbers, so that a class meets every illness
    "healthy", "collapsed", "unscaled input", "rate too large", "dead", "healthy", "missing warm-up", "shattered",
    "too low precision", "saturated", "symmetry", "rate too small", "missing warm-up", "exploding", "unscaled input",
    "vanishing",
)  # fmt: skip
USUAL = dict(
    scheme=None, gain=1.0, bias=0.0, equal=False, width=32, norm=None, skip=None, alpha=1.0, spread=1.0, centre=0.0,
    precision="float32", weight=1.0, optimizer="momentum", rate=RATE, warmup=None, clip_norm=None,
)  # fmt: skip
TREATMENTS = {
    "weights that fit": lambda net: net | dict(scheme=None, gain=1.0, bias=0.0, equal=False),
    "batch norm": lambda net: net | dict(norm="batch", skip=None),
    "a path, 1/depth": lambda net: net | dict(skip="post", alpha="1/depth", norm=None),
    "clip the gradient": lambda net: net | dict(clip_norm=1.0),
    "scale the inputs": lambda net: net | dict(spread=1.0, centre=0.0),
    "float32": lambda net: net | dict(precision="float32"),
    "a warm-up": lambda net: net | dict(warmup=WARMUP),
    "rate × 100": lambda net: net | dict(rate=100 * net["rate"]),
    "rate ÷ 100": lambda net: net | dict(rate=net["rate"] / 100),
    "leave it alone": dict,
}
PatientNumber = Annotated[int, lambda _, number: require.whole("patient", number, 1, MOST)]


class Training(NamedTuple):
    """What a training has done, and the network after LOOK steps of it."""

    losses: Array  # (steps,); NaN where training had ended
    accuracy: float  # of the last batches
    updates: Array  # (layers,): the median over the steps of ‖ΔW‖ / ‖W‖
    soon: list  # the parameters after LOOK steps, or where training ended before


@guarded
def patient(number: PatientNumber) -> Patient:
    """Draw the patient of that number, who has an illness, one of its cases, and a network with weights of its own."""
    rng = np.random.default_rng((number, 11))
    illness = ILLNESSES[rng.integers(len(ILLNESSES))]
    if number <= len(FIRST):
        illness = FIRST[number - 1]
    cases = [net for name, net in CASES if name == illness]
    return Patient(number, illness, USUAL | cases[rng.integers(len(cases))], int(rng.integers(2**31)))


def pictures(net: dict, dtype: str) -> tuple[Array, Array]:
    """Return the pictures of the training set as this network receives them, and their labels."""
    digits = data.digits(dtype=dtype)
    x = digits.x_train * net["spread"] + net["centre"]
    return x.astype(dtype), digits.y_train


def drawn(net: dict[str, Any], seed: int, dtype: str) -> tuple[list, dict[str, Any]]:
    """Return the network's weights, and its norm and path."""
    path = norm_and_skip(net["norm"], net["skip"], net["alpha"])
    scheme = net["scheme"] or usual(net["activation"])
    kind: dict[str, Any] = dict(scheme=scheme, gain=net["gain"], activation=net["activation"], dtype=dtype)
    sizes = [64, *[net["width"]] * net["depth"], 10]
    *hidden, readout = models.init_mlp(sizes, rng=np.random.default_rng(seed), **kind, **path)
    bias = np.array(net["bias"], dtype)
    moved = [layer._replace(affine=layer.affine._replace(b=layer.affine.b + bias)) for layer in hidden]
    return [*(map(_equal, moved) if net["equal"] else moved), readout], path


def _equal(layer: models.Layer) -> models.Layer:
    """The layer whose weights all have one value, by which a layer of equal units hands on its size."""
    W = layer.affine.W
    return layer._replace(affine=layer.affine._replace(W=np.full_like(W, 1 / len(W))))


def model_of(net: dict[str, Any], path: dict) -> Callable:
    """Return the model that trains this network, with its precision and the weight of its loss."""
    model = train.classifier(net["activation"], precision=net["precision"], **path)

    def weighted(params, batch, dloss=1.0):
        return model(params, batch, dloss * net["weight"])

    return weighted


def trained(net: dict, seed: int, steps: int) -> Training:
    """Train the network in float32, or on its own precision's copy of it, and return what came of it."""
    params, path = drawn(net, seed, "float32")
    batches = data.batches(*pictures(net, "float32"), BATCH, rng=np.random.default_rng((seed, 1)))
    rule = train.OPTIMIZERS[net["optimizer"]](net["rate"])
    rule = train.warmup(rule, net["warmup"]) if net["warmup"] else rule
    fitted = train.fit(params, model_of(net, path), batches, optimizer=rule, steps=steps, clip_norm=net["clip_norm"])
    records = [*fitted]
    losses = np.full(steps, np.nan)
    losses[: len(records)] = [record.loss for record in records]
    last = np.array([record.accuracy for record in records[-LAST:]])
    accuracy = 0.0 if records[-1].trouble else float(last.mean())
    updates = np.median([record.update for record in records], axis=0)
    return Training(losses, accuracy, updates, records[:LOOK][-1].params)
