"""The exercises of the lesson on the size of the first weights.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import Exercises, expect_answer, expect_function, expect_number, refuse_slips

GELU = 0.42519, 0.45582  # E[φ²] and E[φ'²] at z ~ N(0, 1), which the learner asks theory for


def _gelu(sigma_w) -> str | None:
    expect_number(sigma_w)
    square, slope = GELU
    slips = {
        "that is σ_w²; the scale of the weights is its root": 1 / square,
        "that keeps the gradient, which meets the slopes; h is asked for, the other of the two averages": slope**-0.5,
        "that is the slopes', and not yet a root; h is asked for, the other of the two averages": 1 / slope,
        "that is ReLU's; GELU leaves a little less of the mean square than a half": 2**0.5,
        "that is for an activation that hands on all; this one loses more than half of the mean square": 1.0,
        "upside down: that is by what the activation multiplies, and the weights make up for it": square**0.5,
        "that is what GELU leaves of the mean square; by what σ_w² is it made 1 again?": square,
    }
    if abs(sigma_w - square**-0.5) < 1e-3:
        return None
    refuse_slips(sigma_w, slips, rtol=0, atol=1e-3)
    if abs(sigma_w - square**-0.5) < 0.02:
        return f"nearly: {sigma_w:.4g} is rounded too far; let Python compute it"
    return (
        f"with {sigma_w:.3g} a mean square of 1 becomes {sigma_w**2 * square:.3g} in the next layer; it should stay 1"
    )


def _initializer(function) -> str | None:
    initializer = expect_function(function, ", without calling it")
    W = expect_answer(initializer(300, 500, np.random.default_rng(0)), "; it should return W")
    if np.shape(W) != (300, 500):
        return f"for 300 inputs and 500 outputs it returns the shape {np.shape(W)}; rows are inputs"
    size = float(np.std(W))
    if abs(np.mean(W)) > 0.1 * size:
        return "its weights have a mean that is not 0"
    if abs(size / (2 / 300) ** 0.5 - 1) < 0.03:
        again = initializer(300, 500, np.random.default_rng(1))
        return "it draws the same weights whatever the rng" if np.array_equal(again, W) else None
    slips = {
        "this variance is 1 / fan_in: ReLU then halves the mean square in each layer": 300**-0.5,
        "this variance is 2 / fan_out, which keeps the gradient; q asks how many inputs a unit sums": (2 / 500) ** 0.5,
        "that is Xavier's: it keeps neither, for ReLU": (2 / 800) ** 0.5,
        "2 / fan_in is the variance; what multiplies a unit draw is its root": 2 / 300,
        "a number drawn uniformly up to s has the variance s² / 3": (2 / 300 / 3) ** 0.5,
        "unit weights: a unit that sums 300 of them is 300 times too large, squared": 1.0,
    }
    refuse_slips(size, slips, rtol=0.03, atol=0)
    return f"of 300 inputs, a weight's standard deviation is {size:.3g}; which variance times 300 is 2?"


EXERCISES = {
    "gelu_sigma": (_gelu, "1 / √0.425; no name says it, one average does (and the gradient asks for another one)"),
    "initializer": (_initializer, "variance 2 / fan_in: each unit sums fan_in numbers, of which ReLU has left a half"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
solution = _exercises.solution
