"""Questions and exercises of lesson 02, what one layer does to the message."""

from __future__ import annotations

import numpy as np

from .framework import Question, is_number, slip

QUESTIONS = {
    "one_relu": Question(
        "A gradient comes down to a layer of a thousand ReLUs, with z ~ N(0, 1). Where z is positive their slope is 1, "
        "elsewhere 0. By what is the size of the gradient multiplied as it passes through them?",
        {
            "by 1": "So it is for each unit that is on, and so the tables have it. But half of the units are off.",
            "by about 0.7": "Half of the units pass on all, half nothing. So half of the gradient's *square* is left, "
            "and of its size the root of a half.",
            "by a half": "Half of the units pass nothing on, yes. But the size of a gradient is a root of a sum of "
            "squares, and it is half of the squares that go.",
            "by 1 or by 0, as chance has it": "So it is for one unit. A thousand of them are no longer a matter of "
            "chance.",
        },
        right="by about 0.7",
    ),
    "deep_tanh": Question(
        "Twenty layers of tanh, Xavier's weights. In the first layer, where z ~ N(0, 1), the slopes are 0.61 on "
        "average. And in the twentieth?",
        {
            "nearly 0: tanh saturates, layer after layer": "It does where z is large. But what does tanh do to the "
            "size of what passes through it?",
            "0.61 as well": "It would be, if z were as large there. Does tanh leave sizes as they are?",
            "0.65, as in every layer": "A number that is often printed as tanh's typical slope. A slope belongs to a "
            "place: where does z lie in that layer?",
            "nearly 1": "Every tanh makes its input smaller, and Xavier's weights do not make up for it. So z comes "
            "closer and closer to 0, where tanh is steepest.",
        },
        right="nearly 1",
    ),
    "large_weights": Question(
        "Sigmoid's slope is at most 1/4. Can weights be so large that thirty sigmoid layers pass the gradient on "
        "whole?",
        {
            "no: slopes below 1 make it shrink": "They do their part. The other part is done by the weights: the "
            "gradient is multiplied by both.",
            "no: large weights saturate sigmoid": "They do saturate many of its units. But the few that are left pass "
            "on a gradient that large weights have multiplied.",
            "yes, four times Xavier's: 4 × 1/4 = 1": "That would be enough if every z were 0. Larger weights make z "
            "larger too, and slopes smaller.",
            "yes, about ten times Xavier's": "Weights win over slopes, though late: σ_w grows, the rms slope falls, "
            "and at 10.1 their product is 1.",
        },
        right="yes, about ten times Xavier's",
    ),
    "twin": Question(
        "A tanh net, trained. You replace every tanh by a sigmoid, and may change weights and biases as you like. "
        "Can the new net compute what the old one did?",
        {
            "no: a sigmoid is never negative": "True of its outputs. But the next layer's biases can shift them.",
            "nearly, as long as z is small": "tanh and sigmoid are closer relatives than that: draw both, and look at "
            "their form.",
            "yes, exactly": "tanh z = 2 sigmoid(2z) - 1, for every z: the 2s go into the weights, the -1 into the "
            "biases.",
            "yes, but its gradient vanishes, being a sigmoid net's": "Its units' slopes are at most 1/4. And its "
            "weights?",
        },
        right="yes, exactly",
    ),
}


def _squareplus(function) -> str | None:
    if not callable(function):
        return "hand over the function itself, squareplus"
    z, dh = np.random.default_rng(0).standard_normal((2, 4, 3)) * 2
    result = function(z.copy())
    if not (isinstance(result, tuple) and len(result) == 2 and callable(result[1])):
        return "return two things, h and the function pullback"
    h, pullback = result
    if np.shape(h) != z.shape or not np.allclose(h, _plus(z)):
        return "h is not (z + √(z² + 4)) / 2 yet"
    dz = pullback(dh.copy())
    if dz is None or dz is ...:
        return "pullback(dh) returns nothing yet; it should return dz"
    if np.shape(dz) != z.shape:
        return f"pullback(dh) returns something of shape {np.shape(dz)}; dz has z's shape, {z.shape}"
    return _by_differences(z, dh, np.asarray(dz, float))


def _plus(z):
    return (z + np.sqrt(z * z + 4)) / 2


def _by_differences(z, dh, dz) -> str | None:
    """The learner's dz against difference quotients; the frequent slips are known by their own numbers."""
    slope, root = (_plus(z + 1e-6) - _plus(z - 1e-6)) / 2e-6, np.sqrt(z * z + 4)
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
    if not is_number(sigma):
        return "give a number"
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
    if not is_number(sigma_w):
        return "give a number"
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
    if why := slip(sigma_w, slips, rtol=0, atol=5e-4):
        return why
    if abs(sigma_w - right) < 0.02:
        return f"nearly: {sigma_w:.4g} is rounded too far; write it with a root"
    times = sigma_w * square**0.5
    return f"with {sigma_w:.4g} a layer multiplies the gradient by {times:.3g}; the factor sought is 1"


def _twin(function) -> str | None:
    if not callable(function):
        return "hand over the function itself, twin"
    rng = np.random.default_rng(0)
    W, b = rng.standard_normal((5, 3)), rng.standard_normal(3)
    try:
        result = function(W.copy(), b.copy())
    except ValueError as problem:
        if "broadcast" not in str(problem):
            raise
        return "shapes do not fit: b has a number for each outgoing unit, so sum W's columns, axis=0; axis=1 sums rows"
    if not (isinstance(result, tuple) and len(result) == 2):
        return "return two things, the new W and the new b"
    if any(part is None or part is ... for part in result):
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
    column, slips = W.sum(axis=0), {}
    slips["W is right; b has not moved: where has the -1 of every unit gone?"] = b
    slips["W is right; b is doubled, but where has the -1 of every unit gone?"] = 2 * b
    slips["the -1 is in b; now double the whole of it, as 2z is what sigmoid takes"] = b - column
    slips["the -1 is in b and doubled; b itself is to be doubled too"] = b - 2 * column
    slips["b is doubled; the -1 is to be doubled with it"] = 2 * b - column
    slips["the -1 comes through the old W, not through the new one, which is 4 W already"] = 2 * b - 4 * column
    slips["the sign: each unit brings -1, so the column's sum is taken away"] = 2 * (b + column)
    slips["one number has been taken from all; each unit of the next layer has its own column of W"] = 2 * (b - W.sum())
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
