"""How far a gradient reaches through time: random recurrent nets of any cell, and what arrives at each step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ... import cells, models, probes, require
from ...ops import Array, sigmoid
from ...tape import backprop, tree_map
from .protocol import checked, measured

CELLS = {"rnn": "rnn", "irnn": "relu_rnn", "lstm": "lstm", "gru": "gru"}  # IRNN: ReLU and W_h = 1 (Le et al. 2015)
MODES = ("alone", "paired", "chrono")
D = 2  # inputs a step
KEEPS = 1  # number of the gate that keeps: i f g o, r u n


class ReachRecord(NamedTuple):
    """What ``reach`` measured."""

    cell: str
    bias: float
    mode: str
    T: int
    width: int
    sigma: float  # of the inputs
    batch: int
    seeds: int
    sizes: Array  # (seeds, T + 1): ‖dL/dstate_t‖ / ‖dL/dh_T‖, t = 0 … T

    @property
    def ratio(self) -> float:
        """‖dL/dstate_0‖ / ‖dL/dh_T‖, the median of the networks."""
        return float(np.median(self.sizes[:, 0]))


@measured
def reach(cell: str, *, bias=0.0, mode="alone", T=100, width=32, sigma=1.0, batch=4, seeds=20, seed=0) -> ReachRecord:
    """Send a N(0, 1) gradient of h_T back through T steps fed with x ~ N(0, sigma²), and measure what arrives.

    cell : one of CELLS; bias, mode : see above, of cells without such a gate 0 and "alone". All networks differ.
    """
    T, rng = require.whole("T", T, 2), np.random.default_rng((require.whole("seed", seed, 0), 1))
    require.counts(batch=batch)
    params = networks(cell, bias=bias, mode=mode, T=T, width=width, seeds=seeds, seed=seed)
    xs = require.number("sigma", sigma, 0) * rng.standard_normal((T, seeds, batch, D))
    tape = models.unroll(CELLS[cell], params, xs)[1]
    dh, *silent = (np.zeros_like(array) for array in tape[-1].output)
    dh = rng.standard_normal(dh.shape)
    sizes = [probes.norm(_flat(adjoint.cotangent)) for adjoint in backprop(tape, (dh, *silent))]
    return ReachRecord(
        cell, bias, mode, T, width, sigma, batch, seeds, np.stack(sizes[::-1], axis=-1) / probes.norm(dh)[:, None]
    )


@checked()
def networks(cell: str, *, bias=0.0, mode="alone", T=100, width=32, seeds=1, seed=0, apart=False, **options):
    """``seeds`` networks of one cell, with an ensemble axis, or ``apart`` in a list; the first are always the same.

    Xavier's weights: W_x of all gates in one piece, as torch's xavier_normal_(cell.weight_ih_l0) draws it, and W_h gate
    by gate. options : of init_recurrent.
    """
    kind = CELLS[require.choice("cell", cell, CELLS)]
    require.counts(T=T, width=width, seeds=seeds)
    options |= _biases(cell, require.number("bias", bias), mode, T)
    options |= dict(recurrent="identity") if cell == "irnn" else {}
    one_piece = ((D + width) / (D + cells.GATES[kind] * width)) ** 0.5
    each, seed = [], require.whole("seed", seed, 0)
    for k in range(seeds):
        params = models.init_recurrent(kind, D, width, rng=np.random.default_rng((seed, 0, k)), **options)
        each.append(tree_map(np.copy, _scaled(params, one_piece)))
    return each if apart else tree_map(lambda *arrays: np.stack(arrays), *each)


def _cells(name: str, params) -> None:
    require.instance(name, params, hasattr(params, "W_h"), "those of a cell, as init_recurrent draws them")


@checked(params=_cells, xs=require.array, outputs=require.array)
def keeping(cell: str, params, xs: Array, outputs: Array) -> Array:
    """How far the gate that keeps the state is open, from 0 to 1: f of an LSTM, u of a GRU, (T, ..., N, H).

    outputs : h_1 … h_T, as ``models.unroll`` returns them of a cell without a readout. Raises ValueError for a cell
    that has no such gate.
    """
    H = params.W_h.shape[-2]
    gate = slice(KEEPS * H, (KEEPS + 1) * H)
    require.choice("cell", cell, ("lstm", "gru"))
    for name, array, W in (("xs", xs, params.W_x), ("outputs", outputs, params.W_h)):
        require.shape(name, array, f"(T, ..., N, {W.shape[-2]})", array.ndim >= 3 and array.shape[-1] == W.shape[-2])
    before = np.concatenate([np.zeros_like(outputs[:1]), outputs[:-1]])
    b = params.b if cell == "lstm" else params.b_x + params.b_h
    return sigmoid(xs @ params.W_x[..., gate] + before @ params.W_h[..., gate] + b[..., None, gate])[0]


def _biases(cell: str, bias: float, mode: str, T: int) -> dict:
    """What init_recurrent calls it."""
    require.choice("mode", mode, MODES if cell == "lstm" else MODES[:1])
    if cell == "lstm":
        return dict(chrono=float(T)) if mode == "chrono" else dict(forget_bias=bias, paired=mode == "paired")
    if cell == "gru":
        return dict(update_bias=bias)
    require.choice("bias", bias, (0.0,))
    return {}


def _scaled(params, by: float):
    """The cell's W_x times a number, in its precision."""
    if isinstance(params, models.Sequence):
        return params._replace(cell=_scaled(params.cell, by))
    return params._replace(W_x=params.W_x * params.W_x.dtype.type(by))


def _flat(state) -> Array:
    return np.concatenate(state, axis=-1)


def relative_to_last(norms: Array) -> Array:
    """Over the identity's, which stands on the diagonal."""
    return norms / norms[0, 0]


def rms(jacobians: Array) -> Array:
    """‖J‖ at each time, (T, N, H, H) -> (T,): the root of the mean square over the samples."""
    sizes = probes.norm(jacobians)
    return probes.norm(sizes[..., None]) / sizes.shape[-1] ** 0.5
