"""Small fresh networks, for experiments of a few lines."""

from __future__ import annotations

import numpy as np

from ... import init, models, ops, probes
from ...ops import Array
from .flow import flow


def ratio(seed: int, **settings) -> float:
    """Return the median of ‖dh_1‖ over the last layer's, as ``flow`` measures it."""
    return flow(**dict(seeds=8, batch=16) | settings, seed=seed).ratio


def sigmoid(seed: int, loss=1.0, shift=0.0):
    """Return twenty sigmoid layers after a forward pass: their params, their tape and a cotangent."""
    params = layers(seed, [64] * 21, ensemble=(5,), scheme="xavier_normal")
    x, cotangent = normal(seed + 100, 2, 5, 16, 64)
    return params, models.hidden(params, x + shift, "sigmoid")[1], loss * cotangent


def both_ends(seed: int, **settings) -> float:
    """Return the median of ‖dh_1‖ over the last layer's, in the sigmoid networks of ``sigmoid``."""
    _, tape, cotangent = sigmoid(seed, **settings)
    dh = probes.norms(tape, cotangent).dh
    return float(np.median(dh[:, 0] / dh[:, -1]))


def dead(seed: int, scheme: str) -> float:
    """Return the share of ReLU units of layer 20 that no one of 256 inputs makes fire: h, and so the slope, is 0."""
    params = layers(seed, [64] * 21, ensemble=(4,), scheme=scheme, activation="relu")
    h = models.hidden(params, normal(seed + 100, 4, 256, 64), "relu")[0]
    return float((h == 0).all(axis=-2).mean())


def layers(seed: int, sizes: list[int], **options) -> list:
    """Return fresh hidden layers of these ``sizes``, without a readout."""
    return models.init_mlp([*sizes, 1], rng=np.random.default_rng((seed, 0)), **options)[:-1]


def normal(seed: int, *shape: int) -> Array:
    """Return N(0, 1) numbers of this shape, which have a seed of their own."""
    return init.normal(np.random.default_rng((seed, 1)), shape)


def plain(W: Array) -> models.Layer:
    """Return a layer of these weights and no biases."""
    return models.Layer(ops.Affine(W, np.zeros(W.shape[-1])))


def jacobian(tape) -> Array:
    """Return d output / d input of a net whose inputs are all the same: row i is output i's."""
    return models.gradients(tape, np.eye(tape[-1].output.shape[-1]))[1]


def size(array: Array) -> float:
    """Return the norm of an array, all its entries together."""
    return float(np.linalg.norm(array))


def decades(ratio: float) -> float:
    """Return log10 of a ratio: how many factors of ten it is."""
    return float(np.log10(ratio))
