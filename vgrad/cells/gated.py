"""Cells that multiply their state by a matrix: the RNN, the LSTM and the GRU.

x : (..., N, D), h and c : (..., N, H), with all the ensemble axes there are. All gates come from one product, stacked
on the last axis of the parameters: in the order i f g o for the LSTM, r u n for the GRU, which is also that of
torch.nn.LSTM and torch.nn.GRU. Their weights are transposed, and the two biases of an RNN or an LSTM are added.

Each cell is made of two maps. The input map, z_x = x W_x + b, sees no state, so that a whole sequence can take it in
one product. The step, which is written here, meets the state:

    state, pullback = lstm_step(params, z_x, state)
    dz_x, dz_h, dstate = pullback(dstate)            # of z_x, of z_h = h W_h, and of the old state

An RNN and an LSTM see only the sum z = z_x + z_h, so that dz_x and dz_h are the same array. The gradients of the
weights follow, dW_x = Σ_t x_tᵀ dz_x and dW_h = Σ_t h_{t-1}ᵀ dz_h, for one step or in one product for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .. import require
from ..door import door_by
from ..ops import Affine, Array, fits
from ..ops.activations import relu, sigmoid, tanh
from ..ops.linear import affine, matmul, weight_gradient
from ..ops.shapes import sum_to_shape, wide_sum
from ..require import bare


class Recurrent(NamedTuple):
    """The parameters of z = x W_x + h W_h + b."""

    W_x: Array  # (..., D, gates · H)
    W_h: Array  # (..., H, gates · H)
    b: Array  # (..., gates · H)


class GRUParams(NamedTuple):
    """The parameters of z_x = x W_x + b_x and z_h = h W_h + b_h."""

    W_x: Array  # (..., D, 3 H)
    W_h: Array  # (..., H, 3 H)
    b_x: Array  # (..., 3 H)
    b_h: Array  # (..., 3 H)


def rnn_step(params: Recurrent, z_x: Array, state: tuple, activation: Callable = tanh):
    """h' = φ(z),  z = z_x + h W_h;   dz = φ'(z) dh',  dh = dz W_hᵀ."""
    W_h = params.W_h
    z = matmul(state[0], W_h)
    z += z_x
    h, phi_pullback = activation(z)

    def pullback(dstate):
        dz = phi_pullback(*dstate)
        return dz, dz, (matmul(dz, W_h.mT),)

    return (h,), pullback


def relu_rnn_step(params: Recurrent, z_x: Array, state: tuple):
    """h' = max(z, 0),  z = z_x + h W_h:  ``rnn_step`` with φ = ReLU."""
    return rnn_step(params, z_x, state, relu)


def lstm_step(params: Recurrent, z_x: Array, state: tuple):
    """c' = f c + i g,  h' = o tanh c',  where i, f, o = σ and g = tanh of their parts of z = z_x + h W_h.

    Backward, dc' also gathers o tanh'(c') dh', because h' is made of c'. Then di = g dc', df = c dc', dg = i dc' and
    do = tanh(c') dh', and c receives f dc'.
    """
    W_h = params.W_h
    h, c = state
    H = h.shape[-1]
    z = matmul(h, W_h)
    z += z_x
    both, both_pullback = sigmoid(z[..., : 2 * H])  # i and f stand side by side
    i = both[..., :H]
    f = both[..., H:]
    g, g_pullback = tanh(z[..., 2 * H : 3 * H])
    o, o_pullback = sigmoid(z[..., 3 * H :])
    c_new = f * c + i * g
    squashed, squash_pullback = tanh(c_new)

    def pullback(dstate):
        dh_new, dc_new = dstate
        dc_new = dc_new + squash_pullback(o * dh_new)
        dz_if = both_pullback(_stack(g * dc_new, c * dc_new))
        dz = _stack(dz_if, g_pullback(i * dc_new), o_pullback(squashed * dh_new))
        return dz, dz, (matmul(dz, W_h.mT), f * dc_new)

    return (o * squashed, c_new), pullback


def gru_step(params: GRUParams, z_x: Array, state: tuple):
    """h' = (1 - u) n + u h,  r, u = σ of their parts of z_x + z_h,  n = tanh(x_n + r h_n),  z_h = h W_h + b_h.

    x_n and h_n are the last parts of z_x and z_h. Backward, dn = (1 - u) dh' and du = (h - n) dh', and with dz_n, the
    derivative by tanh's argument, dr = h_n dz_n. The two sums differ in their last part: dz_x ends in dz_n, and dz_h in
    r dz_n. Since h is used twice, dh = dz_h W_hᵀ + u dh'.
    """
    (h,) = state
    H = h.shape[-1]
    W_h = params.W_h
    z_h = matmul(h, W_h) + params.b_h[..., None, :]
    both, both_pullback = sigmoid(z_x[..., : 2 * H] + z_h[..., : 2 * H])  # r and u stand side by side
    r = both[..., :H]
    u = both[..., H:]
    h_n = z_h[..., 2 * H :]
    x_n = z_x[..., 2 * H :]
    n, n_pullback = tanh(x_n + r * h_n)

    def pullback(dstate):
        (dh_new,) = dstate
        dz_n = n_pullback((1 - u) * dh_new)
        dz_ru = both_pullback(_stack(h_n * dz_n, (h - n) * dh_new))
        dz_h = _stack(dz_ru, r * dz_n)
        return _stack(dz_ru, dz_n), dz_h, (matmul(dz_h, W_h.mT) + u * dh_new,)

    return ((1 - u) * n + u * h,), pullback


