"""What a net's arguments may be: activations, norms and skips by name, and parameters that fit them and each other.

A network is checked once, before its first product, so that its layers pay nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import numpy as np

from .. import require
from ..ops import Affine, fits
from ..ops.activations import ACTIVATIONS
from .layers import ALPHAS, FORMS, NORMS, Block, Layer, Skip, has_path, layers_of

FITS = {"batch": fits.batch_norm, "layer": fits.layer_norm, "rms": fits.rms_norm}  # each kind of norm


def activation_named(activation) -> Callable:
    """Return the function of an activation in ACTIVATIONS; one of your own comes back with a check of its answer."""
    if not callable(activation) or isinstance(activation, type):
        return ACTIVATIONS[str(require.choice("activation", activation, ACTIVATIONS))]

    def phi(z):
        answer = activation(z)
        if not (isinstance(answer, tuple) and len(answer) == 2 and callable(answer[1])):
            raise ValueError(f"activation returns {answer!r:.99}; allowed is (h, pullback), as ops.tanh does")
        h = answer[0]
        if np.shape(h) != z.shape or h.dtype != z.dtype:
            raise ValueError(f"activation returns {np.shape(h)}; allowed is h of {z.shape} and {z.dtype}, as z is")
        return answer

    phi.__name__ = getattr(activation, "__name__", "activation")
    return phi


def require_layers(name: str, params) -> None:
    """Raise ValueError unless ``params`` are a list of layers, which its ends tell."""
    fits = isinstance(params, list) and params and isinstance(params[0], tuple) and isinstance(params[-1], tuple)
    require.instance(name, params, fits, "a list of Layer, as init_mlp draws it")


def require_skip(name: str, skip) -> None:
    """Raise ValueError unless ``skip`` is None, the name of a form, or a Skip with a form and an alpha."""
    if skip is None:
        return
    skip = skip if isinstance(skip, Skip) else Skip(skip)
    require.choice(name, skip.form, FORMS)
    if isinstance(skip.alpha, str):
        require.choice("alpha", skip.alpha, ALPHAS)
    else:
        require.number("alpha", skip.alpha)


NormName = Annotated[str | None, require.one_of(NORMS)]
SkipName = Annotated[str | Skip | None, require_skip]
Activation = Annotated[str | Callable, lambda name, value: activation_named(value)]


def check_hidden(params, x, activation, *, norm=None, skip=None):
    """Raise ValueError unless every layer was drawn for this norm and skip, and fits the layer before it.

    Returns the form that the last h will have: of no layers, x itself.
    """
    if not (isinstance(params, list) and not params):
        require_layers("params", params)
    branch = getattr(skip, "form", skip) == "branch"
    kind, at = NORMS[norm] if norm else (None, None)
    h = x
    before = None
    for layer_number, block in enumerate(params, start=1):
        _drawn_for(block, layer_number, norm, skip, branch)
        for layer in layers_of(block):
            if layer.norm is None and _alike(layer.affine, before):
                continue
            fits.affine(layer.affine, h)
            z = _after(layer.affine, h)
            if kind and layer.norm is not None:
                FITS[kind](layer.norm, h if at == "input" else z)
            h = z
            before = layer.affine
    return h


def check_mlp(params, x, activation, *, norm=None, skip=None) -> None:
    """Raise ValueError unless the hidden layers fit as ``check_hidden`` says, and the readout fits the last of them."""
    require_layers("params", params)
    h = check_hidden(params[:-1], x, activation, norm=norm, skip=skip)
    fits.affine(params[-1].affine, h)


def check_transformer(
    params,
    x,
    activation="gelu",
    *,
    norm="layer",
    place="pre",
    heads=1,
    causal=False,
    tokens=None,
    skip=True,
    scale=None,
) -> None:
    """Raise ValueError unless every block was drawn for this norm, and fits x; and so the readout, if there is one."""
    require_layers("params", params)
    blocks = params if isinstance(params[-1], Block) else params[:-1]
    h = x
    for layer_number, block in enumerate(blocks, start=1):
        require.instance("params", block, isinstance(block, Block), "a list of Block, as init_transformer draws it")
        _same_norm(block.norms, norm, f"block {layer_number}")
        h = _check_block(block, h, norm, heads)
    if tokens is not None and h.shape[-2] % tokens:
        raise ValueError(f"tokens is {tokens}; allowed is a number that divides the rows of x, {h.shape[-2]}")
    if blocks is not params:
        fits.affine(params[-1].affine, h)
        _same_norm(params[-1].norm, norm if place == "pre" else None, "the readout")
        if norm and params[-1].norm:
            FITS[norm](params[-1].norm, h)


def _check_block(block: Block, h, norm, heads: int):
    W_q, _, _, _, *qk_norms = block.attention
    for W in block.attention[:4]:
        fits.product(W, h)
        require.shape("W", W, f"{W_q.shape}, a square matrix", W.shape == W_q.shape and W.shape[-1] == W.shape[-2])
    require_heads(heads, W_q.shape[-1])
    size = (*W_q.shape[:-2], W_q.shape[-1] // heads)
    for each in qk_norms:
        if each is not None:
            require.shape("gamma", each.gamma, f"{size}, for {heads} heads", each.gamma.shape == size)
    has_mlp = block.first is not None or block.second is not None
    after = _check_maps((block.first, block.second), h) if has_mlp else _after_product(W_q, h)
    fits.product(W_q, after)
    for each in block.norms or ():
        FITS[norm](each, after)
    return after


def _check_maps(maps: tuple, h) -> fits.Form:
    """The form of what the maps of an MLP make of h, one after the other."""
    for each in maps:
        fits.affine(each, h)
        h = _after(each, h)
    return h


def require_heads(heads: int, width: int) -> None:
    """Raise ValueError unless the heads share the width evenly."""
    if width % heads:
        raise ValueError(f"heads is {heads}; allowed is a number that divides the width, {width}")


def _alike(affine, before) -> bool:
    """Whether a map has the form of the square one before it, which has been checked: then it fits and changes none."""
    if before is None or not isinstance(affine, Affine):
        return False
    W, b = affine
    V, c = before
    shape = V.shape
    return (
        type(W) is type(b) is np.ndarray
        and W.shape == shape
        and b.shape == c.shape
        and W.dtype == b.dtype == V.dtype
        and shape[-1] == shape[-2]
    )


def _after(affine: Affine, h) -> fits.Form:
    """The form of  h W + b."""
    return _after_product(affine.W, h)


def _after_product(W, h) -> fits.Form:
    """The form of  h W."""
    lead = max(h.shape[:-2], W.shape[:-2], key=len)
    return fits.Form((*lead, h.shape[-2], W.shape[-1]), h.dtype)


def _drawn_for(block, layer_number: int, norm, skip, branch: bool) -> None:
    if type(block) is not Layer:
        are_two = isinstance(block, tuple) and [*map(type, block)] == [Layer, Layer]
        require.instance("params", block, are_two, "a list of Layer, as init_mlp draws it")
    first = layers_of(block)[0]
    _same_norm(first.norm, norm, f"layer {layer_number}")
    if branch == isinstance(block, Layer) and has_path(block):
        has = "one layer" if isinstance(block, Layer) else "two layers"
        raise ValueError(
            f"skip is {skip!r}, but block {layer_number} has {has}; allowed is the skip that init_mlp was given"
        )


def _same_norm(own, norm, where: str) -> None:
    if (own is None) != (norm is None):
        has = "no norm" if own is None else "a norm"
        raise ValueError(f"norm is {norm!r}, but {where} has {has}; allowed is the norm that it was drawn with")
