"""The exercises of the lesson on one activation: its slopes, and the factor of a layer.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import (
    Exercises,
    expect_function,
    expect_like,
    expect_number,
    expect_pullback,
    expect_two,
    is_missing,
    refuse_slips,
    slip,
)


def _squareplus(function) -> str | None:
    squareplus = expect_function(function, ", squareplus")
    z, dh = np.random.default_rng(0).standard_normal((2, 4, 3)) * 2
    pullback = expect_pullback(squareplus(z.copy()), "h and the function pullback", _plus(z), "(z + √(z² + 4)) / 2")
    dz = expect_like(pullback(dh.copy()), "pullback(dh)", "dz", "z", z)
    return _by_differences(z, dh, dz)


def _plus(z):
    return (z + np.sqrt(z * z + 4)) / 2


def _by_differences(z, dh, dz) -> str | None:
    """The learner's dz against difference quotients; the frequent slips are known by their own numbers."""
    slope = (_plus(z + 1e-6) - _plus(z - 1e-6)) / 2e-6
    root = np.sqrt(z * z + 4)
    slips = {
        "that is the slope alone; the pullback multiplies it by dh, what comes from above": slope,
        "the root has an inside: by the chain rule its slope is that of the root times that of z² + 4": (
            (1 + 0.5 / root) / 2 * dh
        ),
        "the root's slope lacks a factor: the inside, z² + 4, has slope 2z, and the 2 cancels": (
            (1 + z / root / 2) / 2 * dh
        ),
        "the whole is divided by 2, in h and so in the slope": (1 + z / root) * dh,
        "z itself has a slope too, 1, beside the root's": z / root / 2 * dh,
        "that is h times dh; what is asked for is how fast h changes with z": _plus(z) * dh,
    }  # fmt: skip
    if np.allclose(dz, slope * dh, rtol=1e-6):
        return None
    given = dz[0, 0] / dh[0, 0]
    told = f"a difference quotient gives a slope of {slope[0, 0]:.4f}, and yours is {given:.4f}"
    return slip(dz, slips, rtol=1e-6) or f"at z = {z[0, 0]:.3f} {told}"


GRID = np.linspace(-8, 8, 16_001)  # of an average over a Gaussian


def _mean_slope(sigma: float) -> float:
    """E[tanh'(σ ζ)]."""
    return float(np.average(1 - np.tanh(sigma * GRID) ** 2, weights=np.exp(-(GRID**2) / 2)))


def _tanh_065(sigma) -> str | None:
    expect_number(sigma)
    if sigma <= 0:
        return "a standard deviation is above 0"
    if abs(sigma - 0.884) < 0.006:
        return None
    if abs(sigma - 0.884**2) < 0.006:
        return "that is the variance of z; its root is asked for"
    if abs(sigma - np.arctanh(0.35**0.5)) < 0.006:
        return "at that z the slope is 0.65; but the z of units are spread, and their mean slope is asked for"
    if abs(sigma - 1.1276) < 0.02:
        return "that is where the rms slope is 0.65; the mean is asked for"
    way = "go up" if _mean_slope(sigma) > 0.65 else "go down"
    return f"at σ = {sigma:.4g} the mean slope is {_mean_slope(sigma):.3f}; {way}"


def _leaky_holds(sigma_w) -> str | None:
    expect_number(sigma_w)
    square = (1 + 0.2**2) / 2
    right = square**-0.5
    slips = {
        "that is √2, for a slope of 0 below; here the other half passes a little on": 2**0.5,
        "that is the rms slope; by what must it be multiplied to make 1?": square**0.5,
        "that is one over the mean square; of the gradient itself it is the root": 1 / square,
        "that is one over the mean slope, 0.6; sizes add up as squares": 1 / 0.6,
        "that adds the slopes' roots; the square of 0.2 is 0.04": (2 / 1.2) ** 0.5,
    }
    if abs(sigma_w - right) < 5e-4:
        return None
    refuse_slips(sigma_w, slips, rtol=0, atol=5e-4)
    if abs(sigma_w - right) < 0.02:
        return f"nearly: {sigma_w:.4g} is rounded too far; write it with a root"
    times = sigma_w * square**0.5
    return f"with {sigma_w:.4g} a layer multiplies the gradient by {times:.3g}; the factor sought is 1"


def _twin(function) -> str | None:
    twin = expect_function(function, ", twin")
    rng = np.random.default_rng(0)
    W = rng.standard_normal((5, 3))
    b = rng.standard_normal(3)
    try:
        result = twin(W.copy(), b.copy())
    except ValueError as problem:
        if "broadcast" not in str(problem):
            raise
        return "shapes do not fit: b has a number for each outgoing unit, so sum W's columns, axis=0; axis=1 sums rows"
    expect_two(result, "the new W and the new b")
    if any(is_missing(part) for part in result):
        return "one of W and b is still missing"
    new_W, new_b = (np.asarray(part, float) for part in result)
    if new_W.shape != W.shape or new_b.shape != b.shape:
        return f"the new W has shape {new_W.shape} and b {new_b.shape}; they keep theirs, {W.shape} and {b.shape}"
    return _twin_weights(W, new_W) or _twin_biases(W, b, new_b)


def _twin_weights(W, new) -> str | None:
    if np.allclose(new, 4 * W):
        return None
    if np.allclose(new, 2 * W):
        return "W is doubled once; there are two reasons to double it: what comes in, and the 2z of what goes on"
    if np.allclose(new, W):
        return "W is still what it was"
    if np.allclose(new, W / 4) or np.allclose(new, W / 2):
        return "W must become larger: a sigmoid's outputs, from 0 to 1, are spread half as wide as tanh's"
    return (
        "W is wrong by more than a factor: put tanh z = 2 sigmoid(2z) - 1 into h W + b, and collect what multiplies h"
    )


def _twin_biases(W, b, new) -> str | None:
    column = W.sum(axis=0)
    slips = {
        "W is right; b has not moved: where has the -1 of every unit gone?": b,
        "W is right; b is doubled, but where has the -1 of every unit gone?": 2 * b,
        "the -1 is in b; now double the whole of it, as 2z is what sigmoid takes": b - column,
        "the -1 is in b and doubled; b itself is to be doubled too": b - 2 * column,
        "b is doubled; the -1 is to be doubled with it": 2 * b - column,
        "the -1 comes through the old W, not through the new one, which is 4 W already": 2 * b - 4 * column,
        "the sign: each unit brings -1, so the column's sum is taken away": 2 * (b + column),
        "one number has been taken from all; each unit of the next layer has its own column of W": 2 * (b - W.sum()),
    }
    if np.allclose(new, 2 * (b - column)):
        return None
    told = f"W is right; the first of b should be {2 * (b - column)[0]:.4f}, and yours is {new[0]:.4f}"
    return slip(new, slips) or told


EXERCISES = {
    "squareplus": (_squareplus, "your pullback agrees with a difference quotient to six digits, at twelve places"),
    "tanh_065": (_tanh_065, "there, and only there, is tanh's mean slope 0.65"),
    "leaky_holds": (_leaky_holds, "√(2 / 1.04): one over the root of the mean squared slope"),
    "twin": (_twin, "the sigmoid layer now sends on what the tanh layer did, number for number"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
solution = _exercises.solution
