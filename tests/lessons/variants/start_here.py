"""What learners hand over in lesson 00."""

from __future__ import annotations

import functools
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np

from variants import Later
from vgrad.kit.experiments.flow import flow


def relu(**settings):
    return Later(lambda: flow(**{"activation": "relu", "scheme": "he_normal", **settings}))


class Row:
    def arrives(self, share, people):
        return share ** (people - 1)


def in_a_loop(share, people):
    left = 1
    for _ in range(people - 1):
        left = left * share
    return left


def recursive(share, people):
    return 1.0 if people == 1 else share * recursive(share, people - 1)


def one_too_many(share, people):
    left = 1
    for _ in range(people):
        left *= share
    return left


def a_slip_of_the_finger(share, people):
    return share ** (peple - 1)  # noqa: F821


RIGHT = {
    "three_whispers": {
        "a power": 0.25**3,
        "a product": 0.25 * 0.25 * 0.25,
        "a quotient": 1 / 64,
        "a fraction": Fraction(1, 64),
        "a decimal": Decimal("0.25") ** 3,
        "a NumPy scalar": np.float64(0.25) ** 3,
        "in float32": np.float32(0.25) ** 3,
        "a 0-d array": np.array(0.25) ** 3,
        "an array of one": np.array([0.25]) ** 3,
        "rounded": 0.0156,
        "rounded less": 0.015625,
    },
    "turn_down": {
        "one": relu(gain=1.0),
        "a whole number": relu(gain=1),
        "a little less": relu(gain=0.97),
        "a little more": relu(gain=1.05),
        "a NumPy scalar": relu(gain=np.float64(1.0)),
        "other networks": relu(seed=3),
        "wider": relu(width=64),
        "in float32": relu(precision="float32"),
    },
    "arrives": {
        "a power": lambda share, people: share ** (people - 1),
        "a loop": in_a_loop,
        "recursive": recursive,
        "a product": lambda share, people: np.prod([share] * (people - 1)),
        "math.pow": lambda share, people: math.pow(share, people - 1),
        "np.power": lambda share, people: np.power(float(share), people - 1),
        "divided": lambda share, people: share**people / share if share else float(people == 1),
        "in float32": lambda share, people: np.float32(share) ** np.float32(people - 1),
        "a fraction": lambda share, people: Fraction(share) ** (people - 1),
        "a decimal": lambda share, people: Decimal(share) ** (people - 1),
        "a 0-d array": lambda share, people: np.array(float(share)) ** (people - 1),
        "a method": Row().arrives,
        "a partial": functools.partial(lambda one, share, people: one * share ** (people - 1), 1.0),
        "other names": lambda s, n: s ** (n - 1),
    },
}

WRONG = {
    "three_whispers": {
        "a sum": (3 * 0.25, "sum"),
        "shared by three": (0.25 / 3, "shared"),
        "after one": (0.25, "one whisper"),
        "after two": (0.25**2, "two whispers"),
        "after four": (0.25**4, "four whispers"),
        "what is lost": (1 - 0.25**3, "lost"),
        "upside down": (64, "times less"),
        "the sign": (-(0.25**3), "sign"),
        "per cent": (1.5625, "per cent"),
        "two digits": (0.016, "three significant digits"),
        "nothing": (0, "little"),
        "too much": (0.5, "much"),
        "a text": ("0.015625", "quotes"),
        "a list": ([0.25**3], "list"),
        "a decimal comma": ((0, 15625), "point"),
        "complex": (complex(0.25**3), "imaginary"),
        "NumPy's complex": (np.complex128(0.25**3), "imaginary"),
        "True": (True, "yes-or-no"),
        "None": (None, "None"),
        "NaN": (np.nan, "NaN"),
        "infinite": (math.inf, "infinite"),
        "beyond float64": (10**400, "larger"),
        "a function": (lambda: 0.25**3, "function"),
    },
    "turn_down": {
        "untouched": (relu(gain=1.5), "explodes"),
        "too little": (relu(gain=0.5), "vanishes"),
        "zero": (relu(gain=0.0), "vanishes"),
        "another activation": (relu(activation="tanh", scheme="xavier_normal"), "activation"),
        "Xavier's weights": (relu(scheme="xavier_normal", gain=2**0.5), "He's"),
        "shallow": (relu(depth=5, gain=1.5), "depth is 5"),
        "a norm": (relu(norm="batch", gain=1.0), "norm is 'batch'"),
        "skip connections": (relu(skip="pre", gain=0.2), "skip is 'pre'"),
        "biases": (relu(sigma_b=0.5), "only the gain"),
        "one network": (relu(seeds=1), "luck"),
        "narrow": (relu(width=4), "luck"),
        "its ratio": (Later(lambda: relu().make().ratio), "whole record"),
        "the gain": (1.0, "whole record"),
    },
    "arrives": {
        "one too many": (lambda share, people: share**people, "listens"),
        "one too many, in a loop": (one_too_many, "listens"),
        "one too few": (lambda share, people: share ** (people - 2), "first"),
        "more whispers than people": (lambda share, people: share ** (people + 1), "yours has more"),
        "no brackets": (lambda share, people: share**people - 1, "brackets"),
        "per cent": (lambda share, people: 100 * share ** (people - 1), "per cent"),
        "a product once": (lambda share, people: share * (people - 1), "multiplies"),
        "a quotient once": (lambda share, people: share / (people - 1), "multiplies"),
        "changed places": (lambda people, share: share ** (people - 1), "comes first"),
        "a quarter hard-coded": (lambda share, people: 0.25 ** (people - 1), "both"),
        "eleven hard-coded": (lambda share, people: share**10, "both"),
        "the answer hard-coded": (lambda share, people: 0.25**10, "both"),
        "the sign": (lambda share, people: -(share ** (people - 1)), "sign"),
        "upside down": (lambda share, people: (1 / share) ** (people - 1), "times less"),
        "what is lost": (lambda share, people: 1 - share ** (people - 1), "lost"),
        "an edge": (lambda share, people: share ** max(people - 1, 1), "no whisper"),
        "shares above 1 cut": (lambda share, people: min(share, 1.0) ** (people - 1), "1.5"),
        "several": (lambda share, people: share ** np.arange(people), "array"),
        "printed": (lambda share, people: None, "returns nothing"),
        "called": (0.25**10, "without calling"),
        "one argument": (lambda share: share**10, "other arguments"),
        "a slip": (a_slip_of_the_finger, "peple"),
        "a text": (lambda share, people: str(share ** (people - 1)), "quotes"),
    },
}
