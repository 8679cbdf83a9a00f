"""The networks of the clinic: how one is drawn, what it is fed, and how it is trained.

A network is a dict of settings, as ``patients.USUAL`` has them all. ``trained`` runs its training, and ``dh_of`` looks
at its gradient at any time of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .... import data, models, ops, probes, train
from ....kit.experiments.learning import usual
from ....kit.experiments.protocol import norm_and_skip
from ....ops import Array
from ....tape import tree_map
from ..records import LAST

BATCH = 64
LOOK = 10  # steps of training after which the gradient is looked at again


class Training(NamedTuple):
    """What a training has done, and the network after LOOK steps of it."""

    losses: Array  # (steps,); NaN where training had ended
    accuracy: float  # of the last batches
    updates: Array  # (layers,): the median over the steps of ‖ΔW‖ / ‖W‖
    soon: list  # the parameters after LOOK steps, or where training ended before


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


def passed(net: list, path: dict, activation: str, batch, weight: float = 1.0) -> tuple[list, Array]:
    """Return the tape of the batch, and the gradient of its loss, times that weight, at the logits."""
    logits, tape = models.mlp(net, batch[0], activation, **path)
    _, pullback = ops.softmax_cross_entropy(logits, batch[1])
    return tape, pullback(weight)


def dh_of(net: dict, params: list) -> Array:
    """Return dh by layer of a network with these parameters, relative to the last layer, (depth,)."""
    x, labels = pictures(net, "float64")
    wide = tree_map(lambda array: array.astype("float64"), params)
    path = norm_and_skip(net["norm"], net["skip"], net["alpha"])
    tape, dlogits = passed(wide, path, net["activation"], (x[:BATCH], labels[:BATCH]))
    dh = probes.flow(wide, tape, dlogits).dh
    return dh / dh[-1]
