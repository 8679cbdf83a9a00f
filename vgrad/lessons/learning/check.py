"""The exercises of the lesson on training an MLP.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import Exercises, expect_number, expect_record, expect_two, is_missing, slip


def _momentum_step(function) -> str | None:
    W, dW, v = np.random.default_rng(0).standard_normal((3, 4, 3))
    kept = W.copy(), dW.copy(), v.copy()
    result = expect_two(function(W, dW, v, 0.1), "W and v")
    if any(is_missing(part) for part in result):
        return "the dots are still there: both W and v have to move"
    if not all(np.array_equal(now, then) for now, then in zip((W, dW, v), kept, strict=True)):
        return "the arrays that came in have changed: write W = W + ..., which makes a new one, not W += ..."
    new_W, new_v = (np.asarray(part, float) for part in result)
    if new_W.shape != W.shape or new_v.shape != v.shape:
        return f"W and v have the shape {W.shape}; yours have {new_W.shape} and {new_v.shape}"
    return _compare_v(v, dW, new_v) or _compare_W(W, dW, v, new_W)


def _compare_v(v, dW, given) -> str | None:
    right = 0.9 * v + dW
    slips = {
        "v is v still; it becomes 0.9 v + dW": v,
        "v has forgotten its past: keep 0.9 of it, and add dW": dW,
        "v keeps all of its past; keep 0.9 of it": v + dW,
        "that is an average, as Adam has it; here dW is added whole": 0.9 * v + 0.1 * dW,
        "the minus and the rate belong to W; v gathers the gradients themselves": 0.9 * v - 0.1 * dW,
        "v gathers gradients with their own sign; the minus belongs to W": 0.9 * v - dW,
    }
    if np.allclose(given, right, rtol=1e-9):
        return None
    told = f"v[0, 0] is {given[0, 0]:.4f}, and 0.9 v + dW is {right[0, 0]:.4f}"
    return slip(given, slips, rtol=1e-9) or told


def _compare_W(W, dW, v, given) -> str | None:
    speed = 0.9 * v + dW
    right = W - 0.1 * speed
    slips = {
        "W has not moved": W,
        "W climbs; to go down, take rate · v away": W + 0.1 * speed,
        "W moves along the gradient alone; let it move along v": W - 0.1 * dW,
        "W moves along the old v; take the new one": W - 0.1 * v,
        "the rate is missing: W moves by rate · v": W - speed,
    }
    if np.allclose(given, right, rtol=1e-9):
        return None
    told = f"W[0, 0] is {given[0, 0]:.4f}, and W - rate · v is {right[0, 0]:.4f}"
    return slip(given, slips, rtol=1e-9) or told


UPDATE = 4.5e-6  # of the first of six sigmoid layers, as a share of its weights, which the lesson prints


def _steps_needed(steps) -> str | None:
    expect_number(steps)
    if not steps > 0:
        return "a number of steps is more than 0"
    right = 0.1 / UPDATE
    if 0.8 < steps / right < 1.25:
        return None
    if 0.8 < steps * right < 1.25:
        return "upside down: how often does the step go into the way?"
    if 0.8 < steps * UPDATE < 1.25:
        return "that moves it by its whole size; a tenth is asked for"
    if steps < 1000:
        return f"{steps:g} steps? In the three hundred above it moved by a thousandth; a hundred times that is asked"
    more = "more" if steps < right else "fewer"
    return f"{steps:g} it is not, but {more}: divide the way, 0.1, by the length of one step of the first layer"


def _leave_plateau(record) -> str | None:
    expect_record(record, "the whole record that run returns", "movement")
    if record.activation != "sigmoid" or record.norm != "none" or record.scheme != "xavier_normal":
        return "the net asked for is sigmoid's, Xavier's weights, no norm: change how it is trained, not what it is"
    if record.depth < 8:
        return f"eight layers are asked for, yours has {record.depth}"
    if record.frozen or record.steps > 300 or record.seeds < 5:
        return "let all layers of 5 networks learn, in 300 steps at the most"
    if np.all(record.final < 2):
        return None
    return _stuck(record)


def _stuck(record) -> str:
    loss = float(np.median(record.final))
    if not np.isfinite(loss):
        return "the numbers are no longer finite: the rate is too high"
    if record.optimizer != "adam":
        return (
            f"the loss is {loss:.1f}, with {record.optimizer} at rate {record.rate:g}: one rate has to serve a layer "
            "whose gradient is a millionth and one next to the loss; which optimizer gives each its own?"
        )
    return f"the loss is {loss:.1f}: with Adam, and another rate than {record.rate:g}, it gets under 2 in each network"


EXERCISES = {
    "momentum_step": (_momentum_step, "v remembers, and W follows v; nine tenths kept is a memory of about ten steps"),
    "steps_needed": (_steps_needed, "some twenty thousand steps for a tenth, if all of them point the same way"),
    "leave_plateau": (
        _leave_plateau,
        "each layer takes a step of its own size, and the loss leaves ln 10; so far two digits in ten",
    ),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
solution = _exercises.solution
