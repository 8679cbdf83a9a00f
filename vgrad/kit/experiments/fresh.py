"""Small fresh networks, for experiments of a few lines."""

from __future__ import annotations

import numpy as np

from ... import data, init, models, ops, probes
from ...ops import Array
from .flow import flow


def ratio(seed: int, **settings) -> float:
    """Return the median of ‖dh_1‖ over the last layer's, as ``flow`` measures it."""
    return flow(**dict(seeds=8, batch=16) | settings, seed=seed).ratio


def sigmoid(seed: int, loss=1.0):
    """Return twenty sigmoid layers after a forward pass: their params, their tape and a cotangent."""
    params = layers(seed, [64] * 21, ensemble=(5,), scheme="xavier_normal")
    x, cotangent = normal(seed + 100, 2, 5, 16, 64)
    return params, models.hidden(params, x, "sigmoid")[1], loss * cotangent


def both_ends(seed: int, **settings) -> float:
    """Return the median of ‖dh_1‖ over the last layer's, in the sigmoid networks of ``sigmoid``."""
    _, tape, cotangent = sigmoid(seed, **settings)
    dh = probes.norms(tape, cotangent).dh
    return float(np.median(dh[:, 0] / dh[:, -1]))


def first_layer(seed: int) -> Array:
    """Return the entries of the first layer's dW of a mean over some million samples, in float32.

    They are those of tanh layers for a batch of digits, times 2**-20.
    """
    digits = data.digits()
    params = models.init_mlp([64, 32, 32, 32, 10], scheme="xavier_normal", rng=np.random.default_rng((seed, 0)))
    logits, tape = models.mlp(params, digits.x_train[:32], "tanh")
    _, pullback = ops.softmax_cross_entropy(logits, digits.y_train[:32])
    entries = 2.0**-20 * models.gradients(tape, pullback())[0][0].affine.W
    return entries[entries != 0].astype(np.float32)


def layers(seed: int, sizes: list[int], **options) -> list:
    """Return fresh hidden layers of these ``sizes``, without a readout."""
    return models.init_mlp([*sizes, 1], rng=np.random.default_rng((seed, 0)), **options)[:-1]


def normal(seed: int, *shape: int) -> Array:
    """Return N(0, 1) numbers of this shape, which have a seed of their own."""
    return init.normal(np.random.default_rng((seed, 1)), shape)


def size(array: Array) -> float:
    """Return the norm of an array, all its entries together."""
    return float(np.linalg.norm(array))


def decades(ratio: float) -> float:
    """Return log10 of a ratio: how many factors of ten it is."""
    return float(np.log10(ratio))
