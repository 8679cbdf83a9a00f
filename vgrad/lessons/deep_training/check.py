"""The exercises of the lesson on training fifty layers.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ... import probes
from ...kit.exercises import Exercises, expect_answer, expect_function, expect_number
from ...kit.judging import call

CASES = ((0, 1), (1, 5), (2, 20))  # of a line: its seed, and the distance
STEPS = ((0.003, 100), (0.1, 7))  # of a warm-up: the rate, and how many steps it takes


def _line(seed: int) -> np.ndarray:
    """A line of gradients that resemble their neighbours, with a mean that is not 0."""
    noise = np.random.default_rng(seed).standard_normal(256)
    return np.convolve(noise, np.ones(8) / 8, mode="same") + 0.7


def _resemblance(function) -> str | None:
    function = expect_function(function)
    for seed, lag in CASES:
        line = _line(seed)
        given = call(function, slopes=line, lag=lag)
        value = float(
            expect_number(
                expect_answer(given, "; it should return the correlation"), "return one number, the correlation"
            )
        )
        centred = line - line.mean()
        right = float(probes.autocorrelation(line, lag)[-1])
        if any(abs(value - each) < 2e-3 for each in (right, np.corrcoef(line[:-lag], line[lag:])[0, 1])):
            continue
        return _slip(value, line, centred, lag) or (
            f"at a distance of {lag} it returns {value:.4g} for a line whose correlation is {right:.4g}"
        )
    return None


def _slip(value: float, line: np.ndarray, centred: np.ndarray, lag: int) -> str | None:
    """Name the step that is wrong, where the number tells it."""
    square = (centred**2).sum()
    product = (centred[:-lag] * centred[lag:]).sum()
    slips = {
        "the shift is right. But the mean of the line has to be subtracted first": (
            (line[:-lag] * line[lag:]).sum() / (line**2).sum()
        ),
        "the products are right. But they still have to be divided by the sum of the squares": product,
        "the mean product is right. But a correlation also divides by the mean square": (
            (centred[:-lag] * centred[lag:]).mean()
        ),
        "the sum of the squares is right. But it belongs below the line, and the products above it": square / product,
        "this is the correlation at distance 0. But one of the two lines has to be shifted by lag": 1.0,
        "the products are right. But the squares have to be summed as well, and you took the root of their sum": (
            product / square**0.5
        ),
        "the correlation is right, but its sign is not": -product / square,
    }
    if lag > 1:
        slips["the correlation is right for neighbours. But it has to be shifted by lag"] = (
            centred[:-1] * centred[1:]
        ).sum() / square
    return next((hint for hint, wrong in slips.items() if abs(value - wrong) < 1e-6 * max(1, abs(wrong))), None)


def _warm(function) -> str | None:
    function = expect_function(function)
    for rate, steps in STEPS:
        times = (1, 2, steps // 2, steps, steps + 1, 10 * steps)
        given = [
            float(
                expect_number(
                    expect_answer(
                        call(function, rate=rate, steps=steps, t=t), "; it should return the learning rate of step t"
                    )
                )
            )
            for t in times
        ]
        right = [rate * min(1.0, t / steps) for t in times]
        if not np.allclose(given, right, rtol=1e-5, atol=0):
            return _warm_slip(given, rate, steps, times) or _first_apart(given, right, times, rate, steps)
    return None


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
        "the rate does rise. But in whole steps, because // drops the fraction": [
            rate * min(1.0, t // steps) for t in times
        ],
        "the share is right. But it is multiplied by the rate, and not added": [
            rate + min(1.0, t / steps) for t in times
        ],
    }
    return next((hint for hint, wrong in slips.items() if np.allclose(given, wrong, rtol=1e-5, atol=0)), None)


def _first_apart(given, right, times, rate: float, steps: int) -> str:
    k = next(k for k in range(len(times)) if not np.isclose(given[k], right[k], rtol=1e-5, atol=0))
    return (
        f"with rate = {rate:g} and steps = {steps}, step {times[k]} should have the rate {right[k]:.3g}. "
        f"Yours is {given[k]:.5g}"
    )


EXERCISES = {
    "resemblance": (_resemblance, "it is 1 for a line that repeats itself, and near 0 for noise"),
    "warm": (_warm, "the rate rises in a straight line, and then it stays"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
