"""The exercises of the lesson on one activation: its slopes, and the factor of a layer.

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
    expect_dz,
    expect_function,
    expect_number,
    expect_two,
    is_right_number,
    off_quotient,
    refuse_slips,
    slip,
)

EDGES = np.array([[0.0, 1.0, -1.0], [40.0, -40.0, 1e-3]])  # the corner, and where the slope is nearly 1 or 0


def _squareplus(function) -> str | None:
    squareplus = expect_function(function, ", squareplus, without calling it")
    z, dh = np.random.default_rng(0).standard_normal((2, 4, 3)) * 2
    which = "h and the function pullback"
    for here, above in ((z, dh), (EDGES, np.linspace(-1, 2, 6).reshape(2, 3))):
        dz = expect_dz(squareplus, which, here, above, _plus(here), "(z + √(z² + 4)) / 2")
        why = _by_differences(here, above, dz)
        if why:
            return why
    return None


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
        "z's own part is right, and the root's is twice too large: the 2 of the inside's slope 2z cancels with that of "
        "1 / (2 √u), and the half in front of h divides both terms": (1 + 2 * z / root) / 2 * dh,
        "the root's part is right. But the half in front of h divides both terms, and z's own slope lacks it": (
            (1 + z / root / 2) * dh
        ),
        "the whole is divided by 2, in h and so in the slope": (1 + z / root) * dh,
        "z itself has a slope too, 1, beside the root's": z / root / 2 * dh,
        "the root's slope is added to that of z, not taken away": (1 - z / root) / 2 * dh,
        "the root stands below the line: the slope of √u is 1 / (2 √u)": (1 + z * root) / 2 * dh,
        "that is h times dh; what is asked for is how fast h changes with z": _plus(z) * dh,
        "the size is right, the sign is not: squareplus rises everywhere": -slope * dh,
        "dh has passed through as it was; it has to be multiplied by the slope": dh,
        "one slope has been taken for all units; each has its own, at its own z": slope.mean() * dh,
    }  # fmt: skip
    if agrees(dz, slope * dh):
        return None
    refuse_slips(dz, slips, rtol=1e-5)
    return off_quotient("dz", dz, slope * dh, z=z, dh=dh)


GRID = np.linspace(-8, 8, 16_001)  # of an average over a Gaussian


def _mean_slope(sigma: float) -> float:
    """E[tanh'(σ ζ)]."""
    return float(np.average(1 - np.tanh(sigma * GRID) ** 2, weights=np.exp(-(GRID**2) / 2)))


def _sigma_of(slope: float) -> float:
    """The σ at which tanh's mean slope is this one, by bisection; a larger σ makes the mean slope smaller."""
    low, high = 0.0, 4.0
    for _ in range(40):
        middle = (low + high) / 2
        if _mean_slope(middle) > slope:
            low = middle
        else:
            high = middle
    return low


def _tanh_065(sigma) -> str | None:
    sigma = expect_number(sigma)
    right = _sigma_of(0.65)
    slips = {
        "that is the variance of z; its root is asked for": right**2,
        "at that z the slope is 0.65; but the z of units are spread, and their mean slope is asked for": (
            np.arctanh(0.35**0.5)
        ),
        "that is where the rms slope is 0.65; the mean is asked for": 1.1276,
        "0.65 is the mean slope that is asked for; at which σ does mean_slope(σ) return it?": 0.65,
    }
    if sigma <= 0:
        return "a standard deviation is above 0"
    way = "go up" if _mean_slope(sigma) > 0.65 else "go down"
    if is_right_number(sigma, right, slips, f"the mean slope is {_mean_slope(sigma):.5f} there, so {way} a little"):
        return None
    return f"at σ = {sigma:.4g} the mean slope is {_mean_slope(sigma):.3g}, so {way}"


def _leaky_holds(sigma_w) -> str | None:
    sigma_w = expect_number(sigma_w)
    square = (1 + 0.2**2) / 2
    right = square**-0.5
    slips = {
        "that is √2, for a slope of 0 below; here the other half passes a little on": 2**0.5,
        "that is right for a leak of 0.01, which is the usual one. But the leak here is 0.2": (2 / 1.0001) ** 0.5,
        "that is the rms slope; by what must it be multiplied to make 1?": square**0.5,
        "that is the mean square of the slopes; which σ_w² makes 1 of it, and which σ_w is that?": square,
        "that is one over the mean square; of the gradient itself it is the root": 1 / square,
        "that is one over the mean slope, 0.6; sizes add up as squares": 1 / 0.6,
        "one over the root of a mean is right. But you add the slopes as they are, and their squares are to be added; "
        "the square of 0.2 is 0.04": (2 / 1.2) ** 0.5,
        "half of the units have each slope, so the squares' mean is asked for, not their sum": 1.04**-0.5,
        "the size is right; a standard deviation is above 0": -right,
    }
    if is_right_number(sigma_w, right, slips, "write it with a root"):
        return None
    times = abs(sigma_w) * square**0.5
    return f"with {sigma_w:.4g} a layer multiplies the gradient by {times:.3g}; the factor sought is 1"


def _twin(function) -> str | None:
    twin = expect_function(function, ", twin")
    for fan_in, fan_out in ((5, 3), (4, 4), (1, 6)):
        rng = np.random.default_rng(fan_in)
        W = rng.standard_normal((fan_in, fan_out))
        b = rng.standard_normal(fan_out)
        new_W, new_b = _new_layer(twin, W, b)
        if new_W.shape != W.shape or new_b.shape != b.shape:
            return f"the new W has shape {new_W.shape} and b {new_b.shape}; they keep theirs, {W.shape} and {b.shape}"
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
        hint = "so sum W's columns, axis=0; axis=1 sums rows"
        raise NotYetError(f"shapes do not fit: b has a number for each outgoing unit, {hint}") from None
    new_W, new_b = expect_two(result, "the new W and the new b")
    return expect_array(new_W, "the new W"), expect_array(new_b, "the new b")


def _twin_weights(W, new) -> str | None:
    slips = {
        "W is doubled once; there are two reasons to double it: what comes in, and the 2z of what goes on": 2 * W,
        "W is still what it was": W,
        "W must become larger: a sigmoid's outputs, from 0 to 1, are spread half as wide as tanh's": W / 4,
        "W must become larger; half of it is the wrong way round": W / 2,
        "the size is right, the sign is not: h = 2s - 1 has s with a plus": -4 * W,
        "there are two factors of 2, and a third one has crept in": 8 * W,
        "the factor multiplies W; its numbers themselves are not squared": 4 * W**2,
    }
    if agrees(new, 4 * W):
        return None
    return slip(new, slips, rtol=1e-4) or (
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
        "the -1 is in b and doubled. But it comes through the old W, and you have summed the new one": (
            2 * b - 8 * column
        ),
        "the -1 is in b. But it comes through the old W, and you have summed the new one; b itself is to be doubled": (
            b - 4 * column
        ),
        "the sign: each unit brings -1, so the column's sum is taken away": 2 * (b + column),
        "the -1 has arrived; the old b has got lost on the way": -2 * column,
        "all that a column brings is its sum, and yours takes its mean": 2 * (b - W.mean(axis=0)),
        "one number has been taken from all; each unit of the next layer has its own column of W": 2 * (b - W.sum()),
    }
    if agrees(new, 2 * (b - column)):
        return None
    if len(W) == len(b) and np.allclose(new, 2 * (b - W.sum(axis=1))):
        return "W's rows are summed, axis=1; each outgoing unit has a column, axis=0"
    return slip(new, slips, rtol=1e-4) or f"W is right. But {apart('b', new, 2 * (b - column))}"


EXERCISES = {
    "squareplus": (_squareplus, "your pullback agrees with a difference quotient to six digits, at twelve places"),
    "tanh_065": (_tanh_065, "there, and only there, is tanh's mean slope 0.65"),
    "leaky_holds": (_leaky_holds, "√(2 / 1.04): one over the root of the mean squared slope"),
    "twin": (_twin, "the sigmoid layer now sends on what the tanh layer did, number for number"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
