"""Time: one cell, applied again and again, leaves the same kind of tape as layers do; its steps share their parameters.

    state_t = cell(params, x_t, state_{t-1}),   y_t = h_t   (or h_t W + b, with a readout),   t = 1 … T

On the tape, step 3 of an LSTM is "lstm 3", and its output is the full state (h, c). Beside the steps the tape holds the
input map, x W_x + b of all times in one product, as it needs no state; of a linear cell it makes all gates too. A loss
at every time step reaches the states as ``through_time`` shows: each step gets its own cotangent, and hands its dz on
to the input map, which makes one product of all of them for each matrix of weights (Werbos 1990, "backpropagation
through time").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from typing import Annotated

import numpy as np

from .. import cells, require
from ..cells import linear
from ..cells.gated import STEPS, input_map, parameter_gradients, require_fit
from ..door import quietly_guarded, quietly_guarded_by
from ..ops import Array, fits
from ..ops.linear import affine
from ..require import Count
from ..tape import Adjoint, Step, backprop, require_tape, tree_map
from .recurrent_weights import Sequence


class InTime(list):
    """The tape of an unrolled cell: a step for each time, and beside them the map of all inputs, which comes first."""

    def __init__(self, input_map: Step):
        super().__init__()
        self.input_map = input_map  # z_x of all times;  pullback(dz of all times) -> (grads of the parameters, dxs)


def require_unrolled(name: str, tape) -> None:
    """Raise ValueError unless ``tape`` is what ``unroll`` leaves."""
    require.instance(name, tape, isinstance(tape, InTime) and tape, "the tape of an unrolled cell")


def require_steps(name: str, tape) -> None:
    """Raise ValueError unless ``tape`` holds the steps of a cell, whose states are tuples."""
    require_tape(name, tape)
    require.instance(name, tape, isinstance(tape[0].output, tuple), "the tape of an unrolled cell")


Cell = Annotated[str | Callable, lambda name, value: cell_named(value)]
Unrolled = Annotated[InTime, require_unrolled]
Steps = Annotated[list[Step], require_steps]


@quietly_guarded
def unroll(cell: Cell, params, xs: Array, state: tuple | None = None) -> tuple[Array, InTime]:
    """state_t = cell(params, x_t, state_{t-1}).  Returns the outputs of a cell run over xs, and its tape.

    xs : (T, ..., N, D). The outputs are all h, (T, ..., N, H). Where the params are a Sequence, they are what its
    readout makes of them, and the tape ends with the step "readout", which reads all h at once. The tape has a step for
    each time, and beside them the step ``input_map``.
    cell : a name in cells.CELLS, or a function of the same form. state : the initial one, 0 if it is not given.
    """
    name, one_step = cell_named(cell)
    require.array("xs", xs)
    require.shape("xs", xs, "(T, ..., N, D) with T >= 1", xs.ndim >= 3 and len(xs) >= 1)
    own, readout = params if isinstance(params, Sequence) else (params, None)
    require.instance("params", own, hasattr(own, "W_h") or hasattr(own, "nu"), "a cell's, as its init draws them")
    state = _initial(name, state, own, xs)
    tape = _tape(name, one_step, own, xs, state)
    outputs = np.stack([step.output[0] for step in tape])
    if readout is None:
        return outputs, tape
    fits.affine(readout, outputs)
    outputs, pullback = affine(readout, outputs)
    tape.append(Step("readout", None, outputs, pullback))
    return outputs, tape


def _tape(name: str, one_step: Callable, params, xs: Array, state: tuple) -> InTime:
    """A step for each time, in the form that suits the cell."""
    if one_step is not cells.CELLS.get(name):
        return _cell_by_cell(name, one_step, params, xs, state)
    if name in linear.CELLS:
        linear.require_fit(name, params, xs[0], state)
        return _in_linear_steps(name, params, xs, state)
    require_fit(name, params, xs[0], state)
    return _in_two_maps(name, params, xs, state)


def _in_two_maps(name: str, params, xs: Array, state: tuple) -> InTime:
    """The input map of all x_t in one product, and then a step for each of them, which meets the state alone."""
    z, z_pullback = input_map(params, _as_samples(xs))
    z = _time_first(z, len(xs))
    hs = []

    def weights(dz):
        dz_x = _as_samples(np.stack(dz[0]))
        dz_h = _as_samples(np.stack(dz[1])) if name == "gru" else dz_x  # the others see only the sum z_x + z_h
        of_input, dx = z_pullback(dz_x)
        return parameter_gradients(params, of_input, _as_samples(np.stack(hs)), dz_h), _time_first(dx, len(xs))

    tape = InTime(Step("input map", None, z, weights))
    for t, z_x in enumerate(z, start=1):
        hs.append(state[0])
        before = state
        state, pullback = STEPS[name](params, z_x, before)
        tape.append(Step(f"{name} {t}", t, state, _as_step(pullback), before))
    return tape


def _in_linear_steps(name: str, params, xs: Array, state: tuple) -> InTime:
    """The same of a linear cell: its input map is all that has weights, and a step is h' = a ∘ h + v."""
    z, z_pullback = linear.MAPS[name](params, _as_samples(xs))
    z = tuple(_time_first(part, len(xs)) for part in z)

    def weights(dz):
        grads, dx = z_pullback([_as_samples(np.stack(part)) for part in dz])
        return grads, _time_first(dx, len(xs))

    tape = InTime(Step("input map", None, z, weights))
    for t, z_x in enumerate(zip(*z, strict=True), start=1):
        before = state
        state, pullback = linear.step(z_x, before)
        tape.append(Step(f"{name} {t}", t, state, _as_step(pullback), before))
    return tape


