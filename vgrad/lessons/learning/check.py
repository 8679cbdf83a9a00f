"""The exercises of the lesson on training an MLP.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import (
    Exercises,
    Lent,
    agrees,
    apart,
    expect_array,
    expect_function,
    expect_number,
    expect_record,
    expect_two,
    is_missing,
    slip,
)

STEPS = ((4, 3), 0.25), ((2, 5), 0.5), ((6,), 0.003), ((3, 3), 1.0)  # shapes and rates of the steps that are tried


def _momentum_step(function) -> str | None:
    step = expect_function(function, ", step, without calling it")
    for k, (shape, rate) in enumerate(STEPS):
        W, dW, v = np.random.default_rng(k).standard_normal((3, *shape))
        if k == len(STEPS) - 1:
            v = np.zeros(shape)  # as before the first step
        new_W, new_v = expect_two(Lent(W=W, dW=dW, v=v, rate=rate).to(step), "W and v")
        if is_missing(new_W) and is_missing(new_v):
            return "the dots are still there: both W and v have to move"
        new_W, new_v = expect_array(new_W, "W"), expect_array(new_v, "v")
        if new_W.shape != W.shape or new_v.shape != v.shape:
            return f"W and v have the shape {W.shape}; yours have {new_W.shape} and {new_v.shape}"
        if agrees(new_W, 0.9 * v + dW) and agrees(new_v, W - rate * (0.9 * v + dW)):
            return "W and v have changed places: W comes first"
        why = _compare_v(v, dW, rate, new_v) or _compare_W(W, dW, v, rate, new_W)
        if why and k:
            return f"the first step is right; for rate {rate:g} and a W of shape {shape} {why}"
        if why:
            return why
    return None


def _compare_v(v, dW, rate, given) -> str | None:
    right = 0.9 * v + dW
    slips = {
        "v is v still; it becomes 0.9 v + dW": v,
        "v has forgotten its past: keep 0.9 of it, and add dW": dW,
        "v keeps all of its past; keep 0.9 of it": v + dW,
        "that is an average, as Adam has it; here dW is added whole": 0.9 * v + 0.1 * dW,
        "the minus and the rate belong to W; v gathers the gradients themselves": 0.9 * v - rate * dW,
        "the rate belongs to W; v gathers the gradients themselves": 0.9 * v + rate * dW,
        "v gathers gradients with their own sign; the minus belongs to W": 0.9 * v - dW,
        "the 0.9 belongs to the old v, and dW is added whole": v + 0.9 * dW,
        "the 0.9 belongs to the old v alone, and yours multiplies dW too": 0.9 * (v + dW),
        "v keeps a tenth of its past; keep 0.9 of it": 0.1 * v + dW,
        "the gradient itself is added to v, and yours adds its square": 0.9 * v + dW**2,
    }
    if agrees(given, right):
        return None
    return slip(given, slips, rtol=1e-5) or f"{apart('v', given, right)}, which is 0.9 v + dW"


def _compare_W(W, dW, v, rate, given) -> str | None:
    speed = 0.9 * v + dW
    right = W - rate * speed
    slips = {
        "W has not moved": W,
        "W climbs; to go down, take rate · v away": W + rate * speed,
        "W moves along the gradient alone; let it move along v": W - rate * dW,
        "W moves along the old v; take the new one": W - rate * v,
        "the rate is missing: W moves by rate · v": W - speed,
        "W moves by rate · v; yours moves by the square of the rate": W - rate**2 * speed,
        "that is the step alone; W is what it was, less the step": -rate * speed,
        "W moves along v and along dW once more; dW is in v already": W - rate * (speed + dW),
        "W moves by rate · v; yours divides by the rate": W - speed / rate,
        "W moves by the rate that comes in, and yours by 0.1": W - 0.1 * speed,
    }
    if agrees(given, right):
        return None
    return slip(given, slips, rtol=1e-5) or f"{apart('W', given, right)}, which is W - rate · v"


WORKS = 0.0015, 0.015  # rates at which Adam brings eight layers under 2, as a scan from 1e-4 to 1 has found
UPDATE = 4.5e-6  # of the first of six sigmoid layers, as a share of its weights, which the lesson prints


def _steps_needed(steps) -> str | None:
    steps = expect_number(steps)
    if not steps > 0:
        return "a number of steps is more than 0"
    right = 0.1 / UPDATE
    if 0.8 < steps / right < 1.25:
        return None
    if 0.8 < steps * right < 1.25:
        return "that is upside down; how often does the step go into the way?"
    if 0.8 < steps * UPDATE < 1.25:
        return "that moves it by its whole size; a tenth is asked for"
    if 0.8 < steps / UPDATE < 1.25:
        return "that is the length of one step; how many of them make a tenth?"
    if steps < 1000:
        told = "in the three hundred steps above it moved by a thousandth, and 100 times that is asked"
        return f"{told}, so {steps:g} are too few"
    more = "more" if steps < right else "fewer"
    return f"there are {more} than {steps:g}: divide the way, 0.1, by the length of one step of the first layer"


def _leave_plateau(record) -> str | None:
    expect_record(record, "the whole record that train_mlp returns", "movement", "final", "optimizer")
    if np.all(record.final < 2) and not _of_another_net(record) and not _of_another_training(record):
        return None
    return _of_another_net(record) or _of_another_training(record) or _stuck(record)


def _of_another_net(record) -> str | None:
    asked = {
        f"its activation is {record.activation}, and sigmoid's is asked for": record.activation == "sigmoid",
        f"it has {record.norm} norm, and no norm is asked for": record.norm == "none",
        f"its weights are {record.scheme}, and Xavier's weights, xavier_normal, are asked for": (
            record.scheme == "xavier_normal"
        ),
        f"eight layers are asked for, and it has {record.depth}": record.depth >= 8,
    }
    other = [words for words, kept in asked.items() if not kept]
    return f"the net is another one: {'; '.join(other)}. Change how it is trained, not what it is" if other else None


def _of_another_training(record) -> str | None:
    asked = {
        "let all layers learn, and freeze none": not record.frozen,
        f"take 300 steps at the most, and not {record.steps}": record.steps <= 300,
        f"train 5 networks or more, and not {record.seeds}, because one alone may be lucky": record.seeds >= 5,
    }
    other = [words for words, kept in asked.items() if not kept]
    return f"the net is the right one. But {'; '.join(other)}" if other else None


def _stuck(record) -> str:
    loss = float(np.max(record.final))  # of the network that is least far
    rate = " and ".join(dict.fromkeys(f"{each:g}" for each in np.ravel(record.rate)))
    if not np.isfinite(loss):
        return "the numbers are no longer finite: the rate is too high"
    if record.optimizer != "adam":
        return (
            f"the loss is {loss:.1f}, with {record.optimizer} at rate {rate}: one rate has to serve a layer "
            "whose gradient is a millionth and one next to the loss; which optimizer gives each its own?"
        )
    return f"Adam is a good choice. But at rate {rate} a loss is {loss:.1f} still; {_next_try(record)}"


def _next_try(record) -> str:
    """What to change with Adam, by the rate of the networks that are not under 2 yet."""
    rates = np.broadcast_to(record.rate, record.final.shape)[record.final >= 2]
    rate = float(np.exp(np.mean(np.log(np.maximum(rates, 1e-30)))))
    if record.steps < 300 and WORKS[0] < rate < WORKS[1]:
        return f"{record.steps} steps are too few, so take 300"
    if record.depth > 8 and WORKS[0] < rate < WORKS[1]:
        return f"{record.depth} layers are more than are asked for, so take eight"
    return f"take a {'larger' if rate < np.sqrt(WORKS[0] * WORKS[1]) else 'smaller'} one"


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
