"""Depth: a network is a chain of affine maps and activations, and its forward pass leaves a tape.

    z_k = h_{k-1} W_k + b_k,   h_k = φ(z_k),   k = 1 … depth,   h_0 = x;   logits = h_depth W + b

``depth`` counts the hidden layers. On the tape, layer 3 of a tanh net is the two steps "affine 3" and "tanh 3", and
the last affine map, which has no activation, is the step "readout".
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from . import init, require
from .ops import ACTIVATIONS, Affine, Array, affine
from .tape import Step, backprop


class Layer(NamedTuple):
    """The parameters of one layer."""

    affine: Affine


def init_mlp(sizes, *, scheme, rng, activation=None, gain=1.0, ensemble=(), dtype="float64") -> list[Layer]:
    """Draw the layers of an MLP of ``sizes`` (inputs, hidden ..., outputs): len(sizes) - 1 of them.

    scheme : a name in init.SCHEMES or a Scheme; gain multiplies its scale in every layer. ensemble : leading axes,
    (S,) draws S networks at once. Raises ValueError for sizes below 1, an unknown scheme or a gain that is not finite.
    """
    if len(sizes) < 2:
        raise ValueError(f"sizes is {sizes!r}; allowed are at least two whole numbers, inputs and outputs")
    options = dict(scheme=scheme, rng=rng, activation=activation, gain=gain, ensemble=ensemble, dtype=dtype)
    return [Layer(init_affine(*fans, **options)) for fans in pairwise(sizes)]


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
        b = init.uniform(rng, b.shape) * scheme.bias_std(fan_in)
    return Affine(W.astype(dtype), b.astype(dtype))


def mlp(params: list[Layer], x: Array, activation: str) -> tuple[Array, list[Step]]:
    """logits, tape of an MLP: hidden layers, then the readout.   x : (..., N, inputs), logits : (..., N, outputs)."""
    h, tape = hidden(params[:-1], x, activation)
    logits, pullback = affine(params[-1].affine, h)
    return logits, [*tape, Step("readout", logits, pullback)]


def hidden(params: list[Layer], x: Array, activation: str) -> tuple[Array, list[Step]]:
    """h_depth, tape of the hidden layers alone: every affine map is followed by the activation.

    activation : a name in ops.ACTIVATIONS, or a function of the same form, z -> (h, pullback).
    """
    phi = activation if callable(activation) else ACTIVATIONS[require.choice("activation", activation, ACTIVATIONS)]
    h, tape = x, []
    for k, layer in enumerate(params, start=1):
        z, affine_pullback = affine(layer.affine, h)
        h, phi_pullback = phi(z)
        tape += [Step(f"affine {k}", z, affine_pullback), Step(f"{phi.__name__} {k}", h, _no_params(phi_pullback))]
    return h, tape


def gradients(tape: list[Step], cotangent: Array) -> tuple[list[Layer], Array]:
    """All gradients at once, of the parameters' own type, and the input's:  (list of Layer, dx)."""
    *adjoints, at_input = backprop(tape, cotangent)
    return [Layer(adjoint.grads) for adjoint in reversed(adjoints) if adjoint.grads is not None], at_input.cotangent


def _no_params(pullback):
    """The pullback of a step without parameters: its grads are None."""
    return lambda dy: (None, pullback(dy))
