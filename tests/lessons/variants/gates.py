"""What learners hand over in the lesson on the gates of LSTM and GRU."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np

from vgrad import ops
from vgrad.kit.experiments.reach import reach

from . import Later


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class Lstm:
    """One step, and the three lines with whatever part of them a variant changes."""

    def __init__(self, i, f, g, o, c, dh, dc):
        self.i, self.f, self.g, self.o, self.c, self.dh, self.dc = i, f, g, o, c, dh, dc
        self.new = f * c + i * g
        self.shown = np.tanh(self.new)

    def arrives(self):
        return self.dc + self.dh * self.o * (1 - self.shown**2)

    def slope(self):
        return self.f * (1 - self.f)


def lstm(arrives=None, order=(0, 1, 2), **lines):
    """A backward pass: each line that is given is a function of the step and of what arrives."""

    def backward(i, f, g, o, c, dh, dc):
        step = Lstm(i, f, g, o, c, dh, dc)
        at_c = arrives(step) if arrives else step.arrives()
        highway = lines.get("highway", lambda s, at_c: at_c * s.f)(step, at_c)
        gate = lines.get("gate", lambda s, at_c: at_c * s.c * s.slope())(step, at_c)
        three = (at_c, highway, gate)
        return tuple(three[k] for k in order)

    return backward


def lesson(i, f, g, o, c, dh, dc):
    shown = np.tanh(f * c + i * g)
    arrives = dc + dh * o * (1 - shown**2)
    dc_before = arrives * f
    dz_f = arrives * c * f * (1 - f)
    return arrives, dc_before, dz_f


def in_float32(*given):
    return lesson(*map(np.float32, given))


def in_loops(i, f, g, o, c, dh, dc):
    three = [np.zeros_like(c) for _ in range(3)]
    for at in np.ndindex(*c.shape):
        shown = math.tanh(f[at] * c[at] + i[at] * g[at])
        at_c = dc[at] + dh[at] * o[at] * (1 - shown * shown)
        three[0][at] = at_c
        three[1][at] = at_c * f[at]
        three[2][at] = at_c * c[at] * f[at] * (1 - f[at])
    return three


def of_the_ops(i, f, g, o, c, dh, dc):
    """The pullbacks of tanh and sigmoid, as the package has them."""
    _, back_c = ops.tanh(f * c + i * g)
    _, back_f = ops.sigmoid(np.log(f / (1 - f)))
    at_c = dc + back_c(dh * o)
    return at_c, f * at_c, back_f(at_c * c)


def by_h(i, f, g, o, c, dh, dc):
    """The slope of tanh from h' = o tanh c'."""
    h = o * np.tanh(f * c + i * g)
    at_c = dc + dh * (o - h**2 / o)
    return at_c, at_c * f, at_c * c * (f - f**2)


class Cell:
    @staticmethod
    def backward(keep, forget, new, show, cell, d_hidden, d_cell):
        return [*lesson(keep, forget, new, show, cell, d_hidden, d_cell)]


def dc_in_place(i, f, g, o, c, dh, dc):
    dc += dh * o * (1 - np.tanh(f * c + i * g) ** 2)
    return dc, dc * f, dc * c * f * (1 - f)


def c_in_place(i, f, g, o, c, dh, dc):
    three = lesson(i, f, g, o, c, dh, dc)
    c *= f
    return three


def reached(cell="lstm", **settings):
    return Later(lambda: reach(cell, **settings))


def renamed(of, settings, **fields):
    """The record of one cell and its settings, called another's."""
    return Later(lambda: reach(of, **settings)._replace(**fields))


