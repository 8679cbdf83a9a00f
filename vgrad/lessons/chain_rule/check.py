"""The exercises of the lesson on products of random factors.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import Exercises, expect_answer, expect_function, expect_number, expect_two, is_missing


def _thousandth(count) -> str | None:
    expect_number(count)
    if 15.9 < count < 16.1 and count != 16:
        return f"factors come whole: {count:.4g} is where the line crosses; what is the next whole number?"
    if count != int(count):
        return f"factors come whole, and {count:.4g} is not"
    if count == 17:
        return None
    if count == 16:
        return f"nearly: 16 factors leave {0.65**16:.3g}, which is still a little more than a thousandth"
    if count < 1:
        return "at least one factor is needed to lose anything"
    if count > 17 and 0.65 ** (count - 1) < 1e-3:
        return f"{count:g} factors leave {0.65**count:.1e}, less than asked for; fewer do it already"
    return f"{count:g} factors leave {0.65**count:.1e}; more are needed"


def _decades(function) -> str | None:
    decades = expect_function(function, ", decades, not a number")
    few = expect_answer(decades(np.array([0.1, 10.0, 0.01, 0.5])))
    expect_number(few, "return one number for all the factors together")
    right = np.log10(0.005)
    if np.isclose(few, right / np.log10(np.e)):
        return "those are natural logarithms; a decade is a step of log10"
    if np.isclose(few, 0.005):
        return "that is the product itself; how many decades is it from 1?"
    if np.isclose(few, -right):
        return "the size is right, the sign is not: a product below 1 has negative decades"
    if not np.isclose(few, right):
        return f"of 0.1, 10, 0.01 and 0.5 the product is 0.005, {right:.3f} decades; yours says {few:.3f}"
    return _far_out(decades)


def _far_out(function) -> str | None:
    """Products that no float64 holds: where a logarithm of the product fails, and a sum of logarithms does not."""
    for factor, end in ((0.25, "0"), (4.0, "inf")):
        with np.errstate(all="ignore"):
            far = function(np.full(1000, factor))
        if not np.isfinite(far):
            return (
                f"right for four factors; of a thousand times {factor:g} the product is {end} before you take its log"
            )
        if not np.isclose(far, 1000 * np.log10(factor)):
            return f"a thousand times {factor:g} makes {1000 * np.log10(factor):.1f} decades, and yours says {far:.1f}"
    return None


def _fair_coin(heads) -> str | None:
    expect_number(heads)
    if heads <= 0:
        return "heads should leave something: a factor above 0"
    if abs(heads * 0.6 - 1) < 1e-3:
        return None
    if abs(heads - 1.4) < 1e-3:
        return "with 1.4 the mean factor is 1; a pair of heads and tails still leaves only 0.84"
    if abs(heads * 0.6 - 1) < 0.03:
        return f"nearly: heads and tails together leave {heads * 0.6:.4f}; write heads as a fraction"
    way = "less" if heads * 0.6 < 1 else "more"
    return (
        f"one heads and one tails leave {heads * 0.6:.3g}, {way} than 1, and fifty such pairs {(heads * 0.6) ** 50:.2g}"
    )


MIXING = np.array([[0.0, 1.0], [3.0, -2.0]])  # a function for which the order of the pullbacks counts


def _triple(x):
    return 3 * x, lambda dy: 3 * dy


def _tanh(x):
    return np.tanh(x), lambda dy: (1 - np.tanh(x) ** 2) * dy


def _square(x):
    return x * x, lambda dy: 2 * x * dy


def _mix(x):
    return x @ MIXING, lambda dy: dy @ MIXING.T


def _backprop(function) -> str | None:
    backprop = expect_function(function, ", backprop")
    x = np.array([0.5, -0.2, 0.1])
    dy = np.array([1.0, 2.0, -1.0])
    result = expect_two(backprop([_triple, _tanh, _square], x.copy(), dy.copy()), "y and dx")
    if any(is_missing(part) for part in result):
        return "one of y and dx is still missing"
    y, dx = (np.asarray(part, float) for part in result)
    if np.allclose(y, x) or not np.allclose(y, np.tanh(3 * x) ** 2):
        return "y is not the chain's output yet: hand what one function returns to the next one"
    return _descent(dx, x, dy) or _in_order(backprop)


def _descent(dx, x, dy) -> str | None:
    """dx against a difference quotient of the whole chain; the frequent slips are known by their own numbers."""
    step = 1e-6
    a = 3 * x
    h = np.tanh(a)
    slope = (np.tanh(3 * (x + step)) ** 2 - np.tanh(3 * (x - step)) ** 2) / (2 * step)
    if np.shape(dx) == x.shape and np.allclose(dx, slope * dy, rtol=1e-6):
        return None
    if np.shape(dx) != x.shape:
        return f"dx has shape {np.shape(dx)}, and x has {x.shape}: for each number that goes in, one comes back"
    if np.allclose(dx, dy):
        return "dx is still dy: on the way down, hand it to each pullback"
    if np.allclose(dx, 2 * h * dy):
        return "only the last function's pullback has been applied; what it returns goes to the one before"
    if np.allclose(dx, 3 * dy):
        return "only the first function's pullback has been applied; start from the last one, with dy"
    if np.allclose(dx, slope, rtol=1e-6):
        return "that is the chain's slope; start from dy, what comes from above, not from 1"
    if np.allclose(dx, 3 * (1 - np.tanh(x) ** 2) * 2 * x * dy) or np.allclose(dx, 3 * (1 - h**2) * 2 * a * dy):
        return "each slope has to be taken at what entered its function, so call each function once, on the way up"
    return (
        f"a difference quotient of the chain gives {(slope * dy)[0]:.4f} for the first number, and your dx {dx[0]:.4f}"
    )


def _in_order(function) -> str | None:
    """Where each function works on each number alone, slopes may be multiplied in any order; a matrix tells."""
    x = np.array([0.5, -1.5])
    dy = np.array([1.0, 2.0])
    dx = function([_square, _mix], x.copy(), dy.copy())[1]
    if np.allclose(dx, 2 * x * (dy @ MIXING.T)):
        return None
    return "right as long as each number keeps to itself; if a function mixes them, the last pullback must come first"


EXERCISES = {
    "thousandth": (
        _thousandth,
        "16 factors leave a little more than a thousandth, 17 less: three decades at 0.19 each",
    ),
    "decades": (_decades, "logarithms turn the product into a sum, which no precision cuts off"),
    "fair_coin": (
        _fair_coin,
        "heads now undo tails, so the typical product stays at 1, while the mean goes up all the more",
    ),
    "backprop": (_backprop, "your chain agrees with a difference quotient to six digits, for three numbers at once"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
solution = _exercises.solution
