"""A layer with more to it: a norm before or after its activation, and a path around it.

A **norm** is one more step of a layer, "batch_norm 3". A **skip** is a path around the layer: after "fork 3" the state
on the tape has two lanes, (trunk, branch); the layer's steps work on the branch, while the trunk passes by; "join 3"
adds them, h_k = trunk + α branch. Backward, the trunk hands dh on untouched. In none of these forms is anything done
to the trunk: that is the lesson of He et al. 2016b, whose first nets (2016a) had a ReLU after each join.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..ops import Affine, Array, Norm
from ..ops.linear import affine
from ..ops.norms import batch_norm, layer_norm, rms_norm
from ..tape import Step

FORMS = {  # of a path around a layer: the layer's steps, in their order
    "activation_last": ("fork", "affine", "activation", "join"),  # h + α φ(h W)
    "activation_first": ("fork", "activation", "affine", "join"),  # h + α φ(h) W (He et al. 2016b, fig. 4e)
    "branch": ("fork", "affine", "activation", "affine b", "join"),  # h + α φ(h W_1) W_2, a branch of mean zero
}
KINDS = {"batch": batch_norm, "layer": layer_norm, "rms": rms_norm}
PLACES = ("before", "after", "input", "output")  # the activation, or: of the branch's input, after the join
NORMS = {kind if at == "before" else f"{kind}_{at}": (kind, at) for kind in KINDS for at in PLACES}
ALPHAS = {"1/sqrt(depth)": lambda depth: depth**-0.5, "1/depth": lambda depth: 1 / depth}


class Layer(NamedTuple):
    """The parameters of one layer. Where the skip is a two-layer branch, a pair of them stands for the layer."""

    affine: Affine
    norm: Norm | None = None


class Attention(NamedTuple):
    """The parameters of self-attention, each W (..., D, D); of QK-norm an RMS norm each for q and k, gamma (..., d)."""

    W_q: Array
    W_k: Array
    W_v: Array
    W_o: Array
    q_norm: Norm | None = None
    k_norm: Norm | None = None


class Block(NamedTuple):
    """The parameters of a transformer's block: attention, the two maps of its MLP, and a norm for each of the two.

    A block without an MLP has neither of the maps, and one norm.
    """

    attention: Attention
    first: Affine | None
    second: Affine | None
    norms: tuple[Norm, ...] | None = None


class Skip(NamedTuple):
    """A path around each layer:  h + alpha · branch.   alpha : a number, or a name in ALPHAS.

    A layer whose width changes has none, as there is nothing of its output's shape to add.
    """

    form: str | None = "activation_last"
    alpha: float | str = 1.0


def with_norm_and_skip(params: list, x, phi: Callable, norm: str | None, skip) -> tuple:
    """Return h_depth and the tape of hidden layers that have a norm, a skip, or both.

    Each layer takes the steps that FORMS lists for its skip, with the norm at the place that NORMS says.
    """
    kind, at = NORMS[norm] if norm else (None, None)
    skip = skip_named(skip)
    operations = _operations(phi, kind and KINDS[kind], _alpha(skip.alpha, len(params)))

    def steps_of(block):
        form = skip.form if skip.form and has_path(block) else None
        return [operations[word] for word in _recipe(form, at)]

    return walk(params, x, steps_of)


def walk(params: list, x, steps_of: Callable) -> tuple:
    """Take the steps of each block, and return the last state and the tape.

    steps_of : block -> its steps, each a name, a letter, and a function (block, state) -> (state, pullback).
    """
    state = x
    tape = []
    for layer_number, block in enumerate(params, start=1):
        for name, letter, operation in steps_of(block):
            before = state
            state, pullback = operation(block, before)
            tape.append(Step(f"{name} {layer_number}{letter}", layer_number, state, pullback, before))
    return state, tape


@lru_cache
def _recipe(form: str | None, norm_at: str | None) -> tuple[str, ...]:
    """The steps of a layer, in their order: those of its form, and the norm at its place."""
    words: list[str] = list(FORMS[form] if form else ("affine", "activation"))
    phi = words.index("activation")
    places = {"before": phi, "after": phi + 1, "input": 1 if form else 0, "output": len(words)}
    if norm_at:
        words.insert(places[norm_at], "norm")
    return tuple(words)


def _operations(phi, normalize, alpha: float) -> dict:
    """Every step that a layer may have: its name, a letter, and its function, (layer, state) -> (state, pullback)."""

    def first_map(block, h):
        return affine(layers_of(block)[0].affine, h)

    def second_map(block, h):
        return affine(layers_of(block)[1].affine, h)

    def own_norm(block, h):
        return normalize(layers_of(block)[0].norm, h)

    return {
        "affine": ("affine", "", on_branch(first_map)),
        "affine b": ("affine", "b", on_branch(second_map)),
        "norm": (getattr(normalize, "__name__", None), "", on_branch(own_norm)),
        "activation": (phi.__name__, "", activated(phi)),
        "fork": ("fork", "", fork),
        "join": ("join", "", join(alpha)),
    }


def fork(_, h):
    """Return two lanes, (trunk, branch), both h.   dh is the sum of what comes back on them."""
    return (h, h), lambda lanes: (None, lanes[0] + lanes[1])


def join(alpha: float) -> Callable:
    """Return the step trunk + α branch, which hands dh to the trunk, and α dh to the branch."""

    def run(_, lanes):
        trunk, branch = lanes
        return trunk + alpha * branch, lambda dh: (None, (dh, alpha * dh))

    return run


def activated(phi: Callable) -> Callable:
    """Return the step of an activation."""
    return on_branch(lambda _, z: without_params(*phi(z)))


def on_branch(operation: Callable) -> Callable:
    """Return the operation on a state of one lane; of two, it works on the branch, while the trunk passes by."""

    def run(block, state):
        if not isinstance(state, tuple):
            return operation(block, state)
        trunk, h = state
        y, pullback = operation(block, h)

        def lanes(dstate):
            dtrunk, dy = dstate
            grads, dh = pullback(dy)
            return grads, (dtrunk, dh)

        return (trunk, y), lanes

    return run


def without_params(y, pullback: Callable) -> tuple:
    """Return the answer of a function without parameters as that of a step, whose grads are None."""
    return y, lambda dy: (None, pullback(dy))


def unit_norm(kind: str, size: tuple[int, ...], dtype) -> Norm:
    """Return the norm that training starts from, whose gamma is 1 and beta 0; an RMS norm has no beta."""
    return Norm(np.ones(size, dtype), None if kind == "rms" else np.zeros(size, dtype))


def layers_of(block) -> tuple[Layer, ...]:
    """Return the layers of a block: the one that it is, or the two of a branch."""
    return (block,) if isinstance(block, Layer) else block


def matrices(params) -> list:
    """Return the weight matrices of an affine map, of attention, or of a tuple of them; a norm has none."""
    if params is None or isinstance(params, Norm):
        return []
    if isinstance(params, Affine):
        return [params.W]
    return [W for part in params for W in matrices(part)] if isinstance(params, tuple) else [params]


def has_path(block) -> bool:
    """Return whether a path around the layer has the shape of its output."""
    return not isinstance(block, Layer) or block.affine.W.shape[-1] == block.affine.W.shape[-2]


def skip_named(skip) -> Skip:
    """Return a Skip by the name of its form, or a Skip as it is; of None, one without a form."""
    return skip if isinstance(skip, Skip) else Skip(skip)


def _alpha(alpha: float | str, depth: int) -> float:
    """α as a number, for a net of ``depth`` layers."""
    return ALPHAS[alpha](max(depth, 1)) if isinstance(alpha, str) else float(alpha)
