"""What learners hand over in lesson 02."""

from __future__ import annotations

import functools
from decimal import Decimal
from fractions import Fraction

import numpy as np


def leaky_steps(square=0.52):
    """The three steps that follow from this mean square."""
    return [square, square**0.5, square**-0.5]


def leaky_sigma(sigma_w):
    """Two right steps and this last one."""
    return [0.52, 0.52**0.5, sigma_w]


def leaky_measured():
    """The three steps of as many units on either side of 0."""
    z = np.linspace(-3, 3, 1000)
    return leaky_steps(np.mean(np.where(z > 0, 1, 0.2) ** 2))


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
    "leaky_holds": {
        "as taught": leaky_steps(),
        "a tuple": tuple(leaky_steps()),
        "an array": np.array(leaky_steps()),
        "in float32": np.array(leaky_steps(), dtype=np.float32),
        "NumPy scalars": [*map(np.float64, leaky_steps())],
        "0-d arrays": [*map(np.array, leaky_steps())],
        "decimals": [Decimal("0.52"), Decimal("0.52").sqrt(), 1 / Decimal("0.52").sqrt()],
        "fractions": [Fraction(13, 25), Fraction(7211, 10000), Fraction(13868, 10000)],
        "rounded": [0.52, 0.721, 1.387],
        "rounded further": [0.52, 0.721, 1.39],
        "another formula": [1 - 0.96 / 2, (13 / 25) ** 0.5, (2 / (1 + 0.2**2)) ** 0.5],
        "measured": leaky_measured(),
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
    "leaky_holds": {
        "0.2 not squared": (leaky_steps(0.6), "not their squares"),
        "the mean squared": (leaky_steps(0.36), "wrong order"),
        "a sum": (leaky_steps(1.04), "the mean is asked for"),
        "ReLU's square": (leaky_steps(0.5), "right for ReLU"),
        "the usual leak": (leaky_steps(0.50005), "usual leak"),
        "the leak alone": (leaky_steps(0.02), "slope 1 is missing"),
        "the root at once": (leaky_steps(0.52**0.5), "next line"),
        "nothing squared": (leaky_steps(0.7), "Square both"),
        "nearly": (leaky_steps(0.518), "nearly"),
        "no root": ([0.52, 0.52, 1 / 0.52], "root is asked for"),
        "squared again": ([0.52, 0.52**2, 1], "square of it"),
        "half for a root": ([0.52, 0.26, 1], "half of it"),
        "the mean slope": ([0.52, 0.6, 1 / 0.6], "mean slope"),
        "a negative root": ([0.52, -(0.52**0.5), 1], "never negative"),
        "another root": ([0.52, 0.52 ** (1 / 3), 1], "something else than its root"),
        "the rms slope": (leaky_sigma(0.52**0.5), "product has to be 1"),
        "the mean square": (leaky_sigma(0.52), "the mean square"),
        "σ_w squared": (leaky_sigma(1 / 0.52), "its root is missing"),
        "of the mean": (leaky_sigma(1 / 0.6), "mean slope"),
        "ReLU's": (leaky_sigma(2**0.5), "√2"),
        "ReLU's, rounded": (leaky_sigma(1.414), "√2"),
        "Xavier's": (leaky_sigma(1), "leaves only"),
        "the sign": (leaky_sigma(-(0.52**-0.5)), "never negative"),
        "cut off": (leaky_sigma(1.38), "nearly"),
        "two digits": (leaky_sigma(1.4), "nearly"),
        "per cent": (leaky_sigma(138.7), "multiplies"),
        "zero": (leaky_sigma(0), "multiplies"),
        "one step open": (leaky_sigma(...), "three dots"),
        "all steps open": ([..., ..., ...], "three dots"),
        "a text": (leaky_sigma("1 / rms"), "text"),
        "a yes": (leaky_sigma(True), "yes-or-no"),
        "NaN at the end": (leaky_sigma(np.nan), "NaN"),
        "the last step alone": (0.52**-0.5, "three numbers"),
        "two steps": ([0.52, 0.52**0.5], "three numbers"),
        "a column": (np.array(leaky_steps())[:, None], "three numbers"),
        "backwards": (leaky_steps()[::-1], "mean_square"),
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
        "the numbers of the hint": (
            lambda W, b: (4 * W, 2 * b + np.array([-4, -6]) * 2),
            "when W has the shape (5, 3)",
        ),
        "b times 4": (lambda W, b: (4 * W, 4 * b - 2 * W.sum(axis=0)), "b is multiplied by 4"),
        "all times 4": (lambda W, b: (4 * W, 4 * (b - W.sum(axis=0))), "b and the -1 are multiplied by 4"),
        "b times 4 alone": (lambda W, b: (4 * W, 4 * b), "is missing too"),
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
