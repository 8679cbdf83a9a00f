"""The exercises of the lesson on one layer: the weights that suit a slope, and the weights of a sigmoid twin.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import (
    Exercises,
    Lent,
    NotYetError,
    agrees,
    apart,
    expect_array,
    expect_function,
    expect_number,
    expect_two,
    is_right_number,
    slip,
)

LEAK = 0.2
SQUARE = (1 + LEAK**2) / 2  # the mean square of the slopes


def _leaky_holds(steps) -> str | None:
    several = isinstance(steps, (tuple, list)) or (isinstance(steps, np.ndarray) and steps.ndim == 1)
    if not several or len(steps) != 3:
        return "hand over the three numbers as a list, [mean_square, rms, sigma_w]"
    mean_square, rms, sigma_w = steps
    return _mean_square(mean_square) or _rms(rms) or _sigma_w(sigma_w)


def _mean_square(given) -> str | None:
    number = expect_number(given, "mean_square has to be a number")
    slips = {
        "mean_square is a mean. But it averages the slopes and not their squares, and the square of 0.2 is 0.04": (
            (1 + LEAK) / 2
        ),
        "mean_square has two steps in the wrong order, because the squares come before the mean": (
            ((1 + LEAK) / 2) ** 2
        ),
        "mean_square is the sum of the two squares, and half of the units have each slope, so the mean is asked for": (
            1 + LEAK**2
        ),
        "mean_square is right for ReLU. But here the other half of the units passes a little of the gradient on": 0.5,
        "mean_square is right for the usual leak of 0.01. But the leak of this exercise is larger": (1 + 1e-4) / 2,
        "mean_square has the half with the leak, and the half with slope 1 is missing": LEAK**2 / 2,
        "mean_square is the rms slope already, and the root is taken in the next line": SQUARE**0.5,
    }  # fmt: skip
    if is_right_number(number, SQUARE, slips, "write mean_square as a formula"):
        return None
    return "mean_square is something else. Square both slopes, and take the mean of the two squares"


def _rms(given) -> str | None:
    number = expect_number(given, "rms has to be a number")
    slips = {
        "mean_square is right. But rms is still the mean square, and its root is asked for": SQUARE,
        "mean_square is right. But rms is the square of it, and the root is asked for": SQUARE**2,
        "mean_square is right. But rms is half of it, and the root is asked for": SQUARE / 2,
        "mean_square is right. But rms is the mean slope here, and the root of the mean square is asked for": (
            (1 + LEAK) / 2
        ),
        "mean_square is right, and the size of rms too. But a rms slope is never negative": -(SQUARE**0.5),
    }
    if is_right_number(number, SQUARE**0.5, slips, "write rms as the root of mean_square"):
        return None
    return "mean_square is right. But rms is something else than its root"


def _sigma_w(given) -> str | None:
    number = expect_number(given, "sigma_w has to be a number")
    slips = {
        "mean_square and rms are right. But sigma_w is the rms slope, and their product has to be 1": SQUARE**0.5,
        "mean_square and rms are right. But sigma_w is the mean square, and sigma_w times rms has to be 1": SQUARE,
        "mean_square and rms are right. But sigma_w is one over the mean square, so its root is missing": (
            1 / SQUARE
        ),
        "mean_square and rms are right. But sigma_w is one over the mean slope, and rms is what counts": 2 / (1 + LEAK),
        "mean_square and rms are right. But sigma_w is √2, which is right for ReLU, and here the leak helps": 2**0.5,
        "mean_square and rms are right. But sigma_w is 1, so this layer leaves only what the rms slope leaves": 1.0,
        "mean_square and rms are right, and the size of sigma_w too. But a size is never negative": -(SQUARE**-0.5),
    }  # fmt: skip
    if is_right_number(number, SQUARE**-0.5, slips, "write sigma_w as a formula with rms"):
        return None
    times = abs(number) * SQUARE**0.5
    return (
        f"mean_square and rms are right. But with sigma_w = {number:.4g} a layer multiplies the gradient by {times:.3g}"
    )


def _twin(function) -> str | None:
    twin = expect_function(function, ", twin")
    for fan_in, fan_out in ((5, 3), (4, 4), (1, 6)):
        rng = np.random.default_rng(fan_in)
        W = rng.standard_normal((fan_in, fan_out))
        b = rng.standard_normal(fan_out)
        new_W, new_b = _new_layer(twin, W, b)
        if new_W.shape != W.shape or new_b.shape != b.shape:
            return (
                f"the new W has the shape {new_W.shape}, and the new b {new_b.shape}. But they keep the shapes "
                f"of the old ones, {W.shape} and {b.shape}"
            )
        why = _twin_weights(W, new_W) or _twin_biases(W, b, new_b)
        if why:
            return why
    return None


def _new_layer(twin, W, b):
    try:
        result = Lent(W=W, b=b).to(twin)
    except ValueError as problem:
        if "broadcast" not in str(problem):
            raise
        raise NotYetError(
            f"the shapes do not fit together when W has the shape {W.shape}. The new b has one number for each column "
            f"of W, here {len(b)}, and so must what is added to it. W.sum(axis=0) has as many, and axis=1 sums the rows"
        ) from None
    new_W, new_b = expect_two(result, "the new W and the new b")
    return expect_array(new_W, "the new W"), expect_array(new_b, "the new b")


def _twin_weights(W, new) -> str | None:
    slips = {
        "W is doubled once. But there are two reasons to double it, because h = 2s - 1 comes in and 2z goes out": 2 * W,
        "W is still what it was. But s moves only half as far as h does, and 2z has to go out": W,
        "W has to become larger, because the outputs of a sigmoid are spread half as wide as those of tanh": W / 4,
        "W has to become larger, and half of it is the wrong way round": W / 2,
        "the size of W is right. But its sign is not, because s has a plus in h = 2s - 1": -4 * W,
        "W has two factors of 2, and a third one has come in": 8 * W,
        "the factor is right. But it multiplies W, and the numbers in W are not squared": 4 * W**2,
    }
    if agrees(new, 4 * W):
        return None
    return slip(new, slips, rtol=1e-4) or (
        "W is wrong by more than a factor. Put h = 2s - 1 into 2 (h W + b), and collect what multiplies s"
    )


def _twin_biases(W, b, new) -> str | None:
    column = W.sum(axis=0)
    slips = {
        "W is right. But b has not moved, and the -1 of every incoming unit has to go somewhere": b,
        "W is right, and b is doubled. But the -1 of every incoming unit has to go somewhere too": 2 * b,
        "W is right, and the -1 is in b. Now double the whole of it, because 2z goes out": b - column,
        "W is right, and the -1 is in b and doubled. But b itself has to be doubled too": b - 2 * column,
        "W is right, and b is doubled. But the sum for the -1 has to be doubled with it": 2 * b - column,
        "W is right. But the -1 comes in through the old W, and the new one is 4 W already": 2 * b - 4 * column,
        "W is right, and the -1 is in b and doubled. But b is multiplied by 4, and only 2z asks for a factor": (
            4 * b - 2 * column
        ),
        "W is right. But b and the -1 are multiplied by 4 as W is, and only 2z asks for a factor": 4 * (b - column),
        "W is right. But b is multiplied by 4, and 2z asks for 2. The -1 of every incoming unit is missing too": 4 * b,
        "W is right, and the -1 is in b and doubled. But you have summed the new one, and it comes through the old W": (
            2 * b - 8 * column
        ),
        "W is right, and the -1 is in b. But you have summed the new W, and b itself is to be doubled": b - 4 * column,
        "W is right. But look at the sign, because each unit brings -1, so the sum of a column is subtracted": (
            2 * (b + column)
        ),
        "W is right, and the -1 has come through. But the old b has got lost on the way": -2 * column,
        "W is right. But a column brings its sum, and you have taken its mean": 2 * (b - W.mean(axis=0)),
        "W is right. But you subtract one number everywhere, and each outgoing unit has its own column of W": (
            2 * (b - W.sum())
        ),
    }  # fmt: skip
    if agrees(new, 2 * (b - column)):
        return None
    if len(W) == len(b) and np.allclose(new, 2 * (b - W.sum(axis=1))):
        return "W is right. But axis=1 sums its rows, and an outgoing unit has a column, which axis=0 sums"
    return slip(new, slips, rtol=1e-4) or f"W is right. But {apart('b', new, 2 * (b - column))}"


EXERCISES = {
    "leaky_holds": (_leaky_holds, "at this σ_w, which is √(2 / 1.04), a layer keeps the norm of the gradient"),
    "twin": (_twin, "the sigmoid layer now sends on what the tanh layer did, number for number"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
