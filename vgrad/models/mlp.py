"""Depth: a network is a chain of layers, and its forward pass leaves a tape.

    z_k = h_{k-1} W_k + b_k,   h_k = φ(z_k),   k = 1 … depth,   h_0 = x;   logits = h_depth W + b

``depth`` counts the hidden layers. On the tape, layer 3 of a tanh net is the two steps "affine 3" and "tanh 3", and
the last affine map, which has no activation, is the step "readout".

A net may also have a norm in each layer and a path around it: what that adds to the tape is in ``layers``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Annotated, Any

import numpy as np

from .. import init, require
from ..door import quietly_guarded, quietly_guarded_by
from ..init import Named
from ..ops import Affine, Array, Norm
from ..ops.activations import ACTIVATIONS
from ..ops.linear import affine
from ..require import Count, Finite, Precision, Rng, Sizes, bare
from ..tape import Adjoint, Step, backprop
from .checks import Activation, NormName, SkipName, activation_named, check_hidden, check_mlp
from .layers import NORMS, Attention, Block, Layer, skip_named, unit_norm, with_norm_and_skip, without_params

LayerSizes = Annotated[Sequence[int], lambda name, value: _layers(name, value)]
LAYER = 1000  # numbers that a layer counts for beside its weights, so that there are not too many layers
ForActivation = Annotated[str | None, require.one_of(ACTIVATIONS)]


@quietly_guarded_by(check_mlp)
def mlp(
    params: list, x: Array, activation: Activation, *, norm: NormName = None, skip: SkipName = None
) -> tuple[Array, list[Step]]:
    """logits = h_depth W + b.  Returns the logits (..., N, outputs) of an MLP, and its tape, which ends with "readout".

    x : (..., N, inputs); all else as in ``hidden``.
    """
    h, tape = bare(hidden)(params[:-1], x, activation, norm=norm, skip=skip)
    logits, pullback = affine(params[-1].affine, h)
    return logits, [*tape, Step("readout", None, logits, pullback, h)]


@quietly_guarded_by(check_hidden)
def hidden(
    params: list, x: Array, activation: Activation, *, norm: NormName = None, skip: SkipName = None
) -> tuple[Array, list[Step]]:
    """z_k = h_{k-1} W_k + b_k,  h_k = φ(z_k).  Returns h_depth and the tape of the hidden layers alone.

    activation : a name in ops.ACTIVATIONS, or a function of the same form, z -> (h, pullback). norm : a name in NORMS.
    skip : a name in FORMS, or a Skip. Raises ValueError for a name that is unknown, for parameters that were drawn for
    another norm or skip, and for arrays that do not fit.
    """
    phi = activation_named(activation)
    if norm or skip:
        return with_norm_and_skip(params, x, phi, norm, skip)
    h = x
    tape = []
    for k, layer in enumerate(params, start=1):
        z, pullback = affine(layer.affine, h)
        tape.append(Step(f"affine {k}", k, z, pullback, h))
        h, pullback = without_params(*phi(z))
        tape.append(Step(f"{phi.__name__} {k}", k, h, pullback, z))
    return h, tape


def gradients(tape: list[Step], cotangent: Array) -> tuple[list, Array]:
    """Return all gradients at once, (list of Layer, pairs of them or Block, dx), each of the type of its parameters.

    tape : of ``mlp``, ``hidden`` or ``transformer``; cotangent : of its last output. dx is the gradient of the input.
    """
    *adjoints, at_input = backprop(tape, cotangent)
    of_layers = groupby(reversed(adjoints), key=lambda adjoint: adjoint.layer)
    return [_of_layer(list(steps)) for _, steps in of_layers], at_input.cotangent


def _of_layer(adjoints: list[Adjoint]) -> Layer | tuple[Layer, ...] | Block:
    """The gradients of one layer from its steps in their order; of a branch the second affine map is a second Layer."""
    for adjoint in adjoints:
        if not isinstance(adjoint.grads, (Affine, Norm, Attention, type(None))):
            raise ValueError(f"tape has the step {adjoint.name!r}; allowed are the steps of an MLP or a transformer")
    attention = _grads(adjoints, Attention)
    maps = _grads(adjoints, Affine)
    norms = _grads(adjoints, Norm)
    if attention:
        first, second = maps or (None, None)
        return Block(attention[0], first, second, tuple(norms) or None)
    layer = Layer(maps[0], *norms)
    return (layer, *map(Layer, maps[1:])) if maps[1:] else layer


def _grads(adjoints: list[Adjoint], kind: type) -> list[Any]:
    return [adjoint.grads for adjoint in adjoints if isinstance(adjoint.grads, kind)]


@quietly_guarded
def init_mlp(
    sizes: LayerSizes, *, scheme: Named, rng: Rng, activation: ForActivation = None, gain: Finite = 1.0,
    norm: NormName = None, skip: SkipName = None, ensemble: Sizes = (), dtype: Precision = "float64",
) -> list:  # fmt: skip
    """W_k = gain · std · unit draw.  Returns the len(sizes) - 1 layers of an MLP of (inputs, hidden ..., outputs).

    scheme : a name in init.SCHEMES or a Scheme; gain multiplies its scale in every layer. norm : a name in NORMS; gamma
    starts at 1, and beta at 0, which an RMS norm lacks. skip : a name in FORMS or a Skip. ensemble : leading axes, (S,)
    draws S networks at once. Raises ValueError for sizes below 1, an unknown scheme, norm or skip, or a gain that is
    not finite.
    """
    options: dict = dict(scheme=scheme, rng=rng, activation=activation, gain=gain, ensemble=ensemble, dtype=dtype)
    two_maps = skip_named(skip).form == "branch"
    sizes = [*map(int, sizes)]
    maps = sum((1 + two_maps) * (fan_in * fan_out + LAYER) for fan_in, fan_out in pairwise(sizes))
    require.total("sizes and ensemble", maps * math.prod(map(int, ensemble)))

    def own_norm(fan_in, fan_out):
        if norm is None:
            return None
        kind, at = NORMS[norm]
        return unit_norm(kind, (*ensemble, fan_in if at == "input" else fan_out), dtype)

    def block(fan_in, fan_out):
        first = Layer(init_affine(fan_in, fan_out, **options), own_norm(fan_in, fan_out))
        if two_maps and fan_in == fan_out:
            return first, Layer(init_affine(fan_out, fan_out, **options))
        return first

    blocks = [block(*fans) for fans in pairwise(sizes[:-1])]
    return [*blocks, Layer(init_affine(*sizes[-2:], **options))]


@quietly_guarded
def init_affine(
    fan_in: Count, fan_out: Count, *, scheme: Named, rng: Rng, activation: ForActivation = None, gain: Finite = 1.0,
    ensemble: Sizes = (), dtype: Precision = "float64",
) -> Affine:  # fmt: skip
    """W = gain · std · unit draw.  Returns one affine map, W (*ensemble, fan_in, fan_out) and b (*ensemble, fan_out).

    b is 0, unless the scheme draws its biases too.
    """
    require.total("fan_in · fan_out · ensemble", fan_in * fan_out * math.prod(map(int, ensemble)))
    scheme = init.scheme_named(scheme)
    scale = float(gain) * scheme.std(fan_in, fan_out, activation)
    W = scheme.draw(rng, (*ensemble, fan_in, fan_out)) * scale
    b = np.zeros((*ensemble, fan_out))
    if scheme.bias_std:
        b = init.uniform(rng, b.shape) * scheme.bias_std(fan_in, fan_out)
    return Affine(W.astype(dtype), b.astype(dtype))


def _layers(name: str, sizes) -> None:
    """Raise ValueError unless there are inputs and outputs."""
    require.instance(name, sizes, isinstance(sizes, (list, tuple)), "whole numbers, in a list")
    if len(sizes) < 2:
        raise ValueError(f"{name} is {sizes!r}; allowed are at least two whole numbers, inputs and outputs")
    for each in sizes:
        require.whole(name, each, 1, require.MOST)
