"""One time step of a recurrent net: new state and pullback, like any other function here.

    state, pullback = rnn(params, x, state)          # state is a tuple: (h,) or, for the LSTM, (h, c)
    grads, dx, dstate = pullback(dstate)             # dstate: of the new state in, of the old state out

A step is where a message in h meets the weights: an rnn multiplies it by W_h every time, a gated cell may let it pass.
"""

from __future__ import annotations

from .gated import CELLS, GATES, STATES, GRUParams, Recurrent, gru, lstm, relu_rnn, rnn

__all__ = ["CELLS", "GATES", "STATES", "GRUParams", "Recurrent", "gru", "lstm", "relu_rnn", "rnn"]
