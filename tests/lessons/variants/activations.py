"""What learners hand over in lesson 02."""

from __future__ import annotations

import functools
from decimal import Decimal
from fractions import Fraction

import numpy as np


def squareplus(slope, h=lambda z: (z + np.sqrt(z * z + 4)) / 2):
    """An activation h with the pullback slope(z, root, dh)."""

    def function(z):
        return h(z), lambda dh: slope(z, np.sqrt(z * z + 4), dh)

    return function


def as_taught(z):
    root = np.sqrt(z * z + 4)
    h = (z + root) / 2

    def pullback(dh):
        return (1 + z / root) / 2 * dh

    return h, pullback


def in_float32(z):
    h, pullback = as_taught(z.astype(np.float32))
    return h, lambda dh: pullback(dh.astype(np.float32))


def a_list(z):
    return list(as_taught(z))


def entry_by_entry(z):
    h = np.zeros(z.shape)
    for entry in np.ndindex(z.shape):
        h[entry] = (z[entry] + (z[entry] ** 2 + 4) ** 0.5) / 2

    def pullback(dh):
        return [[dh[i, j] * h[i, j] / (h[i, j] * 2 - z[i, j]) for j in range(z.shape[1])] for i in range(z.shape[0])]

    return h, pullback


def h_in_place(z):
    kept = z.copy()
    z += np.sqrt(z * z + 4)
    z /= 2
    return z, as_taught(kept)[1]


def dh_in_place(z):
    def pullback(dh):
        dh *= (1 + z / np.sqrt(z * z + 4)) / 2
        return dh

    return as_taught(z)[0], pullback


def z_in_the_pullback(z):
    def pullback(dh):
        z[:] = (1 + z / np.sqrt(z * z + 4)) / 2
        return z * dh

    return as_taught(z)[0], pullback


def used_up(z):
    root = np.sqrt(z * z + 4)
    slope = (1 + z / root) / 2

    def pullback(dh):
        slope.__imul__(dh)
        return slope.copy()

    return (z + root) / 2, pullback


class Squareplus:
    def __call__(self, z):
        self.z = z
        return (z + np.hypot(z, 2)) / 2, self.back

    def back(self, dh):
        return 0.5 * dh + 0.5 * dh * self.z / np.hypot(self.z, 2)


def twin(W, b):
    return 4 * W, 2 * (b - W.sum(axis=0))


def twin_in_a_loop(W, b):
    new_b = np.zeros(len(b))
    for out in range(W.shape[1]):
        new_b[out] = 2 * b[out]
        for unit in range(W.shape[0]):
            new_b[out] -= 2 * W[unit, out]
    return W * 4, new_b


def twin_overwritten(W, b):
    b -= W.sum(axis=0)
    b *= 2
    W *= 4
    return W, b


def W_overwritten(W, b):
    new_b = 2 * (b - W.sum(axis=0))
    W *= 4
    return W, new_b


RIGHT = {
    "squareplus": {
        "as taught": as_taught,
        "a lambda": squareplus(lambda z, root, dh: (1 + z / root) / 2 * dh),
        "another order": squareplus(lambda z, root, dh: dh * (0.5 + 0.5 * z * root**-1)),
        "by h": squareplus(lambda z, root, dh: dh * ((z + root) / 2) / root),
        "not simplified": squareplus(lambda z, root, dh: 0.5 * (1 + 0.5 * (z**2 + 4) ** -0.5 * 2 * z) * dh),
        "in float32": in_float32,
        "a list": a_list,
        "entry by entry": entry_by_entry,
        "a callable": Squareplus(),
        "a method": Squareplus().__call__,
        "stable": squareplus(lambda z, root, dh: dh * (1 + z / root) / 2, h=lambda z: 2 / (np.sqrt(z * z + 4) - z)),
        "other names": lambda inputs: (as_taught(inputs)[0], lambda above: as_taught(inputs)[1](above)),
    },
    "tanh_065": {
        "three digits": 0.884,
        "more digits": 0.8842104238,
        "a NumPy scalar": np.float64(0.8842),
        "in float32": np.float32(0.8842),
        "a fraction": Fraction(884, 1000),
        "a decimal": Decimal("0.884"),
        "a 0-d array": np.array(0.884),
        "from a search": 0.8842104238203029,
        "from a grid": np.arange(0.8, 1, 0.001)[84],
    },
    "leaky_holds": {
        "a formula": (2 / (1 + 0.2**2)) ** 0.5,
        "another one": 1 / np.sqrt((1 + 0.04) / 2),
        "a mean": np.mean(np.square([1, 0.2])) ** -0.5,
        "a ratio of roots": 2**0.5 / 1.04**0.5,
        "in float32": np.float32(2 / 1.04) ** np.float32(0.5),
        "a 0-d array": np.sqrt(np.array(2 / 1.04)),
        "a decimal": (Decimal(2) / Decimal("1.04")).sqrt(),
        "a fraction": Fraction(13868, 10000),
        "rounded": 1.387,
        "rounded further": 1.39,
    },
    "twin": {
        "as taught": twin,
        "written out": lambda W, b: (4 * W, 2 * b - 2 * W.sum(axis=0)),
        "a list": lambda W, b: [2 * (2 * W), 2 * b - 2 * np.sum(W, 0)],
        "in float32": lambda W, b: twin(W.astype(np.float32), b.astype(np.float32)),
        "in a loop": twin_in_a_loop,
        "by ones": lambda W, b: (W + W + W + W, (b - np.ones(len(W)) @ W) * 2),
        "einsum": lambda W, b: (4 * W, 2 * (b - np.einsum("io->o", W))),
        "transposed twice": lambda W, b: (4 * W, 2 * (b - W.T.sum(axis=1))),
        "by the new W": lambda W, b: (4 * W, 2 * b - (4 * W).sum(axis=0) / 2),
        "a partial": functools.partial(lambda two, W, b: (two * two * W, two * (b - W.sum(0))), 2),
        "lists": lambda W, b: ((4 * W).tolist(), (2 * (b - W.sum(axis=0))).tolist()),
        "other names": lambda weights, bias: twin(weights, bias),
    },
}

