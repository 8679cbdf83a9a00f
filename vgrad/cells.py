"""One time step of a recurrent net: new state and pullback, like any other function here.

    state, pullback = rnn(params, x, state)          # state is a tuple: (h,) or, for the LSTM, (h, c)
    grads, dx, dstate = pullback(dstate)             # dstate: of the new state in, of the old state out

x : (..., N, D), h and c : (..., N, H), with all the ensemble axes there are. All gates come from one product, stacked
on the last axis of the parameters: in the order i f g o for the LSTM, r u n for the GRU, which is also that of
torch.nn.LSTM and torch.nn.GRU, whose weights need only be transposed.

A step is where a message in h meets the weights: an rnn multiplies it by W_h every time, a gated cell may let it pass.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from . import require
from .ops import Affine, Array, affine, product, relu, sigmoid, tanh


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


def rnn(params: Recurrent, x: Array, state: tuple, activation=tanh):
    """h' = φ(x W_x + h W_h + b), with φ = tanh (Elman 1990), or ReLU (Le et al. 2015).

    The map from dh' to dh, a multiplication by φ'(z) and by W_hᵀ, is the same weights' at every step: its powers vanish
    or explode (Pascanu et al. 2013, eq. 5).
    """
    z, z_pullback = _pre_activation(params, x, state, gates=1)
    h, phi_pullback = activation(z)

    def pullback(dstate):
        grads, dx, dh = z_pullback(phi_pullback(*dstate))
        return grads, dx, (dh,)

    return (h,), pullback


def lstm(params: Recurrent, x: Array, state: tuple):
    """c' = f c + i g,  h' = o tanh c',  where i, f, o = σ and g = tanh of their parts of x W_x + h W_h + b.

    (Hochreiter & Schmidhuber 1997; with the forget gate of Gers et al. 2000, eqs. 1-7.)  Backward,
    dc' gathers dh' o tanh'(c'), and what goes on to c is f dc': a highway that is as open as the forget gate.
    """
    _, c = state
    z, z_pullback = _pre_activation(params, x, state, gates=4)
    z_i, z_f, z_g, z_o = _split(z, 4)
    (i, i_pullback), (f, f_pullback), (o, o_pullback) = map(sigmoid, (z_i, z_f, z_o))
    g, g_pullback = tanh(z_g)
    c_new = f * c + i * g
    squashed, squash_pullback = tanh(c_new)

    def pullback(dstate):
        dh, dc = dstate
        dc = dc + squash_pullback(o * dh)
        dz = _stack(i_pullback(g * dc), f_pullback(c * dc), g_pullback(i * dc), o_pullback(squashed * dh))
        grads, dx, dh = z_pullback(dz)
        return grads, dx, (dh, f * dc)

    return (o * squashed, c_new), pullback


def gru(params: GRUParams, x: Array, state: tuple):
    """h' = (1 - u) n + u h,  with r, u = σ(z_x + z_h) and n = tanh(z_x + r z_h), each of its part of z_x and z_h.

    (Cho et al. 2014, with the reset after the product, as in PyTorch.)  In this form a *large* u, and so a positive
    bias of u, keeps the memory.
    """
    (W_x, W_h, b_x, b_h), (h,) = _parts(params, GRUParams), state
    z_x, x_pullback = affine(Affine(W_x, b_x), x)
    _fits(state, z_x, W_h, gates=3)
    z_h, h_pullback = affine(Affine(W_h, b_h), h)
    (x_r, x_u, x_n), (h_r, h_u, h_n) = _split(z_x, 3), _split(z_h, 3)
    (r, r_pullback), (u, u_pullback) = sigmoid(x_r + h_r), sigmoid(x_u + h_u)
    n, n_pullback = tanh(x_n + r * h_n)

    def pullback(dstate):
        (dh_new,) = dstate
        dn = n_pullback((1 - u) * dh_new)
        dr, du = r_pullback(h_n * dn), u_pullback((h - n) * dh_new)
        (dW_x, db_x), dx = x_pullback(_stack(dr, du, dn))
        (dW_h, db_h), dh = h_pullback(_stack(dr, du, r * dn))
        return GRUParams(dW_x, dW_h, db_x, db_h), dx, (dh + u * dh_new,)

    return ((1 - u) * n + u * h,), pullback


CELLS = {"rnn": rnn, "relu_rnn": partial(rnn, activation=relu), "lstm": lstm, "gru": gru}
GATES = {"rnn": 1, "relu_rnn": 1, "lstm": 4, "gru": 3}
STATES = {"rnn": 1, "relu_rnn": 1, "lstm": 2, "gru": 1}  # arrays in a state: (h,) or (h, c)


def _parts(params, kind) -> tuple:
    """The arrays of a cell's parameters."""
    fits = isinstance(params, tuple) and len(params) == len(kind._fields)
    require.instance("params", params, fits, f"{kind.__name__}, as init_recurrent draws it for this cell")
    return params


def _pre_activation(params: Recurrent, x: Array, state: tuple, gates: int):
    """z = x W_x + h W_h + b.   pullback(dz) -> (Recurrent, dx, dh)."""
    W_x, W_h, b = _parts(params, Recurrent)
    z, x_pullback = affine(Affine(W_x, b), x)
    _fits(state, z, W_h, gates)
    z_h, h_pullback = product(W_h, state[0])

    def pullback(dz):
        (dW_x, db), dx = x_pullback(dz)
        dW_h, dh = h_pullback(dz)
        return Recurrent(dW_x, dW_h, db), dx, dh

    z += z_h
    return z, pullback


def _fits(state: tuple, z: Array, W_h: Array, gates: int) -> None:
    """Raise ValueError unless W_h is of so many gates, and every array of the state (..., N, H) as z = x W_x is."""
    if W_h.shape[-1] != gates * W_h.shape[-2]:
        require.misfit("W_h", W_h, f"(..., H, {gates} H)")
    shape = (*z.shape[:-1], W_h.shape[-2])
    for array in state or [None]:
        if np.shape(array) != shape:
            require.misfit("state", array, f"{shape} for each of its arrays, as x W_x has shape {z.shape}")


def _split(z: Array, gates: int) -> list[Array]:
    """Each gate's part of z (..., gates · H)."""
    H = z.shape[-1] // gates
    return [z[..., k * H : (k + 1) * H] for k in range(gates)]


def _stack(*parts: Array) -> Array:
    """The inverse of ``_split``."""
    return np.concatenate(parts, axis=-1)
