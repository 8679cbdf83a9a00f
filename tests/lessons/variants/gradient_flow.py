"""What learners hand over in lesson 03."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np

from variants import Later
from vgrad.kit.experiments.flow import flow


def softsign(slope, h=lambda z: z / (1 + abs(z))):
    """An activation h with the pullback slope(z, dh)."""
    return lambda z: (h(z), lambda dh: slope(z, dh))


def as_taught(z):
    h = z / (1 + abs(z))

    def pullback(dh):
        return dh / (1 + abs(z)) ** 2

    return h, pullback


def in_float32(z):
    h, pullback = as_taught(z.astype(np.float32))
    return h, lambda dh: pullback(dh.astype(np.float32))


def in_two_branches(z):
    h = np.where(z > 0, z / (1 + abs(z)), z / (1 + abs(z)))
    return h, lambda dh: np.where(z > 0, dh / (1 + np.maximum(z, 0)) ** 2, dh / (1 - np.minimum(z, 0)) ** 2)


def entry_by_entry(z):
    slopes = [[1 / (1 + abs(number)) ** 2 for number in row] for row in z]
    return as_taught(z)[0].tolist(), lambda dh: [
        [slope * above for slope, above in zip(*rows, strict=True)] for rows in zip(slopes, dh, strict=True)
    ]


def a_copy_in_place(z):
    h = z.copy()
    h /= 1 + abs(z)
    return h, as_taught(z)[1]


def z_in_place(z):
    kept = z.copy()
    z /= 1 + abs(z)
    return z, as_taught(kept)[1]


def dh_in_place(z):
    def pullback(dh):
        dh /= (1 + abs(z)) ** 2
        return dh

    return as_taught(z)[0], pullback


def z_in_the_pullback(z):
    def pullback(dh):
        np.abs(z, out=z)
        return dh / (1 + z) ** 2

    return as_taught(z)[0], pullback


def used_up(z):
    size = 1 + abs(z)

    def pullback(dh):
        nonlocal size
        size = size**2
        return dh / size

    return z / size, pullback


class Softsign:
    def forward(self, z):
        self.z = z
        return z / (1 + np.abs(z)), self.backward

    def backward(self, dh):
        return np.multiply(dh, np.power(1 + np.abs(self.z), -2))


def sigmoid(**settings):
    return Later(lambda: flow(**{"activation": "sigmoid", **settings}))


RIGHT = {
    "softsign": {
        "as taught": as_taught,
        "a lambda": softsign(lambda z, dh: dh / (1 + abs(z)) ** 2),
        "the quotient rule": softsign(lambda z, dh: (1 + abs(z) - z * np.sign(z)) / (1 + abs(z)) ** 2 * dh),
        "by h": softsign(lambda z, dh: (1 - abs(z / (1 + abs(z)))) ** 2 * dh),
        "a product": softsign(lambda z, dh: dh / (1 + abs(z)) / (1 + abs(z))),
        "in two branches": in_two_branches,
        "in float32": in_float32,
        "a list": lambda z: list(as_taught(z)),
        "lists of lists": entry_by_entry,
        "a copy in place": a_copy_in_place,
        "a method": Softsign().forward,
        "other names": lambda x: (as_taught(x)[0], lambda upstream: as_taught(x)[1](upstream)),
    },
    "kata_scale": {
        "a power": 3**0.5,
        "np.sqrt": np.sqrt(3),
        "one over a root": 1 / np.sqrt(1 / 3),
        "in float32": np.sqrt(np.float32(3)),
        "a fraction": Fraction(17320508, 10**7),
        "a decimal": Decimal(3).sqrt(),
        "a 0-d array": np.sqrt(np.array(3.0)),
        "six over two": 6**0.5 / 2**0.5,
        "rounded": 1.732,
        "rounded further": 1.73,
    },
    "hold_sigmoid": {
        "eleven": sigmoid(gain=11.0),
        "a whole number": sigmoid(gain=11),
        "by theory": sigmoid(gain=10.15),
        "other networks": sigmoid(gain=11.0, seed=4),
        "wider": sigmoid(gain=10.5, width=64),
        "in float32": sigmoid(gain=11.0, precision="float32"),
        "a NumPy scalar": sigmoid(gain=np.float64(10.5)),
        "sigma_w, by another scheme": sigmoid(scheme="scaled_normal", gain=11.0),
        "uniform weights": sigmoid(scheme="xavier_uniform", gain=11.0),
    },
}

WRONG = {
    "softsign": {
        "no square": (softsign(lambda z, dh: dh / (1 + abs(z))), "square"),
        "no dh": (softsign(lambda z, dh: 1 / (1 + abs(z)) ** 2), "dh"),
        "the sign": (softsign(lambda z, dh: -dh / (1 + abs(z)) ** 2), "sign"),
        "upside down": (softsign(lambda z, dh: dh * (1 + abs(z)) ** 2), "divides"),
        "no absolute value": (softsign(lambda z, dh: dh / (1 + z) ** 2), "z < 0"),
        "the sign of z": (softsign(lambda z, dh: np.sign(z) * dh / (1 + abs(z)) ** 2), "z < 0"),
        "h times dh": (softsign(lambda z, dh: z / (1 + abs(z)) * dh), "h times dh"),
        "dh": (softsign(lambda z, dh: dh.copy()), "passed through"),
        "cubed": (softsign(lambda z, dh: dh / (1 + abs(z)) ** 3), "power"),
        "dh squared": (softsign(lambda z, dh: dh**2 / (1 + abs(z)) ** 2), "twice"),
        "z squared alone": (softsign(lambda z, dh: dh / (1 + z**2)), "quotient"),
        "a mean slope": (softsign(lambda z, dh: dh * (1 / (1 + abs(z)) ** 2).mean()), "its own"),
        "tanh's": (softsign(lambda z, dh: dh * (1 - (z / (1 + abs(z))) ** 2)), "slope of a tanh"),
        "tanh's at z": (softsign(lambda z, dh: dh * (1 - np.tanh(z) ** 2)), "slope of tanh z"),
        "sigmoid's": (softsign(lambda z, dh: dh * z / (1 + abs(z)) * (1 - z / (1 + abs(z)))), "slope of a sigmoid"),
        "sigmoid's at z": (softsign(lambda z, dh: dh * np.exp(-z) / (1 + np.exp(-z)) ** 2), "sigmoid of z"),
        "NaN at 0": (softsign(lambda z, dh: dh * (z / (1 + abs(z)) / z) ** 2), "z = 0"),
        "nothing at 0": (softsign(lambda z, dh: dh * abs(np.sign(z)) / (1 + abs(z)) ** 2), "z = 0"),
        "flat far out": (softsign(lambda z, dh: dh * (abs(z) < 10) / (1 + abs(z)) ** 2), "30"),
        "z overwritten": (z_in_place, "z, which your function was given, has changed"),
        "dh overwritten": (dh_in_place, "dh, which your function was given, has changed"),
        "z overwritten by the pullback": (z_in_the_pullback, "z, which your function was given, has changed"),
        "used up": (used_up, "again"),
        "another h": (softsign(lambda z, dh: dh, h=np.tanh), "h is not"),
        "no absolute value in h": (softsign(lambda z, dh: dh, h=lambda z: z / (1 + z)), "h is not"),
        "h alone": (lambda z: z / (1 + abs(z)), "two things"),
        "changed places": (lambda z: as_taught(z)[::-1], "second"),
        "dz in place of the pullback": (lambda z: (as_taught(z)[0], as_taught(z)[1](1.0)), "a function"),
        "three": (lambda z: (*as_taught(z), z), "two things"),
        "transposed": (softsign(lambda z, dh: (dh / (1 + abs(z)) ** 2).T), "shape"),
        "a sum": (softsign(lambda z, dh: (dh / (1 + abs(z)) ** 2).sum(axis=0)), "shape"),
        "nothing back": (softsign(lambda z, dh: None), "returns nothing"),
        "called": (as_taught(np.ones((3, 4))), "without calling"),
    },
    "kata_scale": {
        "squared": (3, "variance"),
        "a third": (1 / 3, "third"),
        "upside down": (3**-0.5, "upside down"),
        "the other square": (9, "81"),
        "two": (2.0, "Xavier"),
        "half the variance": (2**0.5, "twice as large"),
        "the sign": (-(3**0.5), "negative"),
        "cut off": (1.71, "nearly"),
        "two digits": (1.7, "nearly"),
        "one": (1, "Xavier"),
        "nothing": (0, "Xavier"),
        "per cent": (173.2, "Xavier"),
        "a text": ("3 ** 0.5", "text"),
        "a list": ([3**0.5], "list"),
        "a decimal comma": ((1, 732), "point"),
        "complex": ((-3 + 0j) ** 0.5, "imaginary"),
        "True": (True, "yes-or-no"),
        "NaN": (np.nan, "NaN"),
        "infinite": (np.inf, "infinite"),
        "None": (None, "None"),
    },
    "hold_sigmoid": {
        "untouched": (sigmoid(), "as before"),
        "too small": (sigmoid(gain=8.0), "more gain"),
        "too large": (sigmoid(gain=20.0), "less gain"),
        "zero": (sigmoid(gain=0.0), "more gain"),
        "batch norm": (sigmoid(norm="batch"), "norm"),
        "layer norm": (sigmoid(norm="layer", gain=11.0), "norm"),
        "skip connections": (sigmoid(skip="pre"), "skip"),
        "both": (sigmoid(skip="pre", norm="batch"), "a norm and skip"),
        "biases": (sigmoid(gain=11.0, sigma_b=0.1), "sigma_b"),
        "narrow": (sigmoid(gain=11.0, width=4), "luck"),
        "one network": (sigmoid(gain=11.0, seeds=1), "luck"),
        "shallow": (sigmoid(depth=2), "2 sigmoid layers"),
        "one layer": (sigmoid(depth=1), "1 sigmoid layer"),
        "another activation": (Later(lambda: flow(activation="tanh")), "sigmoid"),
        "its ratio": (Later(lambda: sigmoid(gain=11.0).make().ratio), "whole record"),
        "the gain": (11.0, "whole record"),
        "the function": (flow, "whole record"),
    },
}
