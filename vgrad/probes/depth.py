"""The gradient layer by layer, in a net of any norm and skip, while ``backprop`` walks its tape.

What belongs to layer k are the steps with its number: the last of them made h_k, and its affine map made z_k. Where a
layer is a two-layer branch, dz and dW are those of its two maps together, and of a transformer's block those of its
attention, whose output counts as z, and of its MLP.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import Annotated, Any, NamedTuple

import numpy as np

from .. import require
from ..door import quietly_guarded, quietly_guarded_by
from ..models import Sequence
from ..models.layers import Attention, matrices
from ..ops import Affine, Array
from ..require import bare
from ..tape import Tape, backprop, leaves, require_walk, tree_map
from .size import Entries, entries, joint_norm, norm

SATURATED = 0.01  # a slope below it: sigmoid beyond ±4.6, tanh beyond ±3
WITHOUT_SLOPE = (  # all steps but activations
    "affine ", "attention ", "batch_norm ", "layer_norm ", "rms_norm ", "fork ", "join ", "readout",
)  # fmt: skip


def require_params(name: str, params) -> None:
    """Raise ValueError unless ``params`` are a net's or a cell's."""
    fits = (isinstance(params, list) and params) or isinstance(params, Sequence) or hasattr(params, "W_x")
    expected = "what init_mlp or init_recurrent draws, or a gradient of its form"
    require.instance(name, params, fits, expected)
    for leaf in leaves(params):
        require.array(name, leaf)
    lead = None
    for maps in bare(weights)(params):
        require.instance(name, params, maps, expected)
        for W in maps:
            require.array(name, W, 2)
            lead = W.shape[:-2] if lead is None else lead
            require.shape(name, W, f"{(*lead, *W.shape[-2:])}, of the first's ensemble", W.shape[:-2] == lead)


def require_same_form(before, after) -> None:
    """Raise ValueError unless two sets of parameters have weights of the same shapes."""
    forms = [[[W.shape for W in maps] for maps in bare(weights)(params)] for params in (before, after)]
    require.instance("after", after, forms[0] == forms[1], "parameters of the shapes of before")


def require_own(params, tape, cotangent) -> None:
    """Raise ValueError unless the tape is of as many layers as the parameters of an MLP, from the first layer on."""
    require_walk(tape, cotangent)
    require.instance("params", params, isinstance(params, list), "the layers that made the tape")
    numbers = list(dict.fromkeys(step.layer for step in tape if step.layer is not None))
    whole = numbers == list(range(1, len(numbers) + 1))
    require.instance("tape", numbers, whole, "a tape of all hidden layers, from the first to the last")
    if len(params) - len(numbers) not in (0, 1):
        made = f"those that made the tape, {len(numbers)} and a readout"
        raise ValueError(f"params are {len(params)} layers; allowed are {made}")


Params = Annotated[Any, require_params]


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


@quietly_guarded_by(require_walk)
def layers(tape: Tape, cotangent: Array) -> Iterator[LayerAdjoint]:
    """Walk the tape of an MLP backwards, and yield what each hidden layer receives, the last layer first."""
    for layer, adjoints in groupby(bare(backprop)(tape, cotangent), key=attrgetter("layer")):
        if layer is None:  # the readout, the input
            continue
        received = list(adjoints)
        dz = []
        dW = []
        for adjoint in received:
            if isinstance(adjoint.grads, (Affine, Attention)):
                dz.append(_branch(adjoint.cotangent))
                dW += matrices(adjoint.grads)
        yield LayerAdjoint(received[0].cotangent, dz, dW)


@quietly_guarded_by(require_walk)
def norms(tape: Tape, cotangent: Array) -> Norms:
    """‖dh_k‖, ‖dz_k‖, ‖dW_k‖.  Returns the three norms of every hidden layer, of a cotangent of the last output."""
    rows = ((norm(dh), joint_norm(dz), joint_norm(dW)) for dh, dz, dW in bare(layers)(tape, cotangent))
    return Norms(*_columns(rows))


@quietly_guarded_by(require_walk)
def norms_and_entries(tape: Tape, cotangent: Array) -> tuple[Norms, Entries]:
    """Return the same norms, and what became of the numbers in dh_k."""
    rows = ((norm(dh), joint_norm(dz), joint_norm(dW), *entries(dh)) for dh, dz, dW in bare(layers)(tape, cotangent))
    dh, dz, dW, *numbers = _columns(rows)
    return Norms(dh, dz, dW), Entries(*numbers)


@quietly_guarded_by(require_own)
def flow(params: Params, tape: Tape, cotangent: Array) -> Flow:
    """Pull ``cotangent`` back through the tape of an MLP, and return what its hidden layers receive.

    params : the layers that made the tape, which may have a readout; cotangent : (..., N, D), the derivative with
    respect to the last output.
    """
    (dh, dz, dW), numbers = bare(norms_and_entries)(tape, cotangent)
    hidden = bare(weights)(params)[: dh.shape[-1]]
    W = np.stack([joint_norm(maps) for maps in hidden], axis=-1)
    shares = [_dead_and_saturated(slope) for slope in bare(slopes)(tape)]
    no_slopes = (np.zeros_like(dh), np.zeros_like(dh))  # of attention alone
    dead, saturated = (np.stack(row, axis=-1) for row in zip(*shares, strict=True)) if shares else no_slopes
    with np.errstate(divide="ignore", invalid="ignore"):
        decades = np.log10(dh) - np.log10(dh[..., -1:])
        return Flow(dh, dz, dW, dW / W, decades, dead, saturated, numbers)


@quietly_guarded
def outputs(tape: Tape) -> list[Array]:
    """Return h_k (..., N, D) of each hidden layer, or the state at each time: the output of its last step."""
    last = {step.layer: step.output for step in tape}
    return [output for layer, output in last.items() if layer is not None]


@quietly_guarded
def slopes(tape: Tape) -> Iterator[Array]:
    """φ'(z_k).  Yields the slopes (..., N, D) of each hidden layer, the first layer first.

    They are what the pullback of its activation makes of ones.
    """
    for step in tape:
        if not step.name.startswith(WITHOUT_SLOPE):
            ones = tree_map(np.ones_like, step.output)
            yield _branch(step.pullback(ones)[1])


@quietly_guarded
def weights(params: Params) -> list[list[Array]]:
    """Return the weight matrices, layer by layer; of a recurrent net W_x, W_h and the readout's."""
    if isinstance(params, list):
        return [matrices(block) for block in params]
    cell, readout = params if isinstance(params, Sequence) else (params, None)
    hidden = [[cell.W_h]] if hasattr(cell, "W_h") else []  # a linear cell has none
    return [[cell.W_x], *hidden, *([[readout.W]] if readout else [])]


