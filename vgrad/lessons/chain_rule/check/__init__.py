"""The exercises of the lesson on products of random factors.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ....kit.exercises import (
    Exercises,
    Lent,
    expect_answer,
    expect_function,
    expect_number,
    is_right_number,
    refuse_slips,
)
from .backprop import judge_backprop


def _thousandth(count) -> str | None:
    count = expect_number(count)
    if 15.9 < count < 16.1 and count != 16:
        return f"factors come whole: {count:.4g} is where the line crosses; what is the next whole number?"
    if count != int(count):
        return f"factors come whole, and {count:.4g} is not"
    if count == 17:
        return None
    if count == -17:
        return "the size is right, the sign is not: both logarithms are negative, and their quotient is not"
    if count == -16:
        return (
            "you are near, and two things are left. Both logarithms are negative, so that their quotient is positive, "
            f"and 16 factors leave {0.65**16:.3g}, which is still a little more than a thousandth"
        )
    if count == 16:
        return f"nearly: 16 factors leave {0.65**16:.3g}, which is still a little more than a thousandth"
    if count < 1:
        return "at least one factor is needed to lose anything"
    if count > 17:
        return f"{count:g} factors leave {0.65**count:.1e}, less than asked for; fewer do it already"
    factors = "factor leaves" if count == 1 else "factors leave"
    return f"{count:g} {factors} {0.65**count:.2g}, which is more than a thousandth, so more are needed"


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
        "the logarithms are right. But you multiply them, and the logarithm of a product is their sum": (
            np.prod(np.log10([0.1, 10.0, 0.01, 0.5]))
        ),
        "the logarithms are added, as they should be. But keep their signs, because a gain makes up for a loss": (
            np.abs(np.log10([0.1, 10.0, 0.01, 0.5])).sum()
        ),
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
    if is_right_number(heads, 1 / 0.6, slips, f"with tails it leaves {heads * 0.6:.4f}, so write heads as a fraction"):
        return None
    way = "less" if heads * 0.6 < 1 else "more"
    return (
        f"one heads and one tails leave {heads * 0.6:.3g}, which is {way} than 1, "
        f"and fifty such pairs leave {(heads * 0.6) ** 50:.2g}"
    )


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
    "backprop": (
        judge_backprop,
        "your chain agrees with a difference quotient to six digits, for three numbers at once",
    ),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
