"""The exercises of the lesson on the size of the first weights.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import (
    Exercises,
    expect_answer,
    expect_array,
    expect_function,
    expect_number,
    is_right_number,
    refuse_slips,
)

GELU = 0.42519, 0.45582  # E[φ²] and E[φ'²] at z ~ N(0, 1), which the learner asks theory for
SHAPES = (300, 500), (900, 100), (100, 900)
FEW, DRAWS = (2, 300), 20  # so few inputs that one more or less is seen, and how often they are drawn


def _gelu(sigma_w) -> str | None:
    sigma_w = expect_number(sigma_w)
    square, slope = GELU
    slips = {
        "that is σ_w²; the scale of the weights is its root": 1 / square,
        "that keeps the gradient, which meets the slopes; h is asked for, the other of the two averages": slope**-0.5,
        "that is the slopes', and not yet a root; h is asked for, the other of the two averages": 1 / slope,
        "that is what GELU leaves of the squared gradient; h is asked for, the other of the two averages": slope,
        "that is ReLU's; GELU leaves a little less of the mean square than a half": 2**0.5,
        "that is for an activation that hands on all; this one loses more than half of the mean square": 1.0,
        "that is made of both averages; what keeps h needs the mean of φ² alone": (2 / (square + slope)) ** 0.5,
        "that is upside down: by so much the activation multiplies, and the weights make up for it": square**0.5,
        "that is what GELU leaves of the mean square; by what σ_w² is it made 1 again?": square,
        "the size is right, the sign is not: a standard deviation is above 0": -(square**-0.5),
    }
    if is_right_number(sigma_w, square**-0.5, slips, "let Python compute it"):
        return None
    return (
        f"with {sigma_w:.3g} a mean square of 1 becomes {sigma_w**2 * square:.3g} in the next layer; it should stay 1"
    )


def _initializer(function) -> str | None:
    initializer = expect_function(function, ", without calling it")

    def draw(fan_in, fan_out, seed=0):
        W = initializer(fan_in, fan_out, np.random.default_rng(seed))
        return expect_array(expect_answer(W, "; it should return W"), "W")

    first = draw(*SHAPES[0])
    why = _unlike_a_draw(first, SHAPES[0]) or _of_another_size(first) or _of_another_rng(draw)
    return why or _of_other_shapes(draw) or _two_draws(initializer)


def _unlike_a_draw(W, shape) -> str | None:
    """Why W is no draw of independent numbers around 0, of the shape asked for."""
    fan_in, fan_out = shape
    if W.shape != shape:
        return f"for {fan_in} inputs and {fan_out} outputs it returns the shape {W.shape}; rows are inputs"
    if not np.isfinite(W).all():
        return "some of its weights are NaN or infinite, so something is divided by 0"
    size = float(np.std(W))
    if abs(np.mean(W)) > 0.1 * size or size == 0:
        return "its weights have a mean that is not 0" if np.any(W) else "all of its weights are 0"
    sides = (("columns", W.T), ("rows", W))
    for side, each in sides:
        if len(np.unique(each, axis=0)) < len(each):
            return f"some of its {side} are copies of each other; every weight needs a draw of its own"
    for side, each in sides:
        if _has_multiples(each, size):
            return f"some of its {side} are copies of each other, times a factor; every weight needs a draw of its own"
    for side, each in sides:
        if not _of_one_size(abs(each)):
            return f"its {side} are not all of one size, and each weight should have the same variance"
    return None


def _of_one_size(sizes) -> bool:
    """Whether the mean size of each line is that of all, up to chance, which is large where few weights are large."""
    means = sizes.mean(axis=1) / sizes.mean()
    chance = sizes.std() / sizes.mean() / sizes.shape[1] ** 0.5
    return bool(np.max(abs(means - 1)) < max(0.5, 6 * chance))


def _has_multiples(lines, size: float) -> bool:
    """Whether a line is nearly another one times a factor; lines of one number say nothing about that."""
    lines = lines[lines.std(axis=1) > 1e-6 * size]
    if len(lines) < 2:
        return False
    return bool(np.max(abs(np.corrcoef(lines)[np.triu_indices(len(lines), 1)])) > 0.99)


def _of_another_size(W) -> str | None:
    size = float(np.std(W))
    if abs(size / (2 / 300) ** 0.5 - 1) < 0.03:
        return None
    slips = {
        "this variance is 1 / fan_in: ReLU then halves the mean square in each layer": 300**-0.5,
        "this variance is 2 / fan_out, which keeps the gradient; q asks how many inputs a unit sums": (2 / 500) ** 0.5,
        "that is Xavier's: it keeps neither, for ReLU": (2 / 800) ** 0.5,
        "this standard deviation is 2 / fan_in, which should be the variance; take the root, and multiply by it once": (
            2 / 300
        ),
        "a number drawn uniformly up to s has the variance s² / 3": (2 / 300 / 3) ** 0.5,
        "a number drawn uniformly up to s has the variance s² / 3, and ReLU halves that": (1 / 300 / 3) ** 0.5,
        "those are unit weights, with which 300 inputs make the mean square 150 times as large in each layer": 1.0,
        "a variance of fan_in / 2 is upside down": 150**0.5,
        "the variance is 4 / fan_in: the 2 stands under the root, and not before it": (4 / 300) ** 0.5,
    }
    refuse_slips(size, slips, rtol=0.03, atol=0)
    return f"of 300 inputs, a weight's standard deviation is {size:.3g}; which variance times 300 is 2?"


def _of_another_rng(draw) -> str | None:
    """Whether W depends on the rng, and on nothing else that is random."""
    W = draw(*SHAPES[0])
    if not np.array_equal(W, draw(*SHAPES[0])):
        return "the same rng should give the same weights, and yours differ; draw them from rng, not from np.random"
    if np.max(abs(np.corrcoef(W.ravel(), draw(*SHAPES[0], seed=1).ravel())[0, 1])) > 0.5:
        return "it draws the same weights whatever the rng; draw them from the rng that comes in"
    return None


def _of_other_shapes(draw) -> str | None:
    for shape in SHAPES[1:]:
        W = draw(*shape)
        why = _unlike_a_draw(W, shape) or _of_its_inputs(W, shape, 0.03)
        if why:
            return why
    few = np.concatenate([draw(*FEW, seed=seed) for seed in range(DRAWS)])
    return _of_its_inputs(few, FEW, 0.08)


def _of_its_inputs(W, shape, near: float) -> str | None:
    size = float(np.std(W))
    if abs(size / (2 / shape[0]) ** 0.5 - 1) < near:
        return None
    told = f"it is right for 300 inputs; for {shape[0]} inputs and {shape[1]} outputs its standard deviation"
    return f"{told} is {size:.3g}, and the variance should follow the number of inputs alone, as 2 / fan_in does"


def _two_draws(initializer) -> str | None:
    rng = np.random.default_rng(0)
    first = initializer(20, 30, rng)
    if np.array_equal(first, initializer(20, 30, rng)):
        return "two layers that are drawn from one rng should differ, and yours are equal; draw from rng itself"
    return None


EXERCISES = {
    "gelu_sigma": (_gelu, "1 / √0.425; no name says it, one average does (and the gradient asks for another one)"),
    "initializer": (_initializer, "variance 2 / fan_in: each unit sums fan_in numbers, of which ReLU has left a half"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
