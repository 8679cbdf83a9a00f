"""Networks of many kinds, each drawn from its settings alone.

An MLP of one activation is the network on which a diagnosis is easiest. So there are also MLPs whose activation and
width change from layer to layer, convolutional networks, and transformers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from .... import models, ops
from ....kit.experiments.protocol import norm_and_skip
from ....models import Layer
from ....models.layers import without_params
from ....ops import Affine, Array
from ....ops.norms import layer_norm, rms_norm
from ....tape import Step

SIDE = 8  # of a picture of a digit, in pixels; a transformer's tokens are its rows
CLASSES = 10
OUT = {"layer": layer_norm, "rms": rms_norm}  # the norm in front of a pre-norm transformer's readout


class Network(NamedTuple):
    """Parameters, and the forward pass that they are made for."""

    params: list
    forward: Callable[[list, Array], tuple[Array, list[Step]]]  # (params, x) -> logits, tape


def mlp(
    rng, *, depth: int, width: int, activation: str, scheme: str, gain: float, dtype: str, norm: str | None = None,
    skip: str | None = None, alpha: float | str = 1.0,
) -> Network:  # fmt: skip
    """Return an MLP of one activation."""
    path = norm_and_skip(norm, skip, alpha)
    sizes = [SIDE**2, *[width] * depth, CLASSES]
    weights: dict[str, Any] = dict(scheme=scheme, activation=activation, gain=gain, rng=rng, dtype=dtype)
    return Network(models.init_mlp(sizes, **weights, **path), partial(models.mlp, activation=activation, **path))


def mixed(
    rng, *, widths: Sequence[int], activations: Sequence[str], scheme: str, gain: float, dtype: str
) -> Network:  # fmt: skip
    """Return an MLP in which each layer has a width and an activation of its own."""
    pairs = [*pairwise([SIDE**2, *widths]), (widths[-1], CLASSES)]
    weights: dict[str, Any] = dict(scheme=scheme, gain=gain, rng=rng, dtype=dtype)
    maps = [
        models.init_affine(*sizes, activation=activation, **weights)
        for sizes, activation in zip(pairs, [*activations, activations[-1]], strict=True)
    ]
    return Network([Layer(affine) for affine in maps], _chain(ops.affine, activations))


def convolutional(
    rng, *, depth: int, channels: int, activation: str, scheme: str, gain: float, dtype: str
) -> Network:  # fmt: skip
    """Return a network of 3 x 3 convolutions, whose readout sees all pixels of the last one."""
    weights: dict[str, Any] = dict(scheme=scheme, activation=activation, gain=gain, rng=rng, dtype=dtype)
    fans = [*pairwise([1, *[channels] * depth])]
    maps = [models.init_affine(9 * fan_in, fan_out, **weights) for fan_in, fan_out in fans]
    readout = models.init_affine(SIDE**2 * channels, CLASSES, **weights)
    return Network([Layer(affine) for affine in (*maps, readout)], _chain(convolution, [activation] * depth))


def transformer(
    rng, *, depth: int, width: int, activation: str, scheme: str, gain: float, dtype: str, norm: str | None = None,
    place: str = "pre", last_maps: str = "plain", heads: int = 1,
) -> Network:  # fmt: skip
    """Return a transformer whose tokens are the rows of a picture, and whose readout sees the mean of the tokens.

    What a row of pixels becomes at the entrance, and what tells one row from another, is drawn and is not trained.
    """
    options: dict[str, Any] = dict(norm=norm, place=place, heads=heads)
    weights: dict[str, Any] = dict(scheme=scheme, gain=gain, last_maps=last_maps, rng=rng, dtype=dtype)
    params = models.init_transformer(depth, width, readout=CLASSES, **options, **weights)
    entrance = (rng.standard_normal((SIDE, width)) / SIDE**0.5).astype(dtype)
    rows = rng.standard_normal((SIDE, width)).astype(dtype) / 2

    def forward(params, x):
        *blocks, last = params
        tokens = x.reshape(*x.shape[:-1], SIDE, SIDE) @ entrance + rows
        tokens = tokens.reshape(*x.shape[:-2], -1, width)
        lead = np.shape(last.affine.b)[:-1]
        tokens = np.broadcast_to(tokens, (*lead, *tokens.shape[-2:]))
        h, tape = models.transformer(blocks, tokens, activation, tokens=SIDE, **options)
        if last.norm is not None and norm in OUT:
            h, pullback = OUT[norm](last.norm, h)
            tape.append(Step("norm readout", None, h, pullback))
        h, pullback = _mean_of_tokens(h)
        tape.append(Step("pool readout", None, h, pullback))
        logits, pullback = ops.affine(last.affine, h)
        return logits, [*tape, Step("readout", None, logits, pullback)]

    return Network(params, forward)


KINDS: dict[str, Callable[..., Network]] = {
    "mlp": mlp,
    "mixed": mixed,
    "convolutional": convolutional,
    "transformer": transformer,
}


# --- steps that the engine has no need of -----------------------------------------------------------------------------


def convolution(params: Affine, h: Array) -> tuple[Array, Callable]:
    """z = patches(h) W + b.  Returns z (..., N, pixels · C') of h (..., N, pixels · C), and its pullback.

    W : (9 C, C'). A patch is the 3 x 3 pixels around each pixel, and there are zeros outside the picture.
    """
    lead = h.shape[:-1]
    pictures = h.reshape(*lead, SIDE, SIDE, -1)
    shifts = [(slice(i, i + SIDE), slice(j, j + SIDE)) for i in range(3) for j in range(3)]
    around = [(0, 0)] * len(lead) + [(1, 1), (1, 1), (0, 0)]
    padded = np.pad(pictures, around)
    patches = np.concatenate([padded[..., rows, columns, :] for rows, columns in shifts], axis=-1)
    z, affine_pullback = ops.affine(params, patches.reshape(*lead[:-1], -1, patches.shape[-1]))

    def pullback(dz):
        grads, dpatches = affine_pullback(dz.reshape(*z.shape))
        dpatches = dpatches.reshape(*lead, SIDE, SIDE, 9, -1)
        dpadded = np.zeros(padded.shape, dz.dtype)
        for k, (rows, columns) in enumerate(shifts):
            dpadded[..., rows, columns, :] += dpatches[..., k, :]
        return grads, dpadded[..., 1:-1, 1:-1, :].reshape(h.shape)

    return z.reshape(*z.shape[:-2], lead[-1], -1), pullback


def _chain(linear: Callable, activations: Sequence[str]) -> Callable:
    """The forward pass of layers that are a linear map and an activation each, and of a readout."""

    def forward(params, x):
        h = x
        tape = []
        for k, (layer, name) in enumerate(zip(params[:-1], activations, strict=True), start=1):
            z, pullback = linear(layer.affine, h)
            tape.append(Step(f"affine {k}", k, z, pullback))
            h, pullback = without_params(*ops.ACTIVATIONS[name](z))
            tape.append(Step(f"{name} {k}", k, h, pullback))
        logits, pullback = ops.affine(params[-1].affine, h)
        return logits, [*tape, Step("readout", None, logits, pullback)]

    return forward


def _mean_of_tokens(h: Array) -> tuple[Array, Callable]:
    """The mean over the tokens of each picture, (..., N T, D) -> (..., N, D), and its pullback."""
    tokens = h.reshape(*h.shape[:-2], -1, SIDE, h.shape[-1])

    def pullback(dmean):
        spread = np.repeat(dmean / SIDE, SIDE, axis=-2)
        return None, spread.astype(dmean.dtype)

    return tokens.mean(axis=-2), pullback
