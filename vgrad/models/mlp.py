"""Depth: a network is a chain of layers, and its forward pass leaves a tape.

    z_k = h_{k-1} W_k + b_k,   h_k = φ(z_k),   k = 1 … depth,   h_0 = x;   logits = h_depth W + b

``depth`` counts the hidden layers. On the tape, layer 3 of a tanh net is the two steps "affine 3" and "tanh 3", and
the last affine map, which has no activation, is the step "readout".

A net may also have a norm in each layer and a path around it: what that adds to the tape is in ``layers``.
"""

from __future__ import annotations

from itertools import groupby, pairwise

import numpy as np

from .. import init, require
from ..ops import ACTIVATIONS, Affine, Array, Norm, affine
from ..tape import Adjoint, Step, backprop
from .layers import Layer, check, dressed, layered, no_params, norm_named, phi_named, skip_named

drawn = require.checked(
    sizes=lambda name, value: require.instance(name, value, hasattr(value, "__len__"), "whole numbers, in a list"),
    ensemble=require.sizes,
    activation=lambda name, value: require.choice(name, value, (None, *ACTIVATIONS)),
)


@drawn
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
    _, at = norm_named(norm)
    two, options = skip_named(skip).form == "branch", dict(scheme=scheme, rng=rng, activation=activation, gain=gain)
    options |= dict(ensemble=ensemble, dtype=dtype)

    def layer(fan_in, fan_out):
        size = (*ensemble, fan_in if at == "input" else fan_out)
        first = Layer(init_affine(fan_in, fan_out, **options), _unit_norm(size, dtype) if norm else None)
        return (first, Layer(init_affine(fan_out, fan_out, **options))) if two and fan_in == fan_out else first

    return [*(layer(*fans) for fans in pairwise(sizes[:-1])), Layer(init_affine(*sizes[-2:], **options))]


def _unit_norm(size: tuple[int, ...], dtype: str) -> Norm:
    return Norm(np.ones(size, dtype), np.zeros(size, dtype))


@drawn
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
    layered("params", params)
    h, tape = hidden(params[:-1], x, activation, norm=norm, skip=skip)
    logits, pullback = affine(params[-1].affine, h)
    return logits, [*tape, Step("readout", None, logits, pullback)]


def hidden(params: list, x: Array, activation, *, norm=None, skip=None) -> tuple[Array, list[Step]]:
    """h_depth, tape of the hidden layers alone.

    activation : a name in ops.ACTIVATIONS, or a function of the same form, z -> (h, pullback). norm : a name in NORMS.
    skip : a name in FORMS, or a Skip. Raises ValueError for a name that is unknown, and params that do not fit.
    """
    phi = phi_named(activation)
    check(params, norm, skip)
    if norm or skip:
        return dressed(params, x, phi, norm, skip)
    h, tape, name = x, [], getattr(phi, "__name__", "activation")
    for k, layer in enumerate(params, start=1):
        z, pullback = affine(layer.affine, h)
        tape.append(Step(f"affine {k}", k, z, pullback))
        h, pullback = no_params(phi(z))
        tape.append(Step(f"{name} {k}", k, h, pullback))
    return h, tape


def gradients(tape: list[Step], cotangent: Array) -> tuple[list, Array]:
    """Return all gradients at once, (list of Layer or pairs of them, dx), each of the type of what it belongs to.

    tape : of ``mlp`` or ``hidden``; cotangent : of its last output. dx is the gradient of the net's input.
    """
    *adjoints, at_input = backprop(tape, cotangent)
    of_layers = groupby(reversed(adjoints), key=lambda adjoint: adjoint.layer)
    return [_of_layer(list(steps)) for _, steps in of_layers], at_input.cotangent


def _of_layer(adjoints: list[Adjoint]) -> Layer | tuple[Layer, ...]:
    """The gradients of one layer from its steps in their order; of a branch the second affine map is a second Layer."""
    for adjoint in adjoints:
        if not isinstance(adjoint.grads, (Affine, Norm, type(None))):
            raise ValueError(f"tape has the step {adjoint.name!r}; allowed are the steps of an MLP")
    norm = next((adjoint.grads for adjoint in adjoints if isinstance(adjoint.grads, Norm)), None)
    first, *second = [adjoint.grads for adjoint in adjoints if isinstance(adjoint.grads, Affine)]
    layer = Layer(first, norm)
    return (layer, *map(Layer, second)) if second else layer
