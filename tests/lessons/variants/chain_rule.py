"""What learners hand over in lesson 01."""

from __future__ import annotations

import functools

import numpy as np

from vgrad import ops


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


def each_gets_dy(functions, x, dy):
    y, pullbacks = up(functions, x)
    for pullback in reversed(pullbacks):
        dx = pullback(dy)
    return y, dx


def dy_returned(functions, x, dy):
    y, pullbacks = up(functions, x)
    dx = dy
    for pullback in reversed(pullbacks):
        dx = pullback(dx)
    return y, dy


def slopes_of_a_number(functions, x, dy):
    y, pullbacks = up(functions, x)
    for pullback in reversed(pullbacks):
        dy = dy * pullback(1.0)
    return y, dy


def slopes_of_ones(functions, x, dy):
    y, pullbacks = up(functions, x)
    for pullback in reversed(pullbacks):
        dy = dy * pullback(np.ones_like(dy))
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


H = float(np.tanh(1.5))
DH, DA = 2 * H, 2 * H * (1 - H * H)
DX = 3 * DA


RIGHT = {
    "walk": {
        "a list": [DH, DA, DX],
        "a tuple": (DH, DA, DX),
        "an array": np.array([DH, DA, DX]),
        "in float32": np.float32([DH, DA, DX]),
        "three digits": [1.81, 0.327, 0.981],
        "from rounded ones": [2 * 0.905, 0.181 * 1.81, 3 * 0.327],
        "four digits": [1.8103, 0.3271, 0.9814],
        "by pullbacks": [DH, float(ops.tanh(1.5)[1](DH)), 3 * float(ops.tanh(1.5)[1](DH))],
        "NumPy scalars": [np.float64(DH), np.float64(DA), np.float64(DX)],
        "0-d arrays": [np.array(DH), np.array(DA), np.array(DX)],
        "a column": np.array([[DH], [DA], [DX]]),
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
    "walk": {
        "blank": ([..., ..., ...], "fill in dh, da and dx"),
        "one done": ([DH, ..., ...], "put da and dx"),
        "two done": ([DH, DA, None], "put dx"),
        "slope at x": ([1.0, DA, DX], "You took it at x"),
        "slope at a": ([3.0, DA, DX], "You took it at a"),
        "slope at y": ([2 * H * H, DA, DX], "You took it at y"),
        "h": ([H, DA, DX], "h itself"),
        "y": ([H * H, DA, DX], "the output y"),
        "something for dh": ([0.5, DA, DX], "slope of the square"),
        "nearly dh": ([1.82, DA, DX], "nearly"),
        "the slope alone": ([DH, 1 - H * H, DX], "only the slope of tanh"),
        "da still dh": ([DH, DH, DX], "da is still dh"),
        "without the square": ([DH, (1 - H) * DH, DX], "left the square out"),
        "h² alone": ([DH, H * H * DH, DX], "multiplied by h²"),
        "at a": ([DH, (1 - 1.5**2) * DH, DX], "put a in its place"),
        "added": ([DH, DH + 1 - H * H, DX], "you added the slope"),
        "no brackets": ([DH, DH * 1 - H**2, DX], "needs brackets"),
        "no brackets in front": ([DH, 1 - H**2 * DH, DX], "needs brackets"),
        "divided": ([DH, DH / (1 - H * H), DX], "you divided"),
        "three alone": ([DH, DA, 3], "only the slope of 3x"),
        "dx still da": ([DH, DA, DA], "dx is still da"),
        "a third": ([DH, DA, DA / 3], "divided by 3"),
        "3x": ([DH, DA, 1.5 * DA], "multiplied by 3x"),
        "3 added": ([DH, DA, 3 + DA], "you added the slope"),
        "dh twice": ([DH, DA, 3 * DA * DH], "in da already"),
        "something for dx": ([DH, DA, 7.0], "times the slope of 3x"),
        "in reverse": ([DX, DA, DH], "in reverse"),
        "the sign": ([-DH, -DA, -DX], "not right yet"),
        "two numbers": ([DA, DX], "and not 2"),
        "with dy": ([1.0, DH, DA, DX], "and not 4"),
        "one number": (DX, "in a list"),
        "names": (["dh", "da", "dx"], "dh should be a number"),
        "infinite": ([DH, np.inf, DX], "da should be a number"),
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
        "each gets dy": (each_gets_dy, "each call gets dy itself"),
        "called, and dy returned": (dy_returned, "the pullbacks are called"),
        "pullbacks of a number": (slopes_of_a_number, "yours was given 1.0 alone"),
        "pullbacks of ones": (slopes_of_ones, "not ones"),
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
