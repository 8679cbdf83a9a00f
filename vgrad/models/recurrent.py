"""Time: one cell, applied again and again, leaves the same kind of tape as layers do; its steps share their parameters.

    state_t = cell(params, x_t, state_{t-1}),   y_t = h_t   (or h_t W + b, with a readout),   t = 1 … T

On the tape, step 3 of an LSTM is "lstm 3", and its output is the full state (h, c). A loss at every time step reaches
the states as ``through_time`` shows: each step gets its own cotangent, and hands its part of the parameters' gradient
to the sum (Werbos 1990, "backpropagation through time").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, NamedTuple

import numpy as np

from .. import cells, init, require
from ..init import Named
from ..ops import Affine, Array, fits
from ..ops.linear import affine
from ..require import Count, Finite, Flag, Precision, Rng, Sizes, bare, guarded, guarded_by
from ..tape import Adjoint, Step, backprop, leaves, require_tape, tree_map
from .mlp import init_affine


class Sequence(NamedTuple):
    """The parameters of a cell, and of the affine map that reads its h at every step."""

    cell: cells.Recurrent | cells.GRUParams
    readout: Affine


def require_unrolled(name: str, tape) -> None:
    """Raise ValueError unless ``tape`` is that of an unrolled cell, whose states are tuples."""
    require_tape(name, tape)
    require.instance(name, tape, isinstance(tape[0].output, tuple), "the tape of an unrolled cell")


CellName = Annotated[str, require.one_of(cells.GATES)]
Cell = Annotated[str | Callable, lambda name, value: cell_named(value)]
Unrolled = Annotated[list[Step], require_unrolled]
Weights = Annotated[Any, lambda name, value: _scheme_or_array(name, value)]
OWNERS = {"forget_bias": "lstm", "paired": "lstm", "chrono": "lstm", "update_bias": "gru"}  # which cell has the gate


@guarded
def unroll(cell: Cell, params, xs: Array, state: tuple | None = None) -> tuple[Array, list[Step]]:
    """state_t = cell(params, x_t, state_{t-1}).  Returns the outputs of a cell run over xs, and its tape.

    xs : (T, ..., N, D). The outputs are all h, (T, ..., N, H). Where the params are a Sequence, they are what its
    readout makes of them, and the tape ends with the step "readout", which reads all h at once.
    cell : a name in cells.CELLS, or a function of the same form. state : the initial one, 0 if it is not given.
    """
    name, step = cell_named(cell)
    require.shape("xs", xs, "(T, ..., N, D) with T >= 1", np.ndim(xs) >= 3 and len(xs) >= 1)
    own, readout = params if isinstance(params, Sequence) else (params, None)
    require.instance("params", own, hasattr(own, "W_h") or hasattr(own, "nu"), "a cell's, as its init draws them")
    state = _initial(name, state, own, xs)
    tape = []
    later = bare(step) if step in cells.CELLS.values() else step  # the first step checks that all fits
    for t, x in enumerate(xs, start=1):
        state, pullback = step(own, x, state)
        tape.append(Step(f"{name} {t}", t, state, _as_step(pullback)))
        step = later
    outputs = np.stack([step.output[0] for step in tape])
    if readout is None:
        return outputs, tape
    fits.affine(readout, outputs)
    outputs, pullback = affine(readout, outputs)
    return outputs, [*tape, Step("readout", None, outputs, pullback)]


@guarded
def through_time(tape: Unrolled, doutputs: Array, *, truncate: Count | None = None):
    """dparams = Σ_t dparams_t.  Returns (grads, dxs, dstate): of the parameters, of xs and of the initial state.

    doutputs : of the shape of unroll's outputs. truncate : cut the way back into spans of so many steps, so that no
    part of the gradient reaches further (Williams & Peng 1990); the forward pass is not cut.
    """
    grads: Any = None
    dreadout = None
    dxs = []
    for adjoint in back_through_time(tape, doutputs, truncate=truncate):
        if adjoint.name == "readout":
            dreadout = adjoint.grads
        elif adjoint.name == "input":
            dstate = adjoint.cotangent
        else:
            share, dx = adjoint.grads
            grads = share if grads is None else _add(grads, share)
            dxs.append(dx)
    if dreadout is not None:
        grads = Sequence(grads, dreadout)
    return grads, np.stack(dxs[::-1]), dstate


@guarded_by(lambda tape, doutputs, *, truncate=None: _doutputs_fit(tape, doutputs))
def back_through_time(tape: Unrolled, doutputs: Array, *, truncate: Count | None = None) -> Iterator[Adjoint]:
    """dstate_{t-1} = pullback_t(dstate_t + injected_t).  Yields the readout, the steps from T to 1, and "input".

    It is ``backprop`` where each step has a loss of its own: the readout hands each step its part of dL/dh_t, which is
    added to what comes from the later ones.
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


