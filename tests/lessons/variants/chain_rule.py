"""What learners hand over in lesson 01."""

from __future__ import annotations

import functools
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np


def up(functions, x):
    """The way up, which is right: the output, and the pullbacks."""
    pullbacks = []
    for function in functions:
        x, pullback = function(x)
        pullbacks.append(pullback)
    return x, pullbacks


def as_taught(functions, x, dy):
    y, pullbacks = up(functions, x)
    for pullback in reversed(pullbacks):
        dy = pullback(dy)
    return y, dy


def with_a_stack(functions, x, dy):
    y, pullbacks = up(functions, x)
    while pullbacks:
        dy = pullbacks.pop()(dy)
    return [y, dy]


def recursive(functions, x, dy):
    if not functions:
        return x, dy
    first, *others = functions
    h, pullback = first(x)
    y, dh = recursive(others, h, dy)
    return y, pullback(dh)


def by_index(functions, x, dy):
    y = x
    kept = [None] * len(functions)
    for k in range(len(functions)):
        y, kept[k] = functions[k](y)
    for k in range(len(functions) - 1, -1, -1):
        dy = kept[k](dy)
    return y, dy


def composed(functions, x, dy):
    """One pullback that grows on the way up."""
    down = lambda dy: dy  # noqa: E731
    for function in functions:
        x, pullback = function(x)
        down = lambda dy, pullback=pullback, before=down: before(pullback(dy))  # noqa: E731
    return x, down(dy)


def called_twice(functions, x, dy):
    """It finds each function's input, and calls the function again on the way down."""
    inputs = [x]
    for function in functions:
        inputs.append(function(inputs[-1])[0])
    for function, entered in zip(reversed(functions), reversed(inputs[:-1]), strict=True):
        dy = function(entered)[1](dy)
    return inputs[-1], dy


class Chain:
    def __call__(self, functions, x, dy):
        return np.float32(as_taught(functions, x, dy)[0]), np.float32(as_taught(functions, x, dy)[1])


def downwards(functions, x, dy):
    y, pullbacks = up(functions, x)
    return y, functools.reduce(lambda dy, pullback: pullback(dy), pullbacks[::-1], dy)


def not_reversed(functions, x, dy):
    y, pullbacks = up(functions, x)
    for pullback in pullbacks:
        dy = pullback(dy)
    return y, dy


def all_at_x(functions, x, dy):
    y, _ = up(functions, x)
    for function in reversed(functions):
        dy = function(x)[1](dy)
    return y, dy


def from_one(functions, x, dy):
    return as_taught(functions, x, np.ones_like(dy))


def functions_reversed_in_place(functions, x, dy):
    y, pullbacks = up(functions, x)
    functions.reverse()
    for pullback in reversed(pullbacks):
        dy = pullback(dy)
    return y, dy


def times_dy(functions, x, dy):
    y, dx = as_taught(functions, x, dy)
    return y, dx * dy


def wrong_in_the_second(functions, x, dy):
    y, dx = as_taught(functions, x, dy)
    return y, dx * np.where(np.arange(dx.size) == 1, 3, 1)


def returns_x(functions, x, dy):
    return x, as_taught(functions, x, dy)[1]


def up_in_reverse(functions, x, dy):
    y, pullbacks = up(reversed(functions), x)
    for pullback in reversed(pullbacks):
        dy = pullback(dy)
    return y, dy


def right_until_numbers_mix(functions, x, dy):
    y, dx = as_taught(functions, x, dy)
    return y, dx if len(functions) == 3 else 2 * dx


def functions_used_up(functions, x, dy):
    pullbacks = []
    while functions:
        x, pullback = functions.pop(0)(x)
        pullbacks.append(pullback)
    for pullback in reversed(pullbacks):
        dy = pullback(dy)
    return x, dy


def dy_overwritten(functions, x, dy):
    y, dx = as_taught(functions, x, dy)
    dy[:] = 0
    return y, dx


def three_by_hand(functions, x, dy):
    first, second, third = (*functions, *[lambda x: (x, lambda dy: dy)] * 2)[:3]
    a, back_first = first(x)
    h, back_second = second(a)
    y, back_third = third(h)
    return y, back_first(back_second(back_third(dy)))


def two_only(functions, x, dy):
    a, first = functions[0](x)
    y, pullbacks = up(functions[1:], a)
    for pullback in reversed(pullbacks):
        dy = pullback(dy)
    return y, first(dy) if len(functions) > 1 else dy


def log_in_place(factors):
    np.log10(factors, out=factors)
    return factors.sum()


def half_logged(factors):
    """The product of halves, which goes further than a product, and not far enough."""
    return sum(np.log10(np.prod(part)) for part in np.array_split(factors, 1))


