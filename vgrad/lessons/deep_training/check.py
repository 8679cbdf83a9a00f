"""The exercises of the lesson on training fifty layers.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import expect_answer, expect_function, expect_number
from ...kit.judging import call
from ...kit.verdicts import Investigations

NETS = ((4, 36), (2, 5), (1, 7))  # plain nets: hidden layers, and units of each
STEPS = ((0.003, 100), (0.1, 7), (0.02, 3), (0.04, 2), (0.5, 1))  # of a warm-up: the rate, and how many steps it takes


def _weights(function) -> str | None:
    function = expect_function(function)
    for hidden, width in NETS:
        given = expect_answer(call(function, hidden=hidden, width=width), "; it should return how many there are")
        count = float(expect_number(given, "return one number, of weights and biases"))
        right = _count(hidden, width)
        if abs(count - right) <= 0.5:
            continue
        slip = _count_slip(count, hidden, width) if hidden == NETS[0][0] else None
        return slip or (
            f"with {hidden} hidden layer{'s' if hidden > 1 else ''} of {width} units there are {right} weights and "
            f"biases. You count {count:.6g}"
        )
    return None


def _count(hidden: int, width: int) -> int:
    """The weights and biases of a plain net for the spirals."""
    return (2 + 1) * width + (hidden - 1) * (width + 1) * width + (width + 1) * 2


def _count_slip(count: float, hidden: int, width: int) -> str | None:
    """Name the part that is wrong, where the number tells it."""
    first, between, last = 3 * width, (hidden - 1) * (width + 1) * width, (width + 1) * 2
    slips = {
        "the weights are right. But each unit and each output also has a bias": (
            2 * width + (hidden - 1) * width**2 + 2 * width
        ),
        "the hidden layers are right. But each of the two outputs also has a bias": first + between + 2 * width,
        "a unit of the first layer has two weights and a bias, and each output has a weight for each unit and a bias": (
            2 * width + between + last
        ),
        "the weights are right. But each unit has a bias of its own, and you count one for each layer": (
            4 * width + (hidden - 1) * width**2 + hidden + 1
        ),
        "biases are missing. Each unit of each layer has one, whether it is in the first layer or between": first
        + (hidden - 1) * width**2
        + width
        + last,
        "the hidden layers are right. But two outputs have two biases, and you count one": first + between + last - 1,
        "the outputs are right. But each hidden unit also has a bias": (2 * width + (hidden - 1) * width**2 + last),
        "the first layer and the outputs are right. But between layers, each unit also has a bias": (
            first + (hidden - 1) * width**2 + last
        ),
        "the first layer is counted twice. Only hidden - 1 layers stand between": (
            first + hidden * (width + 1) * width + last
        ),
        "this is right for two hidden layers. But there are hidden - 1 layers between": (
            first + (width + 1) * width + last
        ),
        "the first layer and the outputs are right. But the layers between are missing": first + last,
        "the hidden layers are right. But the weights of the two outputs are missing": first + between,
        "the layers between and the outputs are right. But the first layer has only two inputs": (
            (width + 1) * width + between + last
        ),
        "the hidden layers are right. But there are two outputs": first + between + width + 1,
    }
    return next((hint for hint, wrong in slips.items() if abs(count - wrong) < 0.5), None)


def _warm(function) -> str | None:
    function = expect_function(function)
    for rate, steps in STEPS:
        times = (*range(1, steps + 2), 10 * steps)
        given = [_rate_of_step(function, rate, steps, t) for t in times]
        right = [rate * min(1.0, t / steps) for t in times]
        if not np.allclose(given, right, rtol=1e-5, atol=0):
            return _warm_slip(given, rate, steps, times) or _first_apart(given, right, times, rate, steps)
    return None


def _rate_of_step(function, rate: float, steps: int, t: int) -> float:
    where = f" at t = {t}, where steps = {steps}; it should return the learning rate of step t"
    return expect_number(expect_answer(call(function, rate=rate, steps=steps, t=t), where))


def _warm_slip(given, rate: float, steps: int, times) -> str | None:
    slips = {
        "the rate rises as it should. But after the warm-up it must stay at its full value": [
            rate * t / steps for t in times
        ],
        "you took the larger of the two. But the share must never be above 1, so take the smaller": [
            rate * max(1.0, t / steps) for t in times
        ],
        "the share is right. But it still has to be multiplied by the rate": [min(1.0, t / steps) for t in times],
        "the rate does rise. But step 1 already has a share of 1 / steps, so do not subtract 1 from t": [
            rate * min(1.0, (t - 1) / steps) for t in times
        ],
        "this is the full rate at every step. But during the warm-up only a share t / steps of it counts": (
            [rate] * len(times)
        ),
        "the share is upside down. At step t it is t / steps": [rate * min(1.0, steps / t) for t in times],
        "the rate does rise. But it should rise in a straight line, and yours does not": [
            rate * min(1.0, t / steps) ** 2 for t in times
        ],
        "the share is right. But the rate is multiplied by it, and not divided": [
            rate / min(1.0, t / steps) for t in times
        ],
        "the rate is 0 until it jumps to its full value at the last step of the warm-up. It should rise from step 1 on "
        "(if you divide by //, write /, because // drops the fraction)": [rate * min(1.0, t // steps) for t in times],
        "the share is right. But it is multiplied by the rate, and not added": [
            rate + min(1.0, t / steps) for t in times
        ],
    }
    return next((hint for hint, wrong in slips.items() if np.allclose(given, wrong, rtol=1e-5, atol=0)), None)


def _first_apart(given, right, times, rate: float, steps: int) -> str:
    k = next(k for k in range(len(times)) if not np.isclose(given[k], right[k], rtol=1e-5, atol=0))
    told = f"with rate = {rate:g} and steps = {steps}, step {times[k]} should have the rate {right[k]:.3g}. Yours"
    return f"{told} has the full rate too early" if np.isclose(given[k], rate) else f"{told} is {given[k]:.5g}"


EXERCISES = {
    "weights": (_weights, "four hidden layers of 36 units have 4178 of them, and one hidden layer of 800 has 4002"),
    "warm": (_warm, "the rate rises in a straight line, and then it stays"),
}
_exercises = Investigations(
    EXERCISES,
    quantities={
        "test": ("test accuracy", "accuracy", "new digits", "held out", "learn"),
        "right": ("training accuracy", "training digits"),
        "accuracy": ("training accuracy",),
        "ratio": ("gradient", "dh"),
        "added": ("b²", "branch"),
    },
    settings={
        "warmup": ("warm-up",),
        "rate": ("learning rate",),
        "blocks": ("depth", "deep"),
        "hidden": ("layers", "depth", "deep", "shallow"),
        "width": ("wide", "narrow", "units"),
        "norm": ("pre-norm", "post-norm", "layer norm", "batch norm"),
        "start": ("branch",),
        "frozen": ("freeze", "freezing", "trained", "learn"),
        "skip": ("path",),
        "alpha": ("branch",),
        "activation": ("ReLU", "tanh", "GELU"),
        "steps": ("longer", "step"),
    },
)
answer = _exercises.answer
