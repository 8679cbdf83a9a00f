"""Depth: a network is a chain of layers, and its forward pass leaves a tape.

    z_k = h_{k-1} W_k + b_k,   h_k = φ(z_k),   k = 1 … depth,   h_0 = x;   logits = h_depth W + b

``depth`` counts the hidden layers. On the tape, layer 3 of a tanh net is the two steps "affine 3" and "tanh 3", and
the last affine map, which has no activation, is the step "readout".

A **norm** is one more step of a layer, "batch_norm 3", before or behind its activation. A **skip** is a path around the
layer: behind "fork 3" the state on the tape has two lanes, (trunk, branch); the layer's steps work on the branch, while
the trunk passes by; "join 3" adds them, h_k = trunk + α branch. Backward, the trunk hands dh on untouched.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from .. import init, require
from ..ops import ACTIVATIONS, Affine, Array, Norm, affine, batch_norm, layer_norm
from ..tape import Step, backprop, place

FORMS = {  # of a path around a layer: the layer's steps, in their order
    "post": ("fork", "affine", "activation", "join"),  # h + α φ(h W), summed behind the activation (He et al. 2016a)
    "pre": ("fork", "activation", "affine", "join"),  # h + α φ(h) W: nothing is done to the trunk (He et al. 2016b)
    "branch": ("fork", "affine", "activation", "affine b", "join"),  # h + α φ(h W_1) W_2, a branch of mean zero
}
KINDS = {"batch": batch_norm, "layer": layer_norm}
PLACES = ("before", "after", "input", "output")  # the activation, or: of the branch's input, behind the join
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


def init_mlp(
    sizes, *, scheme, rng, activation=None, gain=1.0, norm=None, skip=None, ensemble=(), dtype="float64"
) -> list:
    """Draw the layers of an MLP of ``sizes`` (inputs, hidden ..., outputs): len(sizes) - 1 of them.

    scheme : a name in init.SCHEMES or a Scheme; gain multiplies its scale in every layer. norm : a name in NORMS; gamma
    starts at 1 and beta at 0. skip : a name in FORMS or a Skip. ensemble : leading axes, (S,) draws S networks at once.
    Raises ValueError for sizes below 1, an unknown scheme, norm or skip, or a gain that is not finite.
    """
    if len(sizes) < 2:
        raise ValueError(f"sizes is {sizes!r}; allowed are at least two whole numbers, inputs and outputs")
    _, at = _norm_named(norm)
    two, options = _skip_named(skip).form == "branch", dict(scheme=scheme, rng=rng, activation=activation, gain=gain)
    options |= dict(ensemble=ensemble, dtype=dtype)

    def layer(fan_in, fan_out):
        size = (*ensemble, fan_in if at == "input" else fan_out)
        first = Layer(init_affine(fan_in, fan_out, **options), _unit_norm(size, dtype) if norm else None)
        return (first, Layer(init_affine(fan_out, fan_out, **options))) if two and fan_in == fan_out else first

    return [*(layer(*fans) for fans in pairwise(sizes[:-1])), Layer(init_affine(*sizes[-2:], **options))]


def _unit_norm(size: tuple[int, ...], dtype: str) -> Norm:
    return Norm(np.ones(size, dtype), np.zeros(size, dtype))


def init_affine(
    fan_in: int, fan_out: int, *, scheme, rng, activation=None, gain=1.0, ensemble=(), dtype="float64"
) -> Affine:
    """Draw one affine map:  W (*ensemble, fan_in, fan_out) = gain · std · unit draw, and b (*ensemble, fan_out)."""
    scheme, dtype = init.scheme_named(scheme), require.choice("dtype", dtype, init.DTYPES)
    fan_in, fan_out = require.whole("fan_in", fan_in, 1), require.whole("fan_out", fan_out, 1)
    scale = require.number("gain", gain) * scheme.std(fan_in, fan_out, activation)
    W = scheme.draw(rng, (*ensemble, fan_in, fan_out)) * scale
    b = np.zeros((*ensemble, fan_out))
    if scheme.bias_std:
        b = init.uniform(rng, b.shape) * scheme.bias_std(fan_in, fan_out)
    return Affine(W.astype(dtype), b.astype(dtype))


def mlp(params: list, x: Array, activation, *, norm=None, skip=None) -> tuple[Array, list[Step]]:
    """logits, tape of an MLP: hidden layers, then the readout.   x : (..., N, inputs), logits : (..., N, outputs)."""
    h, tape = hidden(params[:-1], x, activation, norm=norm, skip=skip)
    logits, pullback = affine(params[-1].affine, h)
    return logits, [*tape, Step("readout", logits, pullback)]


def hidden(params: list, x: Array, activation, *, norm=None, skip=None) -> tuple[Array, list[Step]]:
    """h_depth, tape of the hidden layers alone.

    activation : a name in ops.ACTIVATIONS, or a function of the same form, z -> (h, pullback). norm : a name in NORMS.
    skip : a name in FORMS, or a Skip. Raises ValueError for a name that is unknown, and params that do not fit.
    """
    phi = activation if callable(activation) else ACTIVATIONS[require.choice("activation", activation, ACTIVATIONS)]
    (kind, at), skip = _norm_named(norm), _skip_named(skip)
    operations = _operations(phi, KINDS.get(kind), _alpha(skip.alpha, len(params)))
    state, tape = x, []
    for k, block in enumerate(params, start=1):
        _fits(k, block, norm, skip.form)
        for word in _recipe(skip.form if skip.form and _has_path(block) else None, at):
            name, letter, operation = operations[word]
            state, pullback = operation(block, state)
            tape.append(Step(f"{name} {k}{letter}", state, pullback))
    return state, tape


def gradients(tape: list[Step], cotangent: Array) -> tuple[list, Array]:
    """All gradients at once, of the parameters' own type, and the input's:  (list of Layer or pairs of them, dx)."""
    *adjoints, at_input = backprop(tape, cotangent)
    layers = {}
    for name, _, grads in reversed(adjoints):
        if grads is not None:
            field = "norm" if isinstance(grads, Norm) else "affine"
            layers.setdefault(place(name), {}).setdefault(name.endswith("b"), {})[field] = grads
    blocks = [tuple(Layer(**{"affine": None} | fields) for fields in block.values()) for block in layers.values()]
    return [block if len(block) > 1 else block[0] for block in blocks], at_input.cotangent


# --- a layer's steps --------------------------------------------------------------------------------------------------


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
        "activation": (phi.__name__, "", _on_branch(lambda _, z: _no_params(*phi(z)))),
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


def _no_params(y, pullback):
    """The answer of a function without parameters as that of a step: its grads are None."""
    return y, lambda dy: (None, pullback(dy))


# --- options by name, and parameters that fit them ------------------------------------------------------------------


def _norm_named(norm) -> tuple[str | None, str | None]:
    """The kind and the place of a norm, or (None, None)."""
    return (None, None) if norm is None else NORMS[require.choice("norm", norm, NORMS)]


def _skip_named(skip) -> Skip:
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


def _has_path(block) -> bool:
    """Whether a path around the layer has its output's shape."""
    return not isinstance(block, Layer) or block.affine.W.shape[-1] == block.affine.W.shape[-2]


def _fits(k: int, block, norm: str | None, form: str | None) -> None:
    """Raise ValueError unless layer k was drawn for this norm and this skip."""
    first = _first(block)
    if (first.norm is None) != (norm is None):
        has = "no norm" if first.norm is None else "a norm"
        raise ValueError(f"norm is {norm!r}, but layer {k} has {has}; allowed is the norm that init_mlp was given")
    if (form == "branch") == isinstance(block, Layer) and _has_path(block):
        has = "one layer" if isinstance(block, Layer) else "two layers"
        raise ValueError(f"skip is {form!r}, but block {k} has {has}; allowed is the skip that init_mlp was given")
