"""From gradients to an update: sgd, momentum, adam and adamw, a warm-up around them, and clipping before them.

Parameters, gradients and an optimizer's memory are trees of one form (tuples, NamedTuples, lists of arrays), so that
each rule is one ``tree_map``. With leading ensemble axes, S networks learn in one call, each on its own; a rate (S,)
gives each its own rate.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import numpy as np

from .. import require
from ..ops import Array
from ..ops.shapes import at_least_float32
from ..probes.size import norm
from ..require import NonNegative, bare, guarded, guarded_by
from ..tape import leaves, tree_map

ALMOST = 0.999999  # the longest memory: one of 1 would never learn anything new


def require_arrays(name: str, tree) -> None:
    """Raise ValueError unless ``tree`` is a tree of arrays, of one at least."""
    arrays = leaves(tree)
    require.instance(name, tree, arrays, "arrays, in tuples or lists, such as parameters and their gradients")
    for array in arrays:
        require.array(name, array)


def require_rates(name: str, rate) -> None:
    """Raise ValueError unless ``rate`` is a number of at least 0, or one for each network, (S,)."""
    if isinstance(rate, np.ndarray):
        require.shape(name, rate, "(), or (S,)", rate.ndim < 2)
        rate = np.ravel(rate).tolist()
    require.numbers(name, rate if isinstance(rate, (list, tuple)) else [rate], 0.0)


Rates = Annotated[Any, require_rates]  # a number of at least 0, or one per network, (S,)
Decay = Annotated[float, require.number_from(0.0, ALMOST)]
Gradients = Annotated[Any, require_arrays]
Axes = Annotated[int, require.whole_from(0, 32)]
Steps = Annotated[int, require.whole_from(1, 10**9)]
Rule = Annotated["Optimizer", lambda name, value: _require_optimizer(name, value)]


class Optimizer(NamedTuple):
    """A rule:  memory = start(params);  update, memory = step(grads, memory, params);  params <- params + update."""

    start: Callable[[Any], Any]
    step: Callable[[Any, Any, Any], tuple[Any, Any]]
    rate: Array | np.float64 = np.float64(0)  # () or (S,), of networks that learn at rates of their own


@guarded
def sgd(rate: Rates) -> Optimizer:
    """ΔW = -rate · dW.  Returns the rule of gradient descent, which keeps no memory.   rate : one, or (S,) of them."""
    rate = np.asarray(rate, float)

    def step(grads, memory, params):
        return tree_map(lambda d: -_per(rate, d) * d, grads), memory

    return Optimizer(lambda params: (), step, rate)


@guarded
def momentum(rate: Rates, decay: Decay = 0.9) -> Optimizer:
    """v <- decay · v + dW,  ΔW = -rate · v.  Returns the rule of Polyak 1964, in the form of PyTorch's SGD."""
    rate = np.asarray(rate, float)
    decay = float(decay)

    def step(grads, speed, params):
        speed = tree_map(lambda v, d: decay * v + d, speed, grads)
        return tree_map(lambda v: -_per(rate, v) * v, speed), speed

    return Optimizer(lambda params: tree_map(np.zeros_like, params), step, rate)


@guarded
def adam(rate: Rates, decay: Decay = 0.9, decay_squares: Decay = 0.999, floor: NonNegative = 1e-8) -> Optimizer:
    """m <- β₁ m + (1 - β₁) dW,  s <- β₂ s + (1 - β₂) dW²,  ΔW = -rate · m̂ / (√ŝ + floor).

    Returns the rule of Kingma & Ba 2015, alg. 1, where β₁ and β₂ are the two decays, and m̂ and ŝ are m and s over
    1 - βᵗ. They are kept in float32 at least, because float16 has neither dW² nor the floor. The step is divided by the
    gradient's own size, and so a gradient of 1e-6 moves W as far as one of 1 does.
    """
    rate = np.asarray(rate, float)
    beta1 = float(decay)
    beta2 = float(decay_squares)

    def step(grads, memory, params):
        count, mean, square = memory
        count += 1
        mean = tree_map(lambda m, d: beta1 * m + (1 - beta1) * d.astype(m.dtype), mean, grads)
        square = tree_map(lambda s, d: beta2 * s + (1 - beta2) * d.astype(s.dtype) ** 2, square, grads)

        def update(m, s, d):
            root = np.sqrt(s / (1 - beta2**count))
            return (-_per(rate, m) * (m / (1 - beta1**count)) / (root + float(floor))).astype(d.dtype)

        return tree_map(update, mean, square, grads), (count, mean, square)

    return Optimizer(lambda params: (0, tree_map(_zeros, params), tree_map(_zeros, params)), step, rate)


