"""Time: one cell, applied again and again, leaves the same kind of tape as layers do; its steps share their parameters.

    state_t = cell(params, x_t, state_{t-1}),   y_t = h_t   (or h_t W + b, with a readout),   t = 1 … T

On the tape, step 3 of an LSTM is "lstm 3", and its output is the full state (h, c). A loss at every time step reaches
the states as ``through_time`` shows: each step gets its own cotangent, and hands its part of the parameters' gradient
to the sum (Werbos 1990, "backpropagation through time").
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .. import cells, init, require
from ..ops import Affine, Array, affine
from ..tape import Adjoint, Step, backprop, leaves, require_tape, tree_map
from .mlp import init_affine


class Sequence(NamedTuple):
    """The parameters of a cell, and of the affine map that reads its h at every step."""

    cell: cells.Recurrent | cells.GRUParams
    readout: Affine


def unrolled(name: str, tape) -> None:
    """Raise ValueError unless ``tape`` is that of an unrolled cell, whose states are tuples."""
    require_tape(name, tape)
    require.instance(name, tape, isinstance(tape[0].output, tuple), "the tape of an unrolled cell")


@require.checked(ensemble=require.sizes, forget_bias=require.number, update_bias=require.number, paired=require.flag)
def init_recurrent(
    cell: str, D: int, H: int, *, rng, readout: int | None = None, scheme="xavier_normal", recurrent=None, gain=1.0,
    forget_bias=0.0, paired=False, chrono: float | None = None, update_bias=0.0, ensemble=(), dtype="float64",
):  # fmt: skip
    """Draw the parameters of a cell in cells.CELLS, gate by gate; with ``readout``, a Sequence of them and its Affine.

    scheme : of W_x, W_h and the readout; recurrent : another one of W_h ("orthogonal", "identity"), or an array
    (*ensemble, H, H) to use for each gate; gain multiplies W_h's scale. Biases start at 0, or as a torch scheme draws
    them, to which are added,
    lstm : ``forget_bias`` to b_f (1, as Jozefowicz et al. 2015 advise); paired, its negative to b_i; in place of both,
        chrono, a time span T: ln U(1, T - 1) to b_f and its negative to b_i (Tallec & Ollivier 2018, eq. 16);
    gru : ``update_bias`` to b_u; positive keeps the memory.
    Raises ValueError naming the argument, also where the cell has no such gate.
    """
    gates = cells.GATES[require.choice("cell", cell, cells.CELLS)]
    D, H = require.whole("D", D, 1), require.whole("H", H, 1)
    readout = readout if readout is None else require.whole("readout", readout, 1)
    _has_gate(cell, forget_bias=forget_bias, paired=paired, chrono=chrono, update_bias=update_bias)
    options = dict(rng=rng, ensemble=ensemble, dtype=dtype)
    inputs = [init_affine(D, H, scheme=scheme, **options) for _ in range(gates)]
    hidden = [_recurrent(recurrent, H, scheme=scheme, gain=gain, **options) for _ in range(gates)]
    W_x, b_x = (np.concatenate(part, axis=-1) for part in zip(*inputs, strict=True))
    W_h, b_h = (np.concatenate(part, axis=-1) for part in zip(*hidden, strict=True))
    b_x += _bias(cell, (*ensemble, H), rng, forget_bias, paired, chrono, update_bias).astype(dtype)
    params = cells.GRUParams(W_x, W_h, b_x, b_h) if cell == "gru" else cells.Recurrent(W_x, W_h, b_x + b_h)
    return params if readout is None else Sequence(params, init_affine(H, readout, scheme=scheme, **options))


def unroll(cell, params, xs: Array, state: tuple | None = None) -> tuple[Array, list[Step]]:
    """outputs, tape of a cell run over xs (T, ..., N, D):  outputs (T, ..., N, H), or what a readout makes of them.

    cell : a name in cells.CELLS, or a function of the same form. state : the initial one, 0 if not given. The params of
    a Sequence have a readout: the tape then ends with the step "readout", which reads all h at once.
    """
    name, step = named(cell)
    require.shape("xs", xs, "(T, ..., N, D) with T >= 1", np.ndim(xs) >= 3 and len(xs) >= 1)
    own, readout = params if isinstance(params, Sequence) else (params, None)
    require.instance("params", own, hasattr(own, "W_h"), "a cell's, as init_recurrent draws them")
    state, tape = _initial(name, state, own, xs), []
    for t, x in enumerate(xs, start=1):
        state, pullback = step(own, x, state)
        tape.append(Step(f"{name} {t}", t, state, _as_step(pullback)))
    outputs = np.stack([step.output[0] for step in tape])
    if readout is None:
        return outputs, tape
    outputs, pullback = affine(readout, outputs)
    return outputs, [*tape, Step("readout", None, outputs, pullback)]


@require.checked(tape=unrolled)
def through_time(tape: list[Step], doutputs: Array, *, truncate: int | None = None):
    """Backpropagate through time: (grads, dxs, dstate) of the parameters, of xs (T, ..., N, D) and the initial state.

    doutputs : of the shape of unroll's outputs. truncate : cut the way back into spans of so many steps, so that no
    part of the gradient reaches further (Williams & Peng 1990); the forward pass is not cut.
    """
    grads, dreadout, dxs = None, None, []
    for adjoint in back_through_time(tape, doutputs, truncate=truncate):
        if adjoint.name == "readout":
            dreadout = adjoint.grads
        elif adjoint.grads is not None:
            share, dx = adjoint.grads
            grads = share if grads is None else _add(grads, share)
            dxs.append(dx)
    return grads if dreadout is None else Sequence(grads, dreadout), np.stack(dxs[::-1]), adjoint.cotangent


@require.checked(tape=unrolled)
def back_through_time(tape: list[Step], doutputs: Array, *, truncate: int | None = None) -> Iterator[Adjoint]:
    """What ``backprop`` yields where each step has a loss of its own: the readout, the steps from T to 1, "input".

    The readout hands each step its part of dL/dh_t, which is added to what comes from the later ones: inject.
    """
    *steps, readout = tape if tape[-1].name == "readout" else (*tape, None)
    outputs = readout.output.shape if readout else (len(steps), *steps[0].output[0].shape)
    require.shape("doutputs", doutputs, f"{outputs}, as the outputs", np.shape(doutputs) == outputs)
    span = require.whole("truncate", len(steps) if truncate is None else truncate, 1)
    dreadout, dhs = readout.pullback(doutputs) if readout else (None, doutputs)
    if readout:
        yield Adjoint("readout", None, doutputs, dreadout)
    inject = [(dh, *(None for _ in step.output[1:])) for dh, step in zip(dhs, steps, strict=True)]
    silent = tree_map(np.zeros_like, steps[-1].output)
    for start in reversed(range(0, len(steps), span)):
        cut = slice(start, start + span)
        for adjoint in backprop(steps[cut], silent, inject[cut]):
            if adjoint.name != "input":
                yield adjoint
    yield adjoint


def _add(grads, share):
    """One more step's share, in place: T of them are not kept."""
    for total, part in zip(leaves(grads), leaves(share), strict=True):
        total += part
    return grads


