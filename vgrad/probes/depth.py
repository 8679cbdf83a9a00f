"""The gradient layer by layer, in a net of any norm and skip, while ``backprop`` walks its tape.

What belongs to layer k are the steps with its number: the last of them made h_k, and its affine map made z_k. Where a
layer is a two-layer branch, dz and dW are those of its two maps together.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

import numpy as np

from .. import require
from ..models import Layer, Sequence
from ..ops import Affine, Array
from ..tape import Step, backprop, require_tape, tree_map
from .size import Entries, entries, norm, together

SATURATED = 0.01  # a slope below it: sigmoid beyond ±4.6, tanh beyond ±3
WITHOUT_SLOPE = ("affine ", "batch_norm ", "layer_norm ", "fork ", "join ", "readout")  # all steps but activations


def drawn(name: str, params) -> None:
    """Raise ValueError unless ``params`` are a net's or a cell's."""
    fits = (isinstance(params, list) and params) or isinstance(params, Sequence) or hasattr(params, "W_h")
    require.instance(name, params, fits, "what init_mlp or init_recurrent draws, or a gradient of its form")


checked = require.checked(tape=require_tape, params=drawn, before=drawn, after=drawn)


class LayerAdjoint(NamedTuple):
    """What one layer receives: dL/dh_k, and dL/dz and dL/dW of each of its affine maps."""

    dh: Array
    dz: list[Array]
    dW: list[Array]


class Norms(NamedTuple):
    """The norms alone, (..., depth), first layer first: all that a picture needs, at half the cost of ``flow``."""

    dh: Array
    dz: Array
    dW: Array


class Flow(NamedTuple):
    """The gradient's flow through the hidden layers: arrays (..., depth), first layer first, in float64."""

    dh: Array  # ‖dL/dh_k‖, what arrives at the layer's output
    dz: Array  # ‖dL/dz_k‖, at its affine map's
    dW: Array  # ‖dL/dW_k‖, what the layer would learn from
    relative: Array  # ‖dW_k‖ / ‖W_k‖
    decades: Array  # log10 of ‖dh_k‖ over the last layer's: negative is vanishing
    dead: Array  # share of units whose slope is 0 for all N samples
    saturated: Array  # share of slopes below SATURATED; of ReLU's, the share that is off
    entries: Entries  # what became of the numbers in dh_k


@checked
def layers(tape: list[Step], cotangent: Array) -> Iterator[LayerAdjoint]:
    """Walk the tape of an MLP backwards; yield what each hidden layer receives, the last layer first."""
    for k, adjoints in groupby(backprop(tape, cotangent), key=lambda adjoint: adjoint.layer):
        if k is None:  # the readout, the input
            continue
        dh, dz, dW = None, [], []
        for adjoint in adjoints:
            dh = adjoint.cotangent if dh is None else dh
            if isinstance(adjoint.grads, Affine):
                dz.append(_lane(adjoint.cotangent))
                dW.append(adjoint.grads.W)
        yield LayerAdjoint(dh, dz, dW)


@checked
def norms(tape: list[Step], cotangent: Array) -> Norms:
    """‖dh_k‖, ‖dz_k‖, ‖dW_k‖ per hidden layer of a cotangent of the last output."""
    return Norms(*_columns((norm(dh), together(dz), together(dW)) for dh, dz, dW in layers(tape, cotangent)))


@checked
def norms_and_entries(tape: list[Step], cotangent: Array) -> tuple[Norms, Entries]:
    """The same, and what became of the numbers in dh_k."""
    rows = ((norm(dh), together(dz), together(dW), *entries(dh)) for dh, dz, dW in layers(tape, cotangent))
    dh, dz, dW, *numbers = _columns(rows)
    return Norms(dh, dz, dW), Entries(*numbers)


def _columns(rows) -> Array:
    """Numbers of each layer, last layer first -> one array (..., depth) per number, first layer first."""
    rows = [*rows]
    if not rows:
        raise ValueError("tape has no hidden layer; allowed are tapes of one at least")
    return np.moveaxis(np.array(rows[::-1]), 0, -1)


@checked
def flow(params, tape: list[Step], cotangent: Array) -> Flow:
    """Pull ``cotangent`` back through the tape of an MLP's hidden layers (and its readout, if the tape has one).

    params : the layers that made the tape; cotangent : (..., N, D), the derivative with respect to the last output.
    """
    (dh, dz, dW), numbers = norms_and_entries(tape, cotangent)
    W = np.stack([together(maps) for maps in weights(params)[: dh.shape[-1]]], axis=-1)
    dead, saturated = (np.stack(row, axis=-1) for row in zip(*map(_shares, slopes(tape)), strict=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        return Flow(dh, dz, dW, dW / W, np.log10(dh) - np.log10(dh[..., -1:]), dead, saturated, numbers)


@checked
def outputs(tape: list[Step]) -> list[Array]:
    """h_k (..., N, D) of each hidden layer, or the state at each time: what the last step of its number put out."""
    last = {step.layer: step.output for step in tape}
    return [output for k, output in last.items() if k is not None]


@checked
def slopes(tape: list[Step]) -> Iterator[Array]:
    """φ'(z), (..., N, D), of each hidden layer, the first layer first: what its activation makes of ones."""
    for step in tape:
        if not step.name.startswith(WITHOUT_SLOPE):
            yield _lane(step.pullback(tree_map(np.ones_like, step.output))[1])


def _shares(slope: Array) -> tuple[Array, Array]:
    """The share of units that are dead, and of entries that are saturated."""
    return (slope == 0).all(axis=-2).mean(axis=-1), (np.abs(slope) < SATURATED).mean(axis=(-2, -1))


@checked
def weights(params) -> list[list[Array]]:
    """The weight matrices, layer by layer; of a recurrent net W_x, W_h and the readout's."""
    if isinstance(params, list):
        return [[layer.affine.W for layer in _pair(block)] for block in params]
    cell, readout = params if isinstance(params, Sequence) else (params, None)
    return [[cell.W_x], [cell.W_h], *([[readout.W]] if readout else [])]


@checked
def change(before, after) -> Array:
    """‖W' - W‖ / ‖W‖ per layer, (..., layers): the update's size after one step, the movement since the start."""
    pairs = list(zip(weights(before), weights(after), strict=True))
    moved = [together([new - old for old, new in zip(*pair, strict=True)]) / together(pair[0]) for pair in pairs]
    return np.stack(moved, axis=-1)


def _pair(block) -> tuple[Layer, ...]:
    """The layers of a block: one, or the two of a branch."""
    return (block,) if isinstance(block, Layer) else block


def _lane(state) -> Array:
    """The branch of a state of two lanes, or the state."""
    return state[1] if isinstance(state, tuple) else state
