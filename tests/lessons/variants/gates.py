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
    """One step forward, and the way back with whatever part of it a variant changes."""

    def __init__(self, z, c, dh, dc):
        self.z, self.c, self.dh, self.dc = z, c, dh, dc
        self.i, self.f, self.o = (sigmoid(z[k]) for k in (0, 1, 3))
        self.g = np.tanh(z[2])
        self.new = self.f * c + self.i * self.g
        self.shown = np.tanh(self.new)

    def arrives(self):
        return self.dc + self.dh * self.o * (1 - self.shown**2)

    def back(self, arrives=None):
        at_c = self.arrives() if arrives is None else arrives
        return {
            "i": at_c * self.g * self.i * (1 - self.i), "f": at_c * self.c * self.f * (1 - self.f),
            "g": at_c * self.i * (1 - self.g**2), "o": self.dh * self.shown * self.o * (1 - self.o), "c": at_c * self.f,
        }  # fmt: skip


def lstm(arrives=None, order="ifgoc", **parts):
    """A way back: what arrives at c' is arrives(step), and each part in ``parts`` is a function of the step."""

    def backward(z, c, dh, dc):
        step = Lstm(z, c, dh, dc)
        five = step.back(arrives and arrives(step)) | {name: part(step) for name, part in parts.items()}
        return tuple(five[name] for name in order)

    return backward


def lesson(z, c, dh, dc):
    z_i, z_f, z_g, z_o = z
    i, f, o = (1 / (1 + np.exp(-part)) for part in (z_i, z_f, z_o))
    g = np.tanh(z_g)
    shown = np.tanh(f * c + i * g)
    dc = dc + dh * o * (1 - shown**2)
    dz = (dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2), dh * shown * o * (1 - o))
    return *dz, f * dc


def in_float32(z, c, dh, dc):
    return lesson([np.float32(part) for part in z], np.float32(c), np.float32(dh), np.float32(dc))


def in_loops(z, c, dh, dc):
    five = [np.zeros_like(c) for _ in range(5)]
    for at in np.ndindex(*c.shape):
        z_i, z_f, z_g, z_o = (part[at] for part in z)
        i, f, o = (1 / (1 + math.exp(-part)) for part in (z_i, z_f, z_o))
        g = math.tanh(z_g)
        shown = math.tanh(f * c[at] + i * g)
        at_c = dc[at] + dh[at] * o * (1 - shown * shown)
        numbers = (
            at_c * g * i * (1 - i),
            at_c * c[at] * f * (1 - f),
            at_c * i * (1 - g * g),
            dh[at] * shown * o * (1 - o),
        )
        for array, number in zip(five, (*numbers, at_c * f), strict=True):
            array[at] = number
    return five


def of_the_ops(z, c, dh, dc):
    """Each gate's own pullback, as the package has it."""
    (i, back_i), (f, back_f), (o, back_o) = (ops.sigmoid(z[k]) for k in (0, 1, 3))
    g, back_g = ops.tanh(z[2])
    shown, back_c = ops.tanh(f * c + i * g)
    at_c = dc + back_c(dh * o)
    return [back_i(at_c * g), back_f(at_c * c), back_g(at_c * i), back_o(dh * shown), at_c * f]


def stacked(z, c, dh, dc):
    return np.stack(lesson(z, c, dh, dc))


def in_two(z, c, dh, dc):
    *dz, dc_before = lesson(z, c, dh, dc)
    return dz, dc_before


def side_by_side(z, c, dh, dc):
    *dz, dc_before = lesson(z, c, dh, dc)
    return np.concatenate(dz, axis=-1), dc_before


class Cell:
    @staticmethod
    def backward(gates, cell, d_hidden, d_cell):
        step = Lstm(gates, cell, d_hidden, d_cell)
        return [*step.back().values()]


def dc_in_place(z, c, dh, dc):
    step = Lstm(z, c, dh, dc)
    dc += dh * step.o * (1 - step.shown**2)
    return tuple(step.back(dc).values())


def z_in_place(z, c, dh, dc):
    five = lesson(z, c, dh, dc)
    for part, derivative in zip(z, five[:4], strict=True):
        part -= 0.1 * derivative
    return five


def c_in_place(z, c, dh, dc):
    five = lesson(z, c, dh, dc)
    c *= sigmoid(z[1])
    return five


# --- the GRU ----------------------------------------------------------------------------------------------------------


def gate(u, n, h, dh):
    return (h - n) * dh * u * (1 - u)


def gate_in_loops(u, n, h, dh):
    return [
        [(h[k][j] - n[k][j]) * dh[k][j] * u[k][j] * (1 - u[k][j]) for j in range(u.shape[1])] for k in range(u.shape[0])
    ]


def gate_by_z(u, n, h, dh):
    """Through the z that made u."""
    z = np.log(u / (1 - u))
    slope = np.exp(-z) / (1 + np.exp(-z)) ** 2
    return dh * slope * (h - n)


