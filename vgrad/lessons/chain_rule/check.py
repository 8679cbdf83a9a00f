"""The exercises of the lesson on products of random factors.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import (
    Exercises,
    Lent,
    agrees,
    expect_answer,
    expect_array,
    expect_function,
    expect_number,
    expect_two,
    refuse_slips,
    rounds_to,
)


def _thousandth(count) -> str | None:
    count = expect_number(count)
    if 15.9 < count < 16.1 and count != 16:
        return f"factors come whole: {count:.4g} is where the line crosses; what is the next whole number?"
    if count != int(count):
        return f"factors come whole, and {count:.4g} is not"
    if count == 17:
        return None
    if count == -17 or count == -16:
        return "the size looks good, the sign does not: both logarithms are negative, and their quotient is not"
    if count == 16:
        return f"nearly: 16 factors leave {0.65**16:.3g}, which is still a little more than a thousandth"
    if count < 1:
        return "at least one factor is needed to lose anything"
    if count > 17:
        return f"{count:g} factors leave {0.65**count:.1e}, less than asked for; fewer do it already"
    return f"{count:g} factors leave {0.65**count:.2g}, which is more than a thousandth, so more are needed"


def _decades(function) -> str | None:
    function = expect_function(function, ", decades, not a number")

    def decades(factors):
        given = expect_answer(Lent(factors=factors).to(function))
        return _number_of(given)

    return _few(decades) or _other_factors(decades) or _far_out(decades)


def _number_of(given) -> float:
    """One number, which may be infinite or NaN here."""
    if np.size(given) == 1 and np.asarray(given).dtype.kind in "fiu":
        return float(np.asarray(given).item())
    return expect_number(given, "return one number for all the factors together")


def _few(decades) -> str | None:
    few = decades(np.array([0.1, 10.0, 0.01, 0.5]))
    right = np.log10(0.005)
    slips = {
        "those are natural logarithms; a decade is a step of log10": np.log(0.005),
        "those are powers of two; a decade is a step of log10": np.log2(0.005),
        "that is the product itself; how many decades is it from 1?": 0.005,
        "the size is right, the sign is not: a product below 1 has negative decades": -right,
        "that is a mean over the factors; each of them adds its own decades": right / 4,
        "that is the logarithm of a sum, and a product is asked for: take the logarithms first": np.log10(10.61),
    }
    refuse_slips(few, slips)
    if not np.isclose(few, right):
        return f"of 0.1, 10, 0.01 and 0.5 the product is 0.005, {right:.3f} decades; yours says {few:.7g}"
    return None


def _other_factors(decades) -> str | None:
    for factors in ([0.3], [2.0, 4.0], [1.0, 1.0, 1.0], [0.5, 3.0, 0.2, 7.0, 0.11, 1.3]):
        told = decades(np.array(factors))
        right = np.log10(np.prod(factors))
        if not np.isclose(told, right, atol=1e-6):
            listed = " · ".join(f"{factor:g}" for factor in factors)
            return f"it is right for four factors; {listed} is {right:.3f} decades from 1, and yours says {told:.7g}"
    return None


def _far_out(decades) -> str | None:
    """Products that no float64 holds: where a logarithm of the product fails, and a sum of logarithms does not."""
    for factor, end in ((0.25, "0"), (4.0, "inf")):
        far = decades(np.full(1000, factor))
        if not np.isfinite(far):
            return (
                f"right for four factors; of a thousand times {factor:g} the product is {end} before you take its log"
            )
        if not np.isclose(far, 1000 * np.log10(factor)):
            told = f"a thousand times {factor:g} makes {1000 * np.log10(factor):.1f} decades"
            return f"it is right for a few factors; {told}, and yours says {far:.7g}"
    return None


def _fair_coin(heads) -> str | None:
    heads = expect_number(heads)
    slips = {
        "with 1.4 the mean factor is 1; a pair of heads and tails still leaves only 0.84": 1.4,
        "0.6 and 0.4 add up to 1; but heads and tails multiply": 0.4,
        "that is upside down, because 0.6 is what tails leave, and heads have to undo it": 0.6,
    }
    if heads <= 0:
        return "heads should leave something: a factor above 0"
    if rounds_to(heads, 1 / 0.6):
        return None
    refuse_slips(heads, slips, rtol=0, atol=1e-3)
    if abs(heads * 0.6 - 1) < 0.03:
        return f"nearly: heads and tails together leave {heads * 0.6:.4f}; write heads as a fraction"
    way = "less" if heads * 0.6 < 1 else "more"
    return (
        f"one heads and one tails leave {heads * 0.6:.3g}, which is {way} than 1, "
        f"and fifty such pairs leave {(heads * 0.6) ** 50:.2g}"
    )


MIXING = np.array([[0.0, 1.0], [3.0, -2.0]])  # a function for which the order of the pullbacks counts
WIDER = np.array([[1.0, -1.0, 2.0], [0.5, 0.0, 1.0]])  # one that makes three numbers of two


def _triple(x):
    return 3 * x, lambda dy: 3 * dy


def _tanh(x):
    return np.tanh(x), lambda dy: (1 - np.tanh(x) ** 2) * dy


def _square(x):
    return x * x, lambda dy: 2 * x * dy


def _mix(x):
    return x @ MIXING, lambda dy: dy @ MIXING.T


def _widen(x):
    return x @ WIDER, lambda dy: dy @ WIDER.T


def _backprop(function) -> str | None:
    function = expect_function(function, ", backprop")

    def backprop(functions, x, dy):
        given = expect_two(Lent(functions=functions, x=x, dy=dy).to(function), "y and dx")
        return expect_array(given[0], "y"), expect_array(given[1], "dx")

    x = np.array([0.5, -0.2, 0.1])
    dy = np.array([1.0, 2.0, -1.0])
    y, dx = backprop([_triple, _tanh, _square], x, dy)
    right = np.tanh(3 * x) ** 2
    if agrees(dx, right) and not agrees(y, right):
        return "y and dx have changed places: y comes first"
    if not agrees(y, right):
        return "y is not the chain's output yet: hand what one function returns to the next one"
    return _descent(dx, x, dy) or _in_order(backprop) or _other_chains(backprop)


def _descent(dx, x, dy) -> str | None:
    """dx against a difference quotient of the whole chain; the frequent slips are known by their own numbers."""
    step = 1e-6
    a = 3 * x
    h = np.tanh(a)
    slope = (np.tanh(3 * (x + step)) ** 2 - np.tanh(3 * (x - step)) ** 2) / (2 * step)
    if agrees(dx, slope * dy):
        return None
    if dx.shape != x.shape:
        return f"dx has shape {dx.shape}, and x has {x.shape}: for each number that goes in, one comes back"
    at_x = "each slope has to be taken at what entered its function, so call each function once, on the way up"
    slips = {
        "dx is still dy: on the way down, hand it to each pullback": dy,
        "only the last function's pullback has been applied; what it returns goes to the one before": 2 * h * dy,
        "only the first function's pullback has been applied; start from the last one, with dy": 3 * dy,
        "that is the chain's slope; start from dy, what comes from above, not from 1": slope,
        "the size is right, the sign is not": -slope * dy,
    }
    refuse_slips(dx, slips, rtol=1e-5)
    refuse_slips(dx, {at_x: 3 * (1 - np.tanh(x) ** 2) * 2 * x * dy})
    refuse_slips(dx, {at_x: 3 * (1 - h**2) * 2 * a * dy})
    told = f"a difference quotient of the chain gives {(slope * dy)[0]:.4f} for the first number"
    return f"{told}, and your dx {dx[0]:.7g}"


def _in_order(backprop) -> str | None:
    """Where each function works on each number alone, slopes may be multiplied in any order; a matrix tells."""
    x = np.array([0.5, -1.5])
    dy = np.array([1.0, 2.0])
    dx = backprop([_square, _mix], x, dy)[1]
    if agrees(dx, 2 * x * (dy @ MIXING.T)):
        return None
    return "right as long as each number keeps to itself; if a function mixes them, the last pullback must come first"


def _other_chains(backprop) -> str | None:
    """Chains of another length, and one whose functions change the shape."""
    x = np.array([0.5, -1.5])
    y, dx = backprop([_tanh], x, np.array([1.0, 2.0]))
    if not (agrees(y, np.tanh(x)) and agrees(dx, (1 - np.tanh(x) ** 2) * [1.0, 2.0])):
        return "it is right for a chain of three functions; a chain of a single one is a chain too"
    dy = np.array([1.0, 2.0, -1.0])
    y, dx = backprop([_mix, _tanh, _widen, _square], x, dy)
    h = np.tanh(x @ MIXING)
    if agrees(y, (h @ WIDER) ** 2) and agrees(dx, ((2 * (h @ WIDER) * dy) @ WIDER.T * (1 - h**2)) @ MIXING.T):
        return None
    return "it is right for three functions that keep the shape; it should work for a chain of any length and shapes"


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