RIGHT = {
    "lstm_steps": {
        "as the lesson has it": lesson,
        "in float32": in_float32,
        "in loops, and a list": in_loops,
        "of the package's functions": of_the_ops,
        "the slope from h'": by_h,
        "one array": lambda *given: np.stack(lesson(*given)),
        "a static method": Cell.backward,
        "dz_f from the highway": lstm(gate=lambda s, at_c: at_c * s.f * s.c * (1 - s.f)),
    },
    "keep_far": {
        "as the lesson has it": reached("gru", default="pytorch", bias=5.0, T=300),
        "a whole number": reached("gru", default="pytorch", bias=5, T=300),
        "rounded up": reached("gru", default="pytorch", bias=np.ceil(-np.log(0.1 ** (-1 / 300) - 1)), T=300),
        "another seed": reached("gru", default="pytorch", bias=5.0, T=300, seed=9),
        "ten narrow networks": reached("gru", default="pytorch", bias=5.0, T=300, width=16, seeds=10, batch=1),
        "wider networks": reached("gru", default="pytorch", bias=5.0, T=300, width=48, batch=1),
        "a float of NumPy": reached("gru", default="pytorch", bias=np.float32(5), T=300, batch=1),
    },
}
WRONG = {
    "lstm_steps": {
        "as it stands": (lambda i, f, g, o, c, dh, dc: (..., ..., ...), "step 1 is still missing"),
        "one step": (lambda *given: (lesson(*given)[0], ..., ...), "step 1 is right. Step 2 is still missing"),
        "two steps": (lambda *given: (*lesson(*given)[:2], None), "steps 1 and 2 are right. Step 3 is still missing"),
        "h' forgotten": (lstm(lambda s: s.dc), "h' is made of c' too"),
        "dc forgotten": (lstm(lambda s: s.dh * s.o * (1 - s.shown**2)), "next step"),
        "no slope of tanh": (lstm(lambda s: s.dc + s.dh * s.o), "slope 1 - tanh² is missing"),
        "no o": (lstm(lambda s: s.dc + s.dh * (1 - s.shown**2)), "o is missing"),
        "the slope at the old c": (lstm(lambda s: s.dc + s.dh * s.o * (1 - np.tanh(s.c) ** 2)), "at the old c"),
        "1 less c' squared": (lstm(lambda s: s.dc + s.dh * s.o * (1 - s.new**2)), "not the slope of tanh"),
        "h' for the slope": (lstm(lambda s: s.dc + s.dh * s.o * s.shown), "you took h' itself"),
        "dh as it is": (lstm(lambda s: s.dc + s.dh), "you add it alone"),
        "no square": (lstm(lambda s: s.dc + s.dh * s.o * (1 - s.shown)), "its square is missing"),
        "dc through tanh": (lstm(lambda s: (s.dc + s.dh * s.o) * (1 - s.shown**2)), "does not pass tanh"),
        "the slope of o": (lstm(lambda s: s.dc + s.dh * s.o * (1 - s.o)), "you took the slope of o"),
        "a product": (lstm(lambda s: s.dc * s.dh * s.o * (1 - s.shown**2)), "so add them"),
        "a difference": (lstm(lambda s: s.dc - s.dh * s.o * (1 - s.shown**2)), "you subtract"),
        "the sign of step 1": (lstm(lambda s: -s.arrives()), "the sign is turned"),
        "no f": (lstm(highway=lambda s, at_c: at_c), "step 1 is right. In step 2, all that arrives"),
        "i for f": (lstm(highway=lambda s, at_c: at_c * s.i), "you took i"),
        "o for f": (lstm(highway=lambda s, at_c: at_c * s.o), "you took o"),
        "1 - f for f": (lstm(highway=lambda s, at_c: at_c * (1 - s.f)), "you took 1 - f"),
        "c for f": (lstm(highway=lambda s, at_c: at_c * s.c), "and you took c"),
        "i g added": (lstm(highway=lambda s, at_c: at_c * s.f + s.i * s.g), "it adds nothing"),
        "the highway of dc alone": (lstm(highway=lambda s, at_c: s.dc * s.f), "not only dc arrives"),
        "the slope on the highway": (lstm(highway=lambda s, at_c: at_c * s.slope()), "the factor is f itself"),
        "c on the highway": (lstm(highway=lambda s, at_c: at_c * s.f * s.c), "c is no factor"),
        "f twice": (lstm(highway=lambda s, at_c: at_c * s.f**2), "once only"),
        "the sign of step 2": (lstm(highway=lambda s, at_c: -at_c * s.f), "the sign is turned"),
        "no slope of f": (lstm(gate=lambda s, at_c: at_c * s.c), "steps 1 and 2 are right. In step 3, that is"),
        "no c": (lstm(gate=lambda s, at_c: at_c * s.slope()), "c is missing"),
        "the new c": (lstm(gate=lambda s, at_c: at_c * s.new * s.slope()), "the new c'"),
        "g for c": (lstm(gate=lambda s, at_c: at_c * s.g * s.slope()), "you took g"),
        "the gate from dc": (lstm(gate=lambda s, at_c: s.dc * s.c * s.slope()), "use the result of step 1"),
        "the gate from the highway": (lstm(gate=lambda s, at_c: at_c * s.f * s.c * s.slope()), "not passed f"),
        "f alone": (lstm(gate=lambda s, at_c: at_c * s.c * s.f), "you took f alone"),
        "1 - f alone": (lstm(gate=lambda s, at_c: at_c * s.c * (1 - s.f)), "you took 1 - f alone"),
        "the slope of i": (lstm(gate=lambda s, at_c: at_c * s.c * s.i * (1 - s.i)), "you took that of i"),
        "no brackets": (lstm(gate=lambda s, at_c: at_c * s.c * s.f * 1 - s.f), "put brackets"),
        "the slope of tanh": (lstm(gate=lambda s, at_c: at_c * s.c * (1 - s.f**2)), "1 - f² is the slope of tanh"),
        "a sigmoid of f": (lstm(gate=lambda s, at_c: at_c * s.c * sigmoid(s.f) * (1 - sigmoid(s.f))), "already"),
        "the sign of step 3": (lstm(gate=lambda s, at_c: -at_c * s.c * s.slope()), "the sign is turned"),
        "another order": (lstm(order=(1, 0, 2)), "another order"),
        "a mean": (lambda *given: [part / len(part) for part in lesson(*given)], "should be"),
        "two samples alone": (lambda *given: [part * 2 / len(part) for part in lesson(*given)], "5 samples"),
        "two": (lstm(order=(0, 1)), "three arrays"),
        "summed over the samples": (lambda *given: [part.sum(0) for part in lesson(*given)], "shape"),
        "a number": (lambda *given: (*lesson(*given)[:2], 1.0), "shape"),
        "dc overwritten": (dc_in_place, "dc, which your function was given, has changed"),
        "c overwritten": (c_in_place, "c, which your function was given, has changed"),
    },
    "keep_far": {
        "as it stands": (reached("gru", default="pytorch", bias=1.0, T=300), "open the gate"),
        "the default alone": (reached("gru", default="keras", T=300, batch=1), "open the gate"),
        "not enough": (reached("gru", default="pytorch", bias=4.0, T=300), "open the gate"),
        "for a hundred steps": (reached("gru", default="pytorch", bias=4.0), "T=300"),
        "wider open": (reached("gru", default="pytorch", bias=6.0, T=300), "an update bias of 5"),
        "wide open": (reached("gru", bias=9.0, T=300, batch=1), "an update bias of 8"),
        "Xavier's weights": (reached("gru", bias=5.0, T=300, batch=1), "take default='pytorch'"),
        "a GRU of Keras": (reached("gru", default="keras", bias=5.0, T=300, batch=1), "default='keras'"),
        "not whole": (reached("gru", default="pytorch", bias=4.9, T=300), "no whole number"),
        "an LSTM": (reached(bias=6.0, mode="paired", T=300, batch=1), "'lstm'"),
        "an RNN": (reached("rnn", T=300, batch=1), "'rnn'"),
        "one network": (reached("gru", bias=5.0, T=300, seeds=1), "1 network "),
        "narrow": (reached("gru", bias=5.0, T=300, width=4), "luck"),
        "no inputs": (reached("gru", bias=5.0, sigma=0.0, T=300, batch=1), "unusual"),
        "inputs that shut the gate": (reached("gru", bias=5.0, sigma=50.0, T=300, batch=1), "unusual"),
        "called open": (renamed("gru", dict(bias=1.0, T=300, batch=1), bias=5.0), "open the gate"),
        "called less open": (renamed("gru", dict(bias=8.0, T=300, batch=1), bias=5.0), "measured anew"),
        "the bias": (5.0, "not a number"),
        "made by hand": (
            SimpleNamespace(cell="gru", sizes=np.ones((20, 301)), mode="alone", T=300, sigma=1.0), "record itself",
        ),
    },
}  # fmt: skip