WRONG = {
    "squareplus": {
        "no dh": (squareplus(lambda z, root, dh: (1 + z / root) / 2), "slope alone"),
        "no inside": (squareplus(lambda z, root, dh: (1 + 1 / (2 * root)) / 2 * dh), "inside"),
        "half an inside": (squareplus(lambda z, root, dh: (1 + z / (2 * root)) / 2 * dh), "factor"),
        "a whole inside": (squareplus(lambda z, root, dh: (1 + 2 * z / root) / 2 * dh), "cancels"),
        "no half": (squareplus(lambda z, root, dh: (1 + z / root) * dh), "divided by 2"),
        "half on the root alone": (squareplus(lambda z, root, dh: (1 + z / root / 2) * dh), "z's own slope lacks it"),
        "half on z alone": (squareplus(lambda z, root, dh: (0.5 + z / root) * dh), "divides both terms"),
        "the root alone": (squareplus(lambda z, root, dh: z / root / 2 * dh), "z itself"),
        "a minus": (squareplus(lambda z, root, dh: (1 - z / root) / 2 * dh), "added"),
        "the root above": (squareplus(lambda z, root, dh: (1 + z * root) / 2 * dh), "below the line"),
        "the root's square": (squareplus(lambda z, root, dh: (1 + z / root**2) / 2 * dh), "quotient"),
        "h times dh": (squareplus(lambda z, root, dh: (z + root) / 2 * dh), "h times dh"),
        "the sign": (squareplus(lambda z, root, dh: -(1 + z / root) / 2 * dh), "sign"),
        "dh": (squareplus(lambda z, root, dh: dh.copy()), "passed through"),
        "a mean slope": (squareplus(lambda z, root, dh: np.mean((1 + z / root) / 2) * dh), "its own"),
        "dh squared": (squareplus(lambda z, root, dh: (1 + z / root) / 2 * dh**2), "quotient"),
        "positive z alone": (squareplus(lambda z, root, dh: (1 + abs(z) / root) / 2 * dh), "quotient"),
        "an edge": (squareplus(lambda z, root, dh: (z + z * z / root) / (2 * z) * dh), "z = 0"),
        "an edge far out": (squareplus(lambda z, root, dh: np.clip(1 + z / root, 0.01, 2) / 2 * dh), "z = -40"),
        "h overwritten": (h_in_place, "z, which your function was given, has changed"),
        "dh overwritten": (dh_in_place, "dh, which your function was given, has changed"),
        "z overwritten by the pullback": (z_in_the_pullback, "z, which your function was given, has changed"),
        "used up": (used_up, "again"),
        "h without the half": (squareplus(lambda z, root, dh: dh, h=lambda z: z + np.sqrt(z * z + 4)), "h is not"),
        "ReLU's h": (squareplus(lambda z, root, dh: dh, h=lambda z: np.maximum(z, 0)), "h is not"),
        "h alone": (lambda z: (z + np.sqrt(z * z + 4)) / 2, "two things"),
        "dz in place of the pullback": (lambda z: (as_taught(z)[0], as_taught(z)[1](1.0)), "a function"),
        "changed places": (lambda z: as_taught(z)[::-1], "second"),
        "transposed": (squareplus(lambda z, root, dh: ((1 + z / root) / 2 * dh).T), "shape"),
        "a sum": (squareplus(lambda z, root, dh: ((1 + z / root) / 2 * dh).sum()), "shape"),
        "nothing back": (squareplus(lambda z, root, dh: None), "returns nothing"),
        "complex": (squareplus(lambda z, root, dh: (1 + z / root) / 2 * dh * 1j), "complex"),
        "called": (as_taught(np.ones((4, 3))), "without calling"),
    },
    "tanh_065": {
        "the variance": (0.7818, "variance"),
        "the slope there": (0.6801, "spread"),
        "rms": (1.1276, "rms"),
        "the slope itself": (0.65, "mean_slope"),
        "two digits": (0.88, "three significant digits yet; the mean slope"),
        "from a coarse grid": (np.arange(0.8, 1, 0.005)[17], "go down a little"),
        "too small": (0.5, "go up"),
        "a little too large": (0.9, "go down"),
        "one digit": (1, "go down"),
        "far too large": (100.0, "go down"),
        "per cent": (88.4, "go down"),
        "the sign": (-0.884, "above 0"),
        "nothing": (0, "above 0"),
        "a text": ("0.884", "quotes"),
        "a list": ([0.1, 0.884], "list"),
        "a decimal comma": ((0, 884), "point"),
        "complex": (0.884 + 0j, "imaginary"),
        "True": (True, "yes-or-no"),
        "NaN": (np.nan, "NaN"),
        "infinite": (np.inf, "infinite"),
        "all that were tried": (np.linspace(0.1, 2, 20), "array"),
    },
    "leaky_holds": {
        "ReLU's": (2**0.5, "√2"),
        "the rms slope": (0.52**0.5, "rms"),
        "the mean square": (0.52, "mean square"),
        "squared": (2 / 1.04, "root"),
        "of the mean": (1 / 0.6, "mean slope"),
        "0.2 not squared": ((2 / 1.2) ** 0.5, "you add the slopes as they are"),
        "the usual leak": (np.sqrt(2 / 1.0001), "the leak here is 0.2"),
        "ReLU's, rounded": (1.414, "√2"),
        "a sum": (1.04**-0.5, "sum"),
        "the sign": (-((2 / 1.04) ** 0.5), "above 0"),
        "cut off": (1.38, "nearly"),
        "two digits": (1.4, "nearly"),
        "one": (1.0, "multiplies"),
        "nothing": (0, "multiplies"),
        "per cent": (138.7, "multiplies"),
        "a text": ("(2 / 1.04) ** 0.5", "text"),
        "a list": ([1.387], "list"),
        "a decimal comma": ((1, 387), "point"),
        "complex": (1.387 + 0j, "imaginary"),
        "True": (True, "yes-or-no"),
        "NaN": (np.nan, "NaN"),
        "infinite": (np.inf, "infinite"),
    },
    "twin": {
        "doubled once": (lambda W, b: (2 * W, b - W.sum(axis=0)), "doubled once"),
        "untouched": (lambda W, b: (W, b), "what it was"),
        "smaller": (lambda W, b: (W / 4, b), "larger"),
        "halved": (lambda W, b: (W / 2, b), "larger"),
        "eight": (lambda W, b: (8 * W, b), "third"),
        "the sign of W": (lambda W, b: (-4 * W, b), "sign"),
        "squared": (lambda W, b: (4 * W**2, b), "squared"),
        "transposed": (lambda W, b: (4 * W.T, 2 * (b - W.sum(axis=0))), "shape"),
        "b left": (lambda W, b: (4 * W, b), "not moved"),
        "b doubled": (lambda W, b: (4 * W, 2 * b), "-1"),
        "not doubled": (lambda W, b: (4 * W, b - W.sum(axis=0)), "double the whole"),
        "b not doubled": (lambda W, b: (4 * W, b - 2 * W.sum(axis=0)), "itself"),
        "the sum not doubled": (lambda W, b: (4 * W, 2 * b - W.sum(axis=0)), "doubled with it"),
        "the new columns": (lambda W, b: (4 * W, 2 * b - 4 * W.sum(axis=0)), "old W"),
        "the sign": (lambda W, b: (4 * W, 2 * b + 2 * W.sum(axis=0)), "sign"),
        "the new columns, twice": (lambda W, b: (4 * W, 2 * (b - (4 * W).sum(axis=0))), "summed the new one"),
        "the new columns, b once": (lambda W, b: (4 * W, b - (4 * W).sum(axis=0)), "b itself is to be doubled"),
        "b lost": (lambda W, b: (4 * W, -2 * W.sum(axis=0)), "lost"),
        "a mean": (lambda W, b: (4 * W, 2 * (b - W.mean(axis=0))), "mean"),
        "all columns": (lambda W, b: (4 * W, 2 * (b - W.sum())), "its own column"),
        "rows": (lambda W, b: (4 * W, 2 * W.sum(axis=1)), "shape"),
        "rows, with b": (lambda W, b: (4 * W, 2 * b - 2 * W.sum(axis=1)), "axis=1"),
        "five hard-coded": (
            lambda W, b: (4 * W, 2 * (b - W[:5].sum(axis=0) - W[5:].sum(axis=0) * 0) * (len(W) == 5)),
            "should be",
        ),
        "b as a row": (lambda W, b: (4 * W, 2 * (b - W.sum(axis=0, keepdims=True))), "shape"),
        "both overwritten": (twin_overwritten, "has changed"),
        "W overwritten": (W_overwritten, "W, which your function was given, has changed"),
        "W alone": (lambda W, b: 4 * W, "two things"),
        "a hole": (lambda W, b: (4 * W, None), "b is still missing"),
        "changed places": (lambda W, b: twin(W, b)[::-1], "shape"),
        "a number": (4.0, "function"),
    },
}
