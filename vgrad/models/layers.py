"""A layer with more to it: a norm before or after its activation, and a path around it.

A **norm** is one more step of a layer, "batch_norm 3". A **skip** is a path around the layer: after "fork 3" the state
on the tape has two lanes, (trunk, branch); the layer's steps work on the branch, while the trunk passes by; "join 3"
adds them, h_k = trunk + α branch. Backward, the trunk hands dh on untouched. In none of these forms is anything done
to the trunk: that is the lesson of He et al. 2016b, whose first nets (2016a) had a ReLU after each join.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from .. import require
from ..ops import ACTIVATIONS, Affine, Norm, affine, batch_norm, layer_norm
from ..tape import Step

FORMS = {  # of a path around a layer: the layer's steps, in their order
    "post": ("fork", "affine", "activation", "join"),  # h + α φ(h W), summed after the activation
    "pre": ("fork", "activation", "affine", "join"),  # h + α φ(h) W, the activation first (He et al. 2016b, fig. 4e)
    "branch": ("fork", "affine", "activation", "affine b", "join"),  # h + α φ(h W_1) W_2, a branch of mean zero
}
KINDS = {"batch": batch_norm, "layer": layer_norm}
PLACES = ("before", "after", "input", "output")  # the activation, or: of the branch's input, after the join
NORMS = {kind if at == "before" else f"{kind}_{at}": (kind, at) for kind in KINDS for at in PLACES}
ALPHAS = {"1/sqrt(depth)": lambda depth: depth**-0.5, "1/depth": lambda depth: 1 / depth}


class Layer(NamedTuple):
    """The parameters of one layer. Where the skip is a two-layer branch, a pair of them stands for the layer."""

    affine: Affine
    norm: Norm | None = None


class Skip(NamedTuple):
    """A path around each layer:  h + alpha · branch.   alpha : a number, or a name in ALPHAS.

    A layer whose width changes has none, as there is nothing of its output's shape to add.
    """

    form: str = "post"
    alpha: float | str = 1.0


def dressed(params: list, x, phi, norm, skip) -> tuple:
    """h_depth, tape of hidden layers with a norm, a skip, or both: each layer's steps, as FORMS and NORMS list them."""
    (kind, at), skip = norm_named(norm), skip_named(skip)
    operations = _operations(phi, KINDS.get(kind), _alpha(skip.alpha, len(params)))
    state, tape = x, []
    for k, block in enumerate(params, start=1):
        for word in _recipe(skip.form if skip.form and _has_path(block) else None, at):
            name, letter, operation = operations[word]
            state, pullback = operation(block, state)
            tape.append(Step(f"{name} {k}{letter}", k, state, pullback))
    return state, tape


def no_params(answer):
    """The answer (y, pullback) of a function without parameters, as that of a step: its grads are None."""
    if not (isinstance(answer, tuple) and len(answer) == 2 and callable(answer[1])):
        raise ValueError(f"activation returns {answer!r:.99}; allowed is (h, pullback), as ops.tanh does")
    y, pullback = answer
    return y, lambda dy: (None, pullback(dy))


@lru_cache
def _recipe(form: str | None, norm_at: str | None) -> tuple[str, ...]:
    """The steps of a layer, in their order: those of its form, and the norm at its place."""
    words = list(FORMS[form] if form else ("affine", "activation"))
    phi = words.index("activation")
    if norm_at:
        words.insert(
            {"before": phi, "after": phi + 1, "input": 1 if form else 0, "output": len(words)}[norm_at], "norm"
        )
    return tuple(words)


def _operations(phi, normalize, alpha: float) -> dict:
    """Every step that a layer may have: its name, a letter, and its function, (layer, state) -> (state, pullback)."""
    return {
        "affine": ("affine", "", _on_branch(lambda layer, h: affine(_first(layer).affine, h))),
        "affine b": ("affine", "b", _on_branch(lambda layer, h: affine(layer[1].affine, h))),
        "norm": (normalize and normalize.__name__, "", _on_branch(lambda layer, h: normalize(_first(layer).norm, h))),
        "activation": (getattr(phi, "__name__", "activation"), "", _on_branch(lambda _, z: no_params(phi(z)))),
        "fork": ("fork", "", lambda _, h: ((h, h), lambda lanes: (None, lanes[0] + lanes[1]))),
        "join": ("join", "", lambda _, lanes: (lanes[0] + alpha * lanes[1], lambda dh: (None, (dh, alpha * dh)))),
    }


def _first(layer) -> Layer:
    """The layer itself, or the first of the two of a branch."""
    return layer if isinstance(layer, Layer) else layer[0]


def _on_branch(operation):
    """The operation on a state of one lane; of two, (trunk, branch), on the branch, while the trunk passes by."""

    def run(layer, state):
        if not isinstance(state, tuple):
            return operation(layer, state)
        trunk, h = state
        y, pullback = operation(layer, h)

        def lanes(dstate):
            dtrunk, dy = dstate
            grads, dh = pullback(dy)
            return grads, (dtrunk, dh)

        return (trunk, y), lanes

    return run


# --- options by name, and parameters that fit them ------------------------------------------------------------------


def phi_named(activation):
    """An activation, by its name or itself."""
    return activation if callable(activation) else ACTIVATIONS[require.choice("activation", activation, ACTIVATIONS)]


def norm_named(norm) -> tuple[str | None, str | None]:
    """The kind and the place of a norm, or (None, None)."""
    return (None, None) if norm is None else NORMS[require.choice("norm", norm, NORMS)]


def skip_named(skip) -> Skip:
    """A Skip, by its form's name or itself; Skip(None) for none."""
    if skip is None:
        return Skip(None)
    skip = skip if isinstance(skip, Skip) else Skip(skip)
    require.choice("skip", skip.form, FORMS)
    return skip


def _alpha(alpha, depth: int) -> float:
    """α as a number, for a net of ``depth`` layers."""
    if isinstance(alpha, str):
        return ALPHAS[require.choice("alpha", alpha, ALPHAS)](max(depth, 1))
    return require.number("alpha", alpha)


def layered(name: str, params) -> None:
    """Raise ValueError unless ``params`` are a list of layers, told by its ends."""
    fits = isinstance(params, list) and params and isinstance(params[0], tuple) and isinstance(params[-1], tuple)
    require.instance(name, params, fits, "a list of Layer, as init_mlp draws it")


def _has_path(block) -> bool:
    """Whether a path around the layer has its output's shape."""
    return not isinstance(block, Layer) or block.affine.W.shape[-1] == block.affine.W.shape[-2]


def check(params: list, norm: str | None, skip) -> None:
    """Raise ValueError unless every layer was drawn for this norm and this skip."""
    if params != []:
        layered("params", params)
    norm_named(norm)
    branch = skip_named(skip).form == "branch"
    for k, block in enumerate(params, start=1):
        first = _first(block)
        if (first.norm is None) != (norm is None):
            has = "no norm" if first.norm is None else "a norm"
            raise ValueError(f"norm is {norm!r}, but layer {k} has {has}; allowed is the norm that init_mlp was given")
        if branch == isinstance(block, Layer) and _has_path(block):
            has = "one layer" if isinstance(block, Layer) else "two layers"
            raise ValueError(f"skip is {skip!r}, but block {k} has {has}; allowed is the skip that init_mlp was given")