def _as_step(pullback):
    """On a tape, what a step passes on is dstate; all the rest are its grads."""

    def of_state(dstate):
        grads, dx, dstate = pullback(dstate)
        return (grads, dx), dstate

    return of_state


def named(cell):
    """A cell's name and function, by either."""
    if not callable(cell):
        return cell, cells.CELLS[require.choice("cell", cell, cells.CELLS)]
    return next((name for name, step in cells.CELLS.items() if step is cell), getattr(cell, "__name__", "cell")), cell


def _initial(name: str, state, params, xs: Array) -> tuple:
    """The state before the first step: the given one, or 0 with the ensemble axes of the parameters or of xs."""
    require.instance("state", state, state is None or isinstance(state, (tuple, list)), "a tuple of arrays, or None")
    arrays = cells.STATES.get(name, 1 if state is None else len(state))
    if state is not None and len(state) != arrays:
        raise ValueError(f"state has {len(state)} arrays; allowed is a tuple of {arrays} for {name!r}")
    H = params.W_h.shape[-2]
    shape = (*max(params.W_h.shape[:-2], xs.shape[1:-2], key=len), xs.shape[-2], H)
    return tuple(np.zeros(shape, params.W_h.dtype) for _ in range(arrays)) if state is None else tuple(state)


def _recurrent(given, H: int, *, scheme, gain, rng, ensemble, dtype) -> Affine:
    """One gate's W_h: drawn by a scheme, or the array given."""
    if not isinstance(given, np.ndarray):
        if not (given is None or isinstance(given, init.Scheme)):
            require.choice("recurrent", given, init.SCHEMES)
        scheme = scheme if given is None else given
        return init_affine(H, H, scheme=scheme, gain=gain, rng=rng, ensemble=ensemble, dtype=dtype)
    require.shape("recurrent", given, f"(..., {H}, {H})", given.shape == (*ensemble, H, H))
    return Affine((require.number("gain", gain) * given).astype(dtype), np.zeros((*ensemble, H), dtype))


def _bias(cell, shape, rng, forget_bias, paired, chrono, update_bias) -> Array:
    """What the options add to b (..., gates · H)."""
    b = np.zeros((cells.GATES[cell], *shape))
    if cell == "gru":
        b[1] = require.number("update_bias", update_bias)
    if cell == "lstm":
        b[1] = require.number("forget_bias", forget_bias)
        if chrono is not None:
            b[1] = np.log(rng.uniform(1, require.number("chrono", chrono, 2) - 1, shape))
        if paired or chrono is not None:
            b[0] = -b[1]
    return np.concatenate(b, axis=-1)


def _has_gate(cell: str, **options) -> None:
    """Raise ValueError for a bias of a gate that the cell does not have."""
    owner = {"forget_bias": "lstm", "paired": "lstm", "chrono": "lstm", "update_bias": "gru"}
    for name, value in options.items():
        given = value is not None if name == "chrono" else value
        if given and owner[name] != cell:
            raise ValueError(f"{name} is {value!r}, but cell is {cell!r}; allowed is it for {owner[name]!r} alone")