@quietly_guarded_by(require_same_form)
def change(before: Params, after: Params) -> Array:
    """‖W' - W‖ / ‖W‖.  Returns it per layer, (..., layers): the size of an update, or the movement since the start."""
    pairs = zip(bare(weights)(before), bare(weights)(after), strict=True)
    return np.stack([_moved(old, new) / joint_norm(old) for old, new in pairs], axis=-1)


def _moved(old: list[Array], new: list[Array]) -> Array:
    return joint_norm([its - own for own, its in zip(old, new, strict=True)])


def _columns(rows) -> Array:
    """Numbers of each layer, last layer first -> one array (..., depth) per number, first layer first."""
    by_layer = np.array([*rows][::-1])
    if not len(by_layer):
        raise ValueError("tape has no hidden layer; allowed are tapes of one at least")
    return by_layer.transpose(*range(1, by_layer.ndim), 0)


def _dead_and_saturated(slope: Array) -> tuple[Array, Array]:
    """The share of units that are dead, and of entries that are saturated."""
    return (slope == 0).all(axis=-2).mean(axis=-1), (np.abs(slope) < SATURATED).mean(axis=(-2, -1))


def _branch(state) -> Array:
    """The branch of a state of two lanes, or the state."""
    return state[1] if isinstance(state, tuple) else state
