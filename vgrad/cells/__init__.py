"""One time step of a recurrent net: new state and pullback, like any other function here.

    state, pullback = rnn(params, x, state)          # state is a tuple: (h,) or, for the LSTM, (h, c)
    grads, dx, dstate = pullback(dstate)             # dstate: of the new state in, of the old state out

A step is where a message in h meets the weights: an rnn multiplies it by W_h every time, a gated cell may let it pass,
and a linear cell multiplies each unit by a number of its own. The cells of ``gated`` have a matrix W_h, and those of
``linear`` have none. ``CELLS`` holds all of them by name, and ``GATES`` and ``STATES`` those with a matrix.
"""

from __future__ import annotations

from . import gated, linear
from .gated import GATES, STATES, GRUParams, Recurrent, gru, lstm, relu_rnn, rnn
from .linear import SHARPNESS, Diagonal, GatedLinear, diagonal, gated_linear

CELLS = gated.CELLS | linear.CELLS

__all__ = [
    "CELLS", "GATES", "SHARPNESS", "STATES", "Diagonal", "GRUParams", "GatedLinear", "Recurrent", "diagonal",
    "gated_linear", "gru", "lstm", "relu_rnn", "rnn",
]  # fmt: skip