@guarded
def init_recurrent(
    cell: CellName, D: Count, H: Count, *, rng: Rng, readout: Count | None = None, scheme: Named = "xavier_normal",
    recurrent: Weights = None, gain: Finite = 1.0, forget_bias: Finite = 0.0, paired: Flag = False,
    chrono: Annotated[float, require.number_from(2)] | None = None, update_bias: Finite = 0.0, ensemble: Sizes = (),
    dtype: Precision = "float64",
):  # fmt: skip
    """Return the parameters of a cell in cells.GATES, drawn gate by gate; with ``readout``, a Sequence with its Affine.

    scheme : of W_x, W_h and the readout; recurrent : another one of W_h ("orthogonal", "identity"), or an array
    (*ensemble, H, H) to use for each gate; gain multiplies W_h's scale. Biases start at 0, or as a torch scheme draws
    them, to which are added,
    lstm : ``forget_bias`` to b_f (1, as Jozefowicz et al. 2015 advise); paired, its negative to b_i; in place of both,
        chrono, a time span T: ln U(1, T - 1) to b_f and its negative to b_i (Tallec & Ollivier 2018, eq. 16);
    gru : ``update_bias`` to b_u; positive keeps the memory.
    Raises ValueError naming the argument, also where the cell has no such gate.
    """
    gates = cells.GATES[cell]
    biases = dict(forget_bias=forget_bias, paired=paired, chrono=chrono, update_bias=update_bias)
    _has_gate(cell, **biases)
    options: dict = dict(rng=rng, ensemble=ensemble, dtype=dtype)
    inputs = [init_affine(D, H, scheme=scheme, **options) for _ in range(gates)]
    hidden = [_recurrent(recurrent, H, scheme=scheme, gain=gain, **options) for _ in range(gates)]
    W_x, b_x = (np.concatenate(part, axis=-1) for part in zip(*inputs, strict=True))
    W_h, b_h = (np.concatenate(part, axis=-1) for part in zip(*hidden, strict=True))
    b_x += _bias(cell, (*ensemble, H), rng, **biases).astype(dtype)
    params = cells.GRUParams(W_x, W_h, b_x, b_h) if cell == "gru" else cells.Recurrent(W_x, W_h, b_x + b_h)
    return params if readout is None else Sequence(params, init_affine(H, readout, scheme=scheme, **options))


def _add(grads, share):
    """One more step's share, in place, so that T of them are not kept."""
    for total, part in zip(leaves(grads), leaves(share), strict=True):
        total += part
    return grads


def _as_step(pullback: Callable) -> Callable:
    """On a tape, what a step passes on is dstate; all the rest are its grads."""

    def of_state(dstate):
        grads, dx, dstate = pullback(dstate)
        return (grads, dx), dstate

    return of_state


def cell_named(cell) -> tuple[str, Callable]:
    """Return a cell's name and its function, by either; one of your own goes by the name of its function."""
    if not callable(cell):
        return cell, cells.CELLS[require.choice("cell", cell, cells.CELLS)]
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


def _recurrent(given, H: int, *, scheme, gain, rng, ensemble, dtype) -> Affine:
    """One gate's W_h: drawn by a scheme, or the array given."""
    if isinstance(given, np.ndarray):
        require.shape("recurrent", given, f"(..., {H}, {H})", given.shape == (*ensemble, H, H))
        return Affine((float(gain) * given).astype(dtype), np.zeros((*ensemble, H), dtype))
    scheme = scheme if given is None else given
    return init_affine(H, H, scheme=scheme, gain=gain, rng=rng, ensemble=ensemble, dtype=dtype)


def _bias(cell: str, shape, rng, forget_bias, paired, chrono, update_bias) -> Array:
    """What the options add to b (..., gates · H)."""
    b = np.zeros((cells.GATES[cell], *shape))
    if cell == "gru":
        b[1] = update_bias
    if cell == "lstm":
        b[1] = forget_bias if chrono is None else np.log(rng.uniform(1, chrono - 1, shape))
        if paired or chrono is not None:
            b[0] = -b[1]
    return np.concatenate(b, axis=-1)


# --- what fits --------------------------------------------------------------------------------------------------------


def _doutputs_fit(tape: list[Step], doutputs) -> None:
    """Raise ValueError unless doutputs have the shape of the outputs: all h, or what the readout makes of them."""
    outputs = tape[-1].output.shape if tape[-1].layer is None else (len(tape), *tape[0].output[0].shape)
    require.shape("doutputs", doutputs, f"{outputs}, as the outputs", np.shape(doutputs) == outputs)


def _scheme_or_array(name: str, value) -> None:
    if not isinstance(value, np.ndarray):
        init.require_scheme(name, value)


def _has_gate(cell: str, **options) -> None:
    """Raise ValueError for a bias of a gate that the cell does not have."""
    for name, value in options.items():
        given = value is not None if name == "chrono" else value
        owner = OWNERS[name]
        if given and owner != cell:
            raise ValueError(f"{name} is {value!r}, but cell is {cell!r}; allowed is it for {owner!r} alone")
