"""From gradients to an update: sgd, momentum and adam, and clipping before them.

Parameters, gradients and an optimizer's memory are trees of one form (tuples, NamedTuples, lists of arrays), so that
each rule is one ``tree_map``. With leading ensemble axes, S networks learn in one call, each on its own; a rate (S,)
gives each its own rate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .. import probes, require
from ..ops import Array
from ..tape import leaves, tree_map

ALMOST = 0.999999  # the longest memory: one of 1 would never learn anything new


def trained(name: str, tree) -> None:
    """Raise ValueError unless ``tree`` is a tree of arrays, of one at least."""
    arrays = leaves(tree)
    fits = arrays and all(hasattr(array, "dtype") for array in arrays)
    require.instance(name, tree, fits, "arrays, in tuples or lists, such as parameters and their gradients")


checked = require.checked(grads=trained, ensemble=lambda name, value: require.whole(name, value, 0))


class Optimizer(NamedTuple):
    """A rule:  memory = start(params);  update, memory = step(grads, memory);  params <- params + update."""

    start: Callable[[Any], Any]
    step: Callable[[Any, Any], tuple[Any, Any]]
    rate: Array = np.float64(0)  # () or (S,), of networks that learn at rates of their own


def sgd(rate) -> Optimizer:
    """ΔW = -rate · dW.   rate : a number, or one per network, (S,)."""
    rate = _rate(rate)

    def step(grads, memory):
        return tree_map(lambda d: -_per(rate, d) * d, grads), memory

    return Optimizer(lambda params: (), step, rate)


def momentum(rate, decay: float = 0.9) -> Optimizer:
    """v <- decay · v + dW,  ΔW = -rate · v  (Polyak 1964, as in PyTorch's SGD)."""
    rate, decay = _rate(rate), require.number("decay", decay, 0.0, ALMOST)

    def step(grads, speed):
        speed = tree_map(lambda v, d: decay * v + d, speed, grads)
        return tree_map(lambda v: -_per(rate, v) * v, speed), speed

    return Optimizer(lambda params: tree_map(np.zeros_like, params), step, rate)


def adam(rate, decay: float = 0.9, decay_squares: float = 0.999, floor: float = 1e-8) -> Optimizer:
    """m <- β₁ m + (1 - β₁) dW,  s <- β₂ s + (1 - β₂) dW²,  ΔW = -rate · m̂ / (√ŝ + floor)  (Kingma & Ba 2015, alg. 1).

    m̂ and ŝ are m and s over 1 - βᵗ, in float32 at least: float16 has neither dW² nor the floor. It divides by the
    gradient's own size: a gradient of 1e-6 moves W as one of 1 does.
    """
    rate, floor = _rate(rate), require.number("floor", floor, 0.0)
    decay = require.number("decay", decay, 0.0, ALMOST)
    decay_squares = require.number("decay_squares", decay_squares, 0.0, ALMOST)

    def step(grads, memory):
        count, mean, square = memory
        count += 1
        mean = tree_map(lambda m, d: decay * m + (1 - decay) * d.astype(m.dtype), mean, grads)
        square = tree_map(lambda s, d: decay_squares * s + (1 - decay_squares) * d.astype(s.dtype) ** 2, square, grads)

        def update(m, s, d):
            root = np.sqrt(s / (1 - decay_squares**count))
            return (-_per(rate, m) * (m / (1 - decay**count)) / (root + floor)).astype(d.dtype)

        return tree_map(update, mean, square, grads), (count, mean, square)

    return Optimizer(lambda params: (0, tree_map(_zeros, params), tree_map(_zeros, params)), step, rate)


def _zeros(array: Array) -> Array:
    """A memory for an array, in float32 at least."""
    return np.zeros(array.shape, np.result_type(array, np.float32))


OPTIMIZERS = {"sgd": sgd, "momentum": momentum, "adam": adam}


@checked
def global_norm(grads, ensemble: int = 0) -> Array:
    """√(Σ of all squares), per network, in float64: what is usually watched, and clipped.   ensemble : leading axes."""
    rows = [np.reshape(d, (*d.shape[:ensemble], 1, -1)) for d in leaves(grads)]
    return probes.norm(np.concatenate(rows, axis=-1))


@checked
def clip_by_norm(grads, max_norm: float, ensemble: int = 0):
    """grads · min(1, max_norm / ‖grads‖), all together, so that their direction stays (Pascanu et al. 2013, alg. 1).

    As torch.nn.utils.clip_grad_norm_, its 1e-6 in the denominator included. What is not finite is not mended: of an
    infinite norm the factor is 0, and 0 · inf is NaN.
    """
    max_norm = require.number("max_norm", max_norm, 0.0)
    with np.errstate(invalid="ignore"):
        factor = np.minimum(1.0, max_norm / (global_norm(grads, ensemble) + 1e-6))
        return tree_map(lambda d: d * _per(factor, d), grads)


@checked
def clip_by_value(grads, limit: float):
    """Every entry into [-limit, limit]: the direction changes (Mikolov 2012, §3.2). A NaN stays."""
    limit = require.number("limit", limit, 0.0)
    return tree_map(lambda d: np.clip(d, -limit, limit), grads)


def _rate(rate) -> Array:
    """One number or several, each finite and at least 0."""
    for each in require.several("rate", np.ravel(rate).tolist()):
        require.number("rate", each, 0.0)
    return np.asarray(rate, float)


def _per(factor, array: Array) -> Array:
    """A factor per network, against an array of all of them, in the array's precision."""
    factor = np.asarray(factor)
    return factor.reshape(factor.shape + (1,) * (array.ndim - factor.ndim)).astype(array.dtype)