RIGHT = {
    "thousandth": {
        "an int": 17,
        "a float": 17.0,
        "computed": np.ceil(-3 / np.log10(0.65)),
        "math.ceil": math.ceil(math.log(1e-3) / math.log(0.65)),
        "counted": next(count for count in range(1, 99) if 0.65**count < 1e-3),
        "a NumPy integer": np.int64(17),
        "small": np.uint8(17),
        "in float32": np.float32(17),
        "a fraction": Fraction(17),
        "a decimal": Decimal(17),
        "a 0-d array": np.array(17),
        "an array of one": np.argmax(0.65 ** np.arange(99) < 1e-3, keepdims=True),
    },
    "decades": {
        "a sum": lambda factors: np.log10(factors).sum(),
        "np.sum": lambda factors: np.sum(np.log10(factors)),
        "a loop": lambda factors: sum(math.log10(factor) for factor in factors),
        "fsum": lambda factors: math.fsum(np.log10(factors)),
        "natural, divided": lambda factors: np.log(factors).sum() / np.log(10),
        "in float32": lambda factors: np.log10(factors.astype(np.float32)).sum(),
        "a mean times the number": lambda factors: len(factors) * np.mean(np.log10(factors)),
        "cumulative": lambda factors: np.cumsum(np.log10(factors))[-1],
        "a 0-d array": lambda factors: np.array(np.log10(factors).sum()),
        "an array of one": lambda factors: np.log10(factors).sum(keepdims=True),
        "a dot product": lambda factors: np.log10(factors) @ np.ones(len(factors)),
        "a decimal": lambda factors: sum(Decimal(float(factor)).log10() for factor in factors),
        "reduce": lambda factors: np.add.reduce(np.log10(factors)),
    },
    "fair_coin": {
        "a quotient": 1 / 0.6,
        "five thirds": 5 / 3,
        "a fraction": Fraction(5, 3),
        "a decimal": Decimal(1) / Decimal("0.6"),
        "a power": 0.6**-1,
        "a NumPy scalar": np.exp(-np.log(0.6)),
        "in float32": np.float32(1 / 0.6),
        "a 0-d array": np.reciprocal(np.array(0.6)),
        "rounded": 1.667,
        "rounded further": 1.67,
    },
    "backprop": {
        "as taught": as_taught,
        "a stack, and a list": with_a_stack,
        "recursive": recursive,
        "by index": by_index,
        "composed on the way up": composed,
        "called twice": called_twice,
        "a callable, in float32": Chain(),
        "reduce": downwards,
        "a lambda": lambda functions, x, dy: as_taught(functions, x, dy),
        "other names": lambda layers, inputs, above: as_taught(layers, inputs, above),
    },
}