def gate_in_place(u, n, h, dh):
    dh *= h - n
    dh *= u * (1 - u)
    return dh


def h_in_place(u, n, h, dh):
    h -= n
    return h * dh * u * (1 - u)


class Gru:
    def update(self, keep, new, old, arriving):
        return np.multiply(arriving, old - new) * (keep - keep**2)


def reached(cell="lstm", **settings):
    return Later(lambda: reach(cell, **settings))


def renamed(of, settings, **fields):
    """The record of one cell and its settings, called another's."""
    return Later(lambda: reach(of, **settings)._replace(**fields))


RIGHT = {
    "lstm_pullback": {
        "as the lesson has it": lesson,
        "in float32": in_float32,
        "in loops, and a list": in_loops,
        "of the package's functions": of_the_ops,
        "one array": stacked,
        "dz in one, and dc": in_two,
        "a static method": Cell.backward,
        "in another order": lstm(),
        "slopes in factors": lstm(g=lambda s: (1 + s.g) * s.arrives() * (1 - s.g) * s.i),
    },
    "gru_update": {
        "as the lesson has it": gate,
        "in loops, and lists": gate_in_loops,
        "through z": gate_by_z,
        "in float32": lambda u, n, h, dh: np.float32(dh) * np.float32(h - n) * np.float32(u - u * u),
        "a method": Gru().update,
        "multiplied out": lambda u, n, h, dh: dh * u * h - dh * u * n - dh * u**2 * h + dh * u**2 * n,
        "both terms": lambda u, n, h, dh: dh * h * u * (1 - u) - dh * n * (1 - u) * u,
        "two signs": lambda u, n, h, dh: -(n - h) * dh * u * (1 - u),
    },
    "keep_hundred": {
        "LSTM, paired": reached(bias=5.0, mode="paired"),
        "wider open": reached(bias=7.0, mode="paired"),
        "GRU": reached("gru", bias=5.0),
        "GRU, wider open": reached("gru", bias=8.0),
        "GRU, less open": reached("gru", bias=4.0),
        "another seed": reached(bias=6.0, mode="paired", seed=9),
        "more steps": reached(bias=6.0, mode="paired", T=150),
        "a whole number": reached("gru", bias=6, width=24, seeds=12),
    },
}
WRONG = {
    "lstm_pullback": {
        "h' forgotten": (lstm(lambda s: s.dc), "depends on it too"),
        "dc forgotten": (lstm(lambda s: s.dh * s.o * (1 - s.shown**2)), "next step"),
        "no tanh'": (lstm(lambda s: s.dc + s.dh * s.o), "tanh'(c')"),
        "no o": (lstm(lambda s: s.dc + s.dh * (1 - s.shown**2)), "o is missing"),
        "no slopes": (
            lstm(
                i=lambda s: s.arrives() * s.g, f=lambda s: s.arrives() * s.c, g=lambda s: s.arrives() * s.i,
                o=lambda s: s.dh * s.shown,
            ),
            "own slopes",
        ),
        "g's slope a sigmoid's": (lstm(g=lambda s: s.arrives() * s.i * s.g * (1 - s.g)), "tanh's"),
        "df with the new c": (lstm(f=lambda s: s.arrives() * s.new * s.f * (1 - s.f)), "old c"),
        "do with c'": (lstm(o=lambda s: s.dh * s.new * s.o * (1 - s.o)), "o multiplies tanh c'"),
        "the highway without f": (lstm(c=lambda s: s.arrives()), "gate that keeps"),
        "the highway through i": (lstm(c=lambda s: s.arrives() * s.i), "you have taken i"),
        "the highway of dc alone": (lstm(c=lambda s: s.dc * s.f), "depends on it too"),
        "i and f changed places": (lstm(order="figoc"), "dz_i and dz_f"),
        "in the order of another library": (lstm(order="ifogc"), "dz_g and dz_o"),
        "dc first": (lstm(order="cifgo"), "order"),
        "di with c": (lstm(i=lambda s: s.arrives() * s.c * s.i * (1 - s.i)), "you have taken c"),
        "df with g": (lstm(f=lambda s: s.arrives() * s.g * s.f * (1 - s.f)), "you have taken g"),
        "dg with f": (lstm(g=lambda s: s.arrives() * s.f * (1 - s.g**2)), "you have taken f"),
        "dg with o": (lstm(g=lambda s: s.arrives() * s.o * (1 - s.g**2)), "you have taken o"),
        "do of all that arrives": (lstm(o=lambda s: s.arrives() * s.shown * s.o * (1 - s.o)), "it hears of dh"),
        "do of dc": (lstm(o=lambda s: s.dc * s.shown * s.o * (1 - s.o)), "what arrives at it is dh"),
        "tanh' at the old c": (
            lstm(lambda s: s.dc + s.dh * s.o * (1 - np.tanh(s.c) ** 2)), "that slope is at the old c",
        ),
        "1 less c' squared": (lstm(lambda s: s.dc + s.dh * s.o * (1 - s.new**2)), "lacks the tanh"),
        "the signs": (lambda z, c, dh, dc: [-part for part in lesson(z, c, dh, dc)], "sign"),
        "one sign": (lstm(c=lambda s: -s.arrives() * s.f), "sign"),
        "means over the samples": (
            lambda z, c, dh, dc: [part / len(c) for part in lesson(z, c, dh, dc)], "should be",
        ),
        "two samples alone": (
            lambda z, c, dh, dc: [part * 2 / len(c) for part in lesson(z, c, dh, dc)], "5 samples",
        ),
        "four": (lstm(order="ifgo"), "five arrays"),
        "side by side": (side_by_side, "dz_i"),
        "summed over the samples": (lambda z, c, dh, dc: [part.sum(0) for part in lesson(z, c, dh, dc)], "shape"),
        "transposed": (lambda z, c, dh, dc: [part.T for part in lesson(z, c, dh, dc)], "shape"),
        "a hole": (lambda z, c, dh, dc: [*lesson(z, c, dh, dc)[:4], None], "dc_before"),
        "dc overwritten": (dc_in_place, "dc, which your function was given, has changed"),
        "z overwritten": (z_in_place, "z, which your function was given, has changed"),
        "c overwritten": (c_in_place, "c, which your function was given, has changed"),
    },
    "gru_update": {
        "the sign": (lambda u, n, h, dh: (n - h) * dh * u * (1 - u), "sign"),
        "by u": (lambda u, n, h, dh: (h - n) * dh, "in between"),
        "h alone": (lambda u, n, h, dh: h * dh * u * (1 - u), "both depend on u"),
        "n alone": (lambda u, n, h, dh: -n * dh * u * (1 - u), "both depend on u"),
        "a sum": (lambda u, n, h, dh: (h + n) * dh * u * (1 - u), "taken from each other"),
        "no dh": (lambda u, n, h, dh: (h - n) * u * (1 - u), "where is dh"),
        "half a slope": (lambda u, n, h, dh: (h - n) * dh * u, "and u is only one"),
        "the other half": (lambda u, n, h, dh: (h - n) * dh * (1 - u), "and 1 - u is only one"),
        "tanh's slope": (lambda u, n, h, dh: (h - n) * dh * (1 - u**2), "slope of a tanh"),
        "a sigmoid of u": (lambda u, n, h, dh: (h - n) * dh * sigmoid(u) * (1 - sigmoid(u)), "u is one already"),
        "n's slope": (lambda u, n, h, dh: (h - n) * dh * u * (1 - u) * (1 - n**2), "should be"),
        "a quarter for the slope": (lambda u, n, h, dh: (h - n) * dh * 0.25, "should be"),
        "a mean": (lambda u, n, h, dh: gate(u, n, h, dh) / len(u), "should be"),
        "of two samples": (lambda u, n, h, dh: 2 * gate(u, n, h, dh) / len(u), "1 sample"),
        "transposed": (lambda u, n, h, dh: gate(u, n, h, dh).T, "shape"),
        "one number": (lambda u, n, h, dh: gate(u, n, h, dh).sum(), "shape"),
        "dh overwritten": (gate_in_place, "dh, which your function was given, has changed"),
        "h overwritten": (h_in_place, "h, which your function was given, has changed"),
    },
    "keep_hundred": {
        "as it stands": (reached(bias=1.0), "open the gate"),
        "not enough": (reached(bias=3.0, mode="paired"), "open the gate"),
        "wide open, alone": (reached(bias=6.0), "paired"),
        "a GRU, half open": (reached("gru", bias=1.0), "open the gate"),
        "an RNN": (reached("rnn"), "'rnn'"),
        "an IRNN": (reached("irnn"), "'irnn'"),
        "chrono": (reached(mode="chrono"), "chrono"),
        "too short": (reached(bias=5.0, mode="paired", T=50), "50"),
        "one network": (reached(bias=5.0, mode="paired", seeds=1), "1 network "),
        "narrow": (reached(bias=5.0, mode="paired", width=4), "luck"),
        "no inputs": (reached(bias=5.0, sigma=0.0), "unusual"),
        "inputs that shut the gate": (reached("gru", bias=5.0, sigma=50.0), "unusual"),
        "called open": (renamed("lstm", dict(bias=1.0), bias=5.0), "open the gate"),
        "called a hundred steps": (renamed("lstm", dict(bias=4.0, mode="paired", T=20), T=100), "measured anew"),
        "called an LSTM's": (renamed("gru", dict(bias=8.0), cell="lstm"), "measured anew"),
        "the bias": (5.0, "not a number"),
        "made by hand": (
            SimpleNamespace(cell="lstm", sizes=np.ones((20, 101)), mode="alone", T=100, sigma=1.0), "record itself",
        ),
    },
}  # fmt: skip