STEPS = {"rnn": rnn_step, "relu_rnn": relu_rnn_step, "lstm": lstm_step, "gru": gru_step}
GATES = {"rnn": 1, "relu_rnn": 1, "lstm": 4, "gru": 3}


def input_map(params, x: Array):
    """z_x = x W_x + b.   pullback(dz_x) -> (Affine(dW_x, db), dx)."""
    return affine(Affine(params.W_x, params[2]), x)


def parameter_gradients(params, of_input: Affine, h: Array, dz_h: Array, stacked: int = 0):
    """dW_h = hᵀ dz_h, where h is the state before the step;  and of a GRU, which alone has a b_h, db_h = Σ_N dz_h.

    Returns all gradients, of the parameters' type; dW_x and db come from the input map. stacked : how many leading axes
    of dz_h belong to a stack of cotangents. They are kept, because each cotangent has gradients of its own.
    """
    dW_h = weight_gradient(params.W_h, h, dz_h, stacked)
    db_h = [sum_to_shape(wide_sum(dz_h, -2), b_h, stacked) for b_h in params[3:]]
    return type(params)(of_input.W, dW_h, of_input.b, *db_h)


@door_by(lambda *given, **named: require_fit("rnn", *given, **named))
def rnn(params: Recurrent, x: Array, state: tuple, activation: Callable = tanh):
    """h' = φ(x W_x + h W_h + b), with φ = tanh (Elman 1990), or ReLU (Le et al. 2015).

    Returns (h',) and the pullback. The map from dh' to dh, a multiplication by φ'(z) and by W_hᵀ, uses the same weights
    at every step, and so its powers vanish or explode (Pascanu et al. 2013, eq. 5).
    """

    def step(params, z_x, state):
        return rnn_step(params, z_x, state, activation)

    return _whole(step, params, x, state)


@door_by(lambda *given, **named: require_fit("relu_rnn", *given, **named))
def relu_rnn(params: Recurrent, x: Array, state: tuple):
    """h' = max(x W_x + h W_h + b, 0):  ``rnn`` with φ = ReLU.  Returns (h',) and the pullback."""
    return bare(rnn)(params, x, state, relu)


@door_by(lambda *given, **named: require_fit("lstm", *given, **named))
def lstm(params: Recurrent, x: Array, state: tuple):
    """c' = f c + i g,  h' = o tanh c',  where i, f, o = σ and g = tanh of their parts of x W_x + h W_h + b.

    Returns (h', c') and the pullback (Hochreiter & Schmidhuber 1997; with the forget gate of Gers et al. 2000, eqs.
    1-7). Along c alone each step multiplies the gradient by f, and by no matrix. So a forget gate near 1 keeps it.
    """
    return _whole(lstm_step, params, x, state)


@door_by(lambda *given, **named: require_fit("gru", *given, **named))
def gru(params: GRUParams, x: Array, state: tuple):
    """h' = (1 - u) n + u h,  with r, u = σ(z_x + z_h) and n = tanh(z_x + r z_h), each of its part of z_x and z_h.

    Returns (h',) and the pullback (Cho et al. 2014, with the reset after the product, as in PyTorch). In this form a
    *large* u keeps the memory, and so does a positive bias of u.
    """
    return _whole(gru_step, params, x, state)


CELLS = {"rnn": rnn, "relu_rnn": relu_rnn, "lstm": lstm, "gru": gru}
STATES = {"rnn": 1, "relu_rnn": 1, "lstm": 2, "gru": 1}  # arrays in a state: (h,) or (h, c)


def _whole(step: Callable, params, x: Array, state: tuple):
    """The input map and then the step, as one function of x and of the state."""
    z_x, x_pullback = input_map(params, x)
    new_state, step_pullback = step(params, z_x, state)

    def pullback(dstate):
        dz_x, dz_h, dold = step_pullback(dstate)
        of_input, dx = x_pullback(dz_x)
        stacked = dz_x.ndim - z_x.ndim  # a pullback may take many cotangents at once
        return parameter_gradients(params, of_input, state[0], dz_h, stacked), dx, dold

    return new_state, pullback


def _stack(*parts: Array) -> Array:
    """The parts of several gates, side by side."""
    return np.concatenate(parts, axis=-1)


def require_fit(cell: str, params, x, state, activation=tanh) -> None:
    """Raise ValueError unless the parameters are this cell's, and x and the state fit them."""
    kind = GRUParams if cell == "gru" else Recurrent
    gates = GATES[cell]
    of_this_kind = isinstance(params, tuple) and len(params) == len(kind._fields)
    require.instance("params", params, of_this_kind, f"{kind.__name__}, as init_recurrent draws it for this cell")
    W_x, W_h, *biases = params
    fits.affine(Affine(W_x, biases[0]), x)
    require.array("W_h", W_h, 2)
    require.shape("W_h", W_h, f"(..., H, {gates} H)", W_h.shape[-1] == gates * W_h.shape[-2])
    lead = max(x.shape[:-2], W_x.shape[:-2], key=len)
    shape = (*lead, x.shape[-2], W_h.shape[-2])
    expected = f"{shape} for each of its arrays, as x W_x has shape {(*shape[:-1], W_x.shape[-1])}"
    is_state = isinstance(state, (tuple, list)) and len(state) == STATES[cell]
    require.instance("state", state, is_state, f"a tuple of {STATES[cell]} for {cell!r}")
    for array in state:
        require.array("state", array)
        require.shape("state", array, expected, array.shape == shape)
        fits.one_precision("state", array, "x", x)
    fits.affine(Affine(W_h, biases[-1]), state[0])
    require.function("activation", activation)