WRONG = {
    "thousandth": {
        "one too few": (16, "nearly"),
        "where the line crosses": (math.log(1e-3) / math.log(0.65), "next whole number"),
        "not whole": (3.7, "whole"),
        "too many": (18, "fewer"),
        "far too many": (1000, "fewer"),
        "very many": (10**18, "fewer"),
        "too few": (7, "more"),
        "three decades": (3, "more"),
        "none": (0, "at least one"),
        "the sign": (-17, "the size is right"),
        "the sign, and one too few": (-16, "two things are left"),
        "a single one": (1, "factor leaves"),
        "what is left": (0.65**17, "whole"),
        "a text": ("17", "quotes"),
        "a list": ([17], "list"),
        "a decimal comma": ((16, 4), "point"),
        "complex": (17 + 0j, "imaginary"),
        "True": (True, "yes-or-no"),
        "None": (None, "None"),
        "NaN": (np.nan, "NaN"),
        "infinite": (np.inf, "infinite"),
    },
    "decades": {
        "logarithm of the product": (lambda factors: np.log10(np.prod(factors)), "before you take its log"),
        "natural": (lambda factors: np.log(factors).sum(), "natural"),
        "powers of two": (lambda factors: np.log2(factors).sum(), "powers of two"),
        "the product": (np.prod, "product itself"),
        "the sign": (lambda factors: -np.log10(factors).sum(), "sign"),
        "the size": (lambda factors: abs(np.log10(factors).sum()), "sign"),
        "a mean": (lambda factors: np.log10(factors).mean(), "mean"),
        "a product of logarithms": (lambda factors: np.prod(np.log10(factors)), "multiply them"),
        "sizes alone": (lambda factors: abs(np.log10(factors)).sum(), "keep their signs"),
        "logarithm of the sum": (lambda factors: np.log10(np.sum(factors)), "sum"),
        "one each": (np.log10, "one number"),
        "four hard-coded": (lambda factors: np.log10(factors)[:4].sum(), "four factors"),
        "the answer hard-coded": (lambda factors: np.log10(0.005), "four factors"),
        "cut off": (lambda factors: max(np.log10(factors).sum(), -308.0), "thousand"),
        "cut off above": (lambda factors: min(np.log10(factors).sum(), 308.0), "thousand"),
        "an epsilon": (lambda factors: np.log10(np.prod(factors) + 1e-300), "thousand"),
        "losses alone": (lambda factors: np.log10(factors[factors < 1]).sum() + 1, "four factors"),
        "not the first": (lambda factors: np.log10(factors[1:]).sum() - 1, "0.3"),
        "overwritten": (log_in_place, "has changed"),
        "sorted in place": (lambda factors: factors.sort() or np.log10(factors).sum(), "has changed"),
        "the whole product": (half_logged, "before you take its log"),
        "a number": (3.0, "function"),
        "printed": (lambda factors: None, "returns nothing"),
        "math.log10": (lambda factors: math.log10(factors), "was given an array"),
    },
    "fair_coin": {
        "mean of one": (1.4, "mean"),
        "what is missing from 1": (0.4, "add up"),
        "tails themselves": (0.6, "upside down"),
        "cut off": (1.66, "nearly"),
        "two digits": (1.7, "three significant digits"),
        "too small": (1.5, "less"),
        "too large": (2.0, "more"),
        "squared": ((1 / 0.6) ** 2, "more"),
        "a root": ((1 / 0.6) ** 0.5, "less"),
        "the sign": (-1 / 0.6, "above 0"),
        "nothing": (0, "above 0"),
        "per cent": (166.7, "more"),
        "a text": ("5/3", "text"),
        "a list": ([5 / 3], "list"),
        "a decimal comma": ((1, 667), "point"),
        "complex": (complex(5 / 3), "imaginary"),
        "True": (True, "yes-or-no"),
        "NaN": (np.nan, "NaN"),
        "infinite": (np.inf, "infinite"),
    },
    "backprop": {
        "untouched": (lambda functions, x, dy: (x, dy), "hand what one function returns"),
        "not down": (lambda functions, x, dy: (up(functions, x)[0], dy), "still dy"),
        "not reversed": (not_reversed, "last pullback"),
        "only the last": (lambda functions, x, dy: (up(functions, x)[0], up(functions, x)[1][-1](dy)), "only the last"),
        "only the first": (
            lambda functions, x, dy: (up(functions, x)[0], up(functions, x)[1][0](dy)),
            "only the first",
        ),
        "from one": (from_one, "start from dy"),
        "all at x": (all_at_x, "entered"),
        "the sign": (
            lambda functions, x, dy: (as_taught(functions, x, dy)[0], -as_taught(functions, x, dy)[1]),
            "sign",
        ),
        "dy once more": (times_dy, "dy is in it twice"),
        "wrong in the second alone": (wrong_in_the_second, "x = -0.2"),
        "x in place of y": (returns_x, "dx is right. But y is still x"),
        "x, and a wrong dx": (lambda functions, x, dy: (x, 2 * dy), "y is still x, what came in. Return"),
        "up in reverse": (up_in_reverse, "begins with the first of the list"),
        "the first two": (lambda functions, x, dy: as_taught(functions[:2], x, dy), "last one is still missing"),
        "the first alone": (lambda functions, x, dy: as_taught(functions[:1], x, dy), "go on to the others"),
        "the last two": (lambda functions, x, dy: as_taught(functions[1:], x, dy), "first one is missing"),
        "each of x": (lambda functions, x, dy: ([f(x)[0] for f in functions][-1], dy), "of x itself"),
        "another y": (lambda functions, x, dy: (2 * as_taught(functions, x, dy)[0], dy), "what the one before it"),
        "y as one number": (lambda functions, x, dy: (up(functions, x)[0].sum(), dy), "y has shape"),
        "right until numbers mix": (right_until_numbers_mix, "mixes the numbers"),
        "twice": (
            lambda functions, x, dy: (as_taught(functions, x, dy)[0], 2 * as_taught(functions, x, dy)[1]),
            "quotient",
        ),
        "changed places": (lambda functions, x, dy: as_taught(functions, x, dy)[::-1], "changed places"),
        "functions reversed in place": (functions_reversed_in_place, "has changed"),
        "functions used up": (functions_used_up, "has changed"),
        "dy overwritten": (dy_overwritten, "has changed"),
        "three hard-coded": (three_by_hand, "any length"),
        "a single one forgotten": (two_only, "single"),
        "one number": (lambda functions, x, dy: (up(functions, x)[0], 1.0), "shape"),
        "dx alone": (lambda functions, x, dy: as_taught(functions, x, dy)[1], "two things"),
        "three things": (lambda functions, x, dy: (*as_taught(functions, x, dy), dy), "two things"),
        "dx missing": (lambda functions, x, dy: (up(functions, x)[0], None), "dx is still missing"),
        "the pullback": (lambda functions, x, dy: (up(functions, x)[0], up(functions, x)[1][0]), "array of numbers"),
        "not called": (lambda functions, x, dy: (functions[0](x), dy), "array of numbers"),
    },
}