@guarded
def adamw(
    rate: Rates, decay: Decay = 0.9, decay_squares: Decay = 0.999, floor: NonNegative = 1e-8,
    weight_decay: NonNegative = 0.01,
) -> Optimizer:  # fmt: skip
    """ΔW = -rate · (m̂ / (√ŝ + floor) + weight_decay · W).  Returns the rule of Loshchilov & Hutter 2019, alg. 2.

    The first term is adam's. The decay is decoupled from the gradient. If it were a part of it, adam would divide it by
    the gradient's own size, and the weights of large gradients would hardly decay. As in PyTorch, the rate multiplies
    both terms, and biases and norms decay too.
    """
    rule = bare(adam)(rate, decay, decay_squares, floor)

    def step(grads, memory, params):
        update, memory = rule.step(grads, memory, params)
        return tree_map(lambda u, W: u - decayed(at_least_float32(W)).astype(u.dtype), update, params), memory

    def decayed(W):
        return _per(rule.rate * float(weight_decay), W) * W

    return Optimizer(rule.start, step, rule.rate)


@guarded
def warmup(optimizer: Rule, steps: Steps) -> Optimizer:
    """ΔW_t = min(1, t / steps) · ΔW_t of the optimizer.  Returns a rule whose rate rises in a line to the full one.

    To scale the update is to scale the rate, because the update of each rule here is linear in it, adamw's decay
    included. The memory of a rule does not know of the warm-up: from the first step on, momentum gathers its full speed
    and adam its means and squares, from gradients at weights that have hardly moved.
    """

    def start(params):
        return 0, optimizer.start(params)

    def step(grads, memory, params):
        count, own = memory
        count += 1
        update, own = optimizer.step(grads, own, params)
        return tree_map(lambda u: min(1.0, count / steps) * u, update), (count, own)

    return Optimizer(start, step, optimizer.rate)


def _zeros(array: Array) -> Array:
    """A memory for an array, in float32 at least."""
    return np.zeros(array.shape, np.result_type(array, np.float32))


OPTIMIZERS = {"sgd": sgd, "momentum": momentum, "adam": adam}


@guarded_by(lambda grads, ensemble=0: _same_networks(grads, ensemble))
def global_norm(grads: Gradients, ensemble: Axes = 0) -> Array:
    """√(Σ of all squares).  Returns the norm of all gradients together, one per network, in float64.

    It is what is usually watched, and clipped.   ensemble : how many leading axes count networks.
    """
    rows = [np.reshape(d, (*d.shape[:ensemble], 1, math.prod(d.shape[ensemble:]))) for d in leaves(grads)]
    return norm(np.concatenate(rows, axis=-1))


@guarded_by(lambda grads, max_norm, ensemble=0: _same_networks(grads, ensemble))
def clip_by_norm(grads: Gradients, max_norm: NonNegative, ensemble: Axes = 0):
    """grads · min(1, max_norm / ‖grads‖).  Returns the gradients, all scaled together, so that their direction stays.

    (Pascanu et al. 2013, alg. 1.) As in torch.nn.utils.clip_grad_norm_, there is 1e-6 in the denominator. What is not
    finite is not mended: of an infinite norm the factor is 0, and 0 · inf is NaN.
    """
    with np.errstate(invalid="ignore"):
        factor = np.minimum(1.0, max_norm / (bare(global_norm)(grads, ensemble) + 1e-6))
        return tree_map(lambda d: (d * _per(factor, at_least_float32(d))).astype(d.dtype, copy=False), grads)


@guarded
def clip_by_value(grads: Gradients, limit: NonNegative):
    """min(max(d, -limit), limit).  Returns the gradients, each entry clipped by itself, which turns them.

    (Mikolov 2012, §3.2.) A NaN stays.
    """
    with np.errstate(over="ignore"):  # a limit beyond the precision is inf
        return tree_map(lambda d: np.clip(d, d.dtype.type(-limit), d.dtype.type(limit)), grads)


def _per(factor, array: Array) -> Array:
    """A factor per network, against an array of all of them, in the array's precision."""
    factor = np.asarray(factor)
    return factor.reshape(factor.shape + (1,) * (array.ndim - factor.ndim)).astype(array.dtype)


def _same_networks(grads, ensemble: int) -> None:
    """Raise ValueError unless the first ``ensemble`` axes of all arrays are the same."""
    arrays = leaves(grads)
    least = min(array.ndim for array in arrays)
    require.whole("ensemble", ensemble, 0, least)
    first = arrays[0].shape[:ensemble]
    for array in arrays:
        fits = array.shape[:ensemble] == first
        require.shape("grads", array, f"{first} in front, as the first of them has", fits)


def _require_optimizer(name: str, value) -> None:
    if not isinstance(value, Optimizer):
        raise ValueError(
            f"{name} is {require.shown(value)}; allowed is an Optimizer, as of train.sgd, momentum or adam"
        )
    require.instance(name, value, callable(value.start) and callable(value.step), "an Optimizer with two functions")
    require_rates(f"{name}.rate", value.rate)