def _cell_by_cell(name: str, cell: Callable, params, xs: Array, state: tuple) -> InTime:
    """A cell of your own, which takes x_t and the state at once: its gradients are summed at the end."""

    def weights(handed_on):
        shares, dxs = handed_on
        return reduce(lambda total, share: tree_map(np.add, total, share), shares), np.stack(dxs)

    tape = InTime(Step("input map", None, xs, weights))
    for t, x in enumerate(xs, start=1):
        before = state
        state, pullback = cell(params, x, before)
        tape.append(Step(f"{name} {t}", t, state, _as_step(pullback), before))
    return tape


@quietly_guarded
def through_time(tape: Unrolled, doutputs: Array, *, truncate: Count | None = None):
    """dparams = Σ_t dparams_t.  Returns (grads, dxs, dstate): of the parameters, of xs and of the initial state.

    doutputs : of the shape of unroll's outputs. truncate : cut the way back into spans of so many steps, so that no
    part of the gradient reaches further (Williams & Peng 1990); the forward pass is not cut.
    """
    dreadout = None
    handed_on = []
    for adjoint in back_through_time(tape, doutputs, truncate=truncate):
        if adjoint.name == "readout":
            dreadout = adjoint.grads
        elif adjoint.name == "input":
            dstate = adjoint.cotangent
        else:
            handed_on.append(adjoint.grads)
    grads, dxs = tape.input_map.pullback(tuple(zip(*reversed(handed_on), strict=True)))
    return grads if dreadout is None else Sequence(grads, dreadout), dxs, dstate


@quietly_guarded_by(lambda tape, doutputs, *, truncate=None: _doutputs_fit(tape, doutputs))
def back_through_time(tape: Steps, doutputs: Array, *, truncate: Count | None = None) -> Iterator[Adjoint]:
    """dstate_{t-1} = pullback_t(dstate_t + injected_t).  Yields the readout, the steps from T to 1, and "input".

    It is ``backprop`` where each step has a loss of its own: the readout hands each step its part of dL/dh_t, which is
    added to what comes from the later ones. The grads of a step are what it hands on to the weights, (dz_x, dz_h) or
    (da, dv), of which ``through_time`` makes one gradient for all steps.
    """
    *steps, readout = tape if tape[-1].layer is None else (*tape, None)
    dhs = doutputs
    if readout:
        dreadout, dhs = readout.pullback(doutputs)
        yield Adjoint("readout", None, doutputs, dreadout)
    inject = [(dh, *(None for _ in step.output[1:])) for dh, step in zip(dhs, steps, strict=True)]
    silent = tree_map(np.zeros_like, steps[-1].output)
    span = truncate or len(steps)
    at_input = Adjoint("input", None, silent, None)
    for start in reversed(range(0, len(steps), span)):
        cut = slice(start, start + span)
        for adjoint in backprop(steps[cut], silent, inject[cut]):
            if adjoint.name == "input":
                at_input = adjoint
            else:
                yield adjoint
    yield at_input  # of the first span


def _as_samples(a: Array) -> Array:
    """(T, ..., N, D) -> (..., T N, D): of each network the samples of all times, as the rows of one matrix."""
    a = np.moveaxis(a, 0, -3)
    return a.reshape(*a.shape[:-3], -1, a.shape[-1])


def _time_first(rows: Array, T: int) -> Array:
    """The inverse of ``_as_samples``."""
    return np.moveaxis(rows.reshape(*rows.shape[:-2], T, -1, rows.shape[-1]), -3, 0)


def _as_step(pullback: Callable) -> Callable:
    """On a tape, what a step passes on is dstate; all the rest are its grads."""

    def of_state(dstate):
        *rest, dstate = pullback(dstate)
        return tuple(rest), dstate

    return of_state


def cell_named(cell) -> tuple[str, Callable]:
    """Return a cell's name and its function, by either; one of your own goes by the name of its function."""
    if not callable(cell) or isinstance(cell, type):
        return str(cell), cells.CELLS[str(require.choice("cell", cell, cells.CELLS))]
    known = [name for name, step in cells.CELLS.items() if step is cell]
    return known[0] if known else getattr(cell, "__name__", "cell"), cell


def _initial(name: str, state, params, xs: Array) -> tuple:
    """The state before the first step: the given one, or 0 with the ensemble axes of the parameters or of xs."""
    if state is None:
        units = params.nu if hasattr(params, "nu") else params.W_h[..., 0]  # one number each, (..., H)
        is_complex = getattr(params, "theta", None) is not None  # a state of two arrays
        arrays = 2 if is_complex else cells.STATES.get(name, 1)
        lead = max(units.shape[:-1], xs.shape[1:-2], key=len)
        shape = (*lead, xs.shape[-2], units.shape[-1])
        return tuple(np.zeros(shape, units.dtype) for _ in range(arrays))
    require.instance("state", state, isinstance(state, (tuple, list)), "a tuple of arrays, or None")
    arrays = cells.STATES.get(name, len(state))
    if len(state) != arrays:
        raise ValueError(f"state has {len(state)} arrays; allowed is a tuple of {arrays} for {name!r}")
    return tuple(state)


# --- what fits --------------------------------------------------------------------------------------------------------


def _doutputs_fit(tape: list[Step], doutputs) -> None:
    """Raise ValueError unless doutputs have the shape of the outputs: all h, or what the readout makes of them."""
    outputs = tape[-1].output.shape if tape[-1].layer is None else (len(tape), *tape[0].output[0].shape)
    require.array("doutputs", doutputs)
    require.shape("doutputs", doutputs, f"{outputs}, as the outputs", doutputs.shape == outputs)
