"""Cells that multiply their state by a matrix: the RNN, the LSTM and the GRU.

x : (..., N, D), h and c : (..., N, H), with all the ensemble axes there are. All gates come from one product, stacked
on the last axis of the parameters: in the order i f g o for the LSTM, r u n for the GRU, which is also that of
torch.nn.LSTM and torch.nn.GRU, whose weights need only be transposed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .. import require
from ..ops import Affine, Array, fits
from ..ops.activations import relu, sigmoid, tanh
from ..ops.linear import affine, product
from ..require import bare, guarded_by


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


@guarded_by(lambda *given, **named: _fits("rnn", *given, **named))
def rnn(params: Recurrent, x: Array, state: tuple, activation: Callable = tanh):
    """h' = φ(x W_x + h W_h + b), with φ = tanh (Elman 1990), or ReLU (Le et al. 2015).

    Returns (h',) and the pullback. The map from dh' to dh, a multiplication by φ'(z) and by W_hᵀ, uses the same weights
    at every step, and so its powers vanish or explode (Pascanu et al. 2013, eq. 5).
    """
    z, z_pullback = _pre_activation(params, x, state)
    h, phi_pullback = activation(z)

    def pullback(dstate):
        grads, dx, dh = z_pullback(phi_pullback(*dstate))
        return grads, dx, (dh,)

    return (h,), pullback


@guarded_by(lambda *given, **named: _fits("relu_rnn", *given, **named))
def relu_rnn(params: Recurrent, x: Array, state: tuple):
    """h' = max(x W_x + h W_h + b, 0):  ``rnn`` with φ = ReLU.  Returns (h',) and the pullback."""
    return bare(rnn)(params, x, state, relu)


@guarded_by(lambda *given, **named: _fits("lstm", *given, **named))
def lstm(params: Recurrent, x: Array, state: tuple):
    """c' = f c + i g,  h' = o tanh c',  where i, f, o = σ and g = tanh of their parts of x W_x + h W_h + b.

    Returns (h', c') and the pullback (Hochreiter & Schmidhuber 1997; with the forget gate of Gers et al. 2000, eqs.
    1-7). Backward, dc' gathers dh' o tanh'(c'), and what goes on to c is f dc', so that the cell state is a highway
    that is as open as the forget gate.
    """
    _, c = state
    z, z_pullback = _pre_activation(params, x, state)
    z_i, z_f, z_g, z_o = _split(z, 4)
    i, i_pullback = sigmoid(z_i)
    f, f_pullback = sigmoid(z_f)
    g, g_pullback = tanh(z_g)
    o, o_pullback = sigmoid(z_o)
    c_new = f * c + i * g
    squashed, squash_pullback = tanh(c_new)

    def pullback(dstate):
        dh, dc = dstate
        dc = dc + squash_pullback(o * dh)
        dz = _stack(i_pullback(g * dc), f_pullback(c * dc), g_pullback(i * dc), o_pullback(squashed * dh))
        grads, dx, dh = z_pullback(dz)
        return grads, dx, (dh, f * dc)

    return (o * squashed, c_new), pullback


@guarded_by(lambda *given, **named: _fits("gru", *given, **named))
def gru(params: GRUParams, x: Array, state: tuple):
    """h' = (1 - u) n + u h,  with r, u = σ(z_x + z_h) and n = tanh(z_x + r z_h), each of its part of z_x and z_h.

    Returns (h',) and the pullback (Cho et al. 2014, with the reset after the product, as in PyTorch). In this form a
    *large* u keeps the memory, and so does a positive bias of u.
    """
    W_x, W_h, b_x, b_h = params
    (h,) = state
    z_x, x_pullback = affine(Affine(W_x, b_x), x)
    z_h, h_pullback = affine(Affine(W_h, b_h), h)
    x_r, x_u, x_n = _split(z_x, 3)
    h_r, h_u, h_n = _split(z_h, 3)
    r, r_pullback = sigmoid(x_r + h_r)
    u, u_pullback = sigmoid(x_u + h_u)
    n, n_pullback = tanh(x_n + r * h_n)

    def pullback(dstate):
        (dh_new,) = dstate
        dn = n_pullback((1 - u) * dh_new)
        dr = r_pullback(h_n * dn)
        du = u_pullback((h - n) * dh_new)
        (dW_x, db_x), dx = x_pullback(_stack(dr, du, dn))
        (dW_h, db_h), dh = h_pullback(_stack(dr, du, r * dn))
        return GRUParams(dW_x, dW_h, db_x, db_h), dx, (dh + u * dh_new,)

    return ((1 - u) * n + u * h,), pullback


CELLS = {"rnn": rnn, "relu_rnn": relu_rnn, "lstm": lstm, "gru": gru}
GATES = {"rnn": 1, "relu_rnn": 1, "lstm": 4, "gru": 3}
STATES = {"rnn": 1, "relu_rnn": 1, "lstm": 2, "gru": 1}  # arrays in a state: (h,) or (h, c)


def _pre_activation(params: Recurrent, x: Array, state: tuple):
    """z = x W_x + h W_h + b.   pullback(dz) -> (Recurrent, dx, dh)."""
    W_x, W_h, b = params
    z, x_pullback = affine(Affine(W_x, b), x)
    z_h, h_pullback = product(W_h, state[0])

    def pullback(dz):
        (dW_x, db), dx = x_pullback(dz)
        dW_h, dh = h_pullback(dz)
        return Recurrent(dW_x, dW_h, db), dx, dh

    z += z_h
    return z, pullback


def _split(z: Array, gates: int) -> list[Array]:
    """Each gate's part of z (..., gates · H)."""
    H = z.shape[-1] // gates
    return [z[..., k * H : (k + 1) * H] for k in range(gates)]


def _stack(*parts: Array) -> Array:
    """The inverse of ``_split``."""
    return np.concatenate(parts, axis=-1)


def _fits(cell: str, params, x, state, activation=None) -> None:
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
        require.shape("state", array, expected, np.shape(array) == shape)
        fits.affine(Affine(W_h, biases[-1]), array)
