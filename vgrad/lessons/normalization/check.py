"""The exercises of the lesson on batch norm and layer norm.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import (
    Exercises,
    differences,
    expect_like,
    expect_number,
    expect_pullback,
    expect_record,
    unlike,
)


def _norm_pullback(function) -> str | None:
    z, dy = np.random.default_rng(0).standard_normal((2, 5, 3))
    z = z * [1.0, 2.0, 0.5] + [0.0, 3.0, -1.0]
    dy = dy + 0.5
    formula = "(z - mean) / std over the samples, axis 0,"
    which = "y and the function pullback"
    pullback = expect_pullback(function(z.copy()), which, _norm(z), formula, rtol=1e-6, atol=1e-6)
    dz = expect_like(pullback(dy.copy()), "pullback(dy)", "dz", "z", z)
    return _compare(z, dy, dz)


def _norm(z, epsilon=1e-5):
    return (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + epsilon)


def _compare(z, dy, dz) -> str | None:
    """The learner's dz against difference quotients; the frequent slips are known by their own numbers."""
    right = differences(lambda z: (dy * _norm(z)).sum(), z)
    y = _norm(z)
    std = np.sqrt(z.var(axis=0) + 1e-5)
    mean = dy.mean(axis=0)
    along = y * (y * dy).mean(axis=0)
    over_units = (dy - dy.mean(axis=1, keepdims=True) - y * (y * dy).mean(axis=1, keepdims=True)) / std
    slips = {
        "that only divides by std: the mean and the std depend on z too": dy / std,
        "the mean is accounted for; now the std: each z also moves what all are divided by": (dy - mean) / std,
        "the std is accounted for, but each z also moves the mean that all are measured from": (dy - along) / std,
        "both directions are out; what is left is still to be divided by std": dy - mean - along,
        "take the third term away, do not add it": (dy - mean + along) / std,
        "the third term needs the mean of y · dy over the samples, not the sum": (
            (dy - mean - len(z) * along) / std
        ),
        "those means are over the units, axis 1; batch norm's are over the samples, axis 0": over_units,
        "those means are over all that there is; each unit has its own, over the samples, axis 0": (
            (dy - dy.mean() - y * (y * dy).mean()) / std
        ),
    }  # fmt: skip
    return unlike("dz", dz, right, slips)


def _relu_factor(factor) -> str | None:
    expect_number(factor)
    right = (np.pi / (np.pi - 1)) ** 0.5
    if abs(factor - right) < 1e-4:
        return None
    if abs(factor - right**2) < 1e-3:
        return "that is χ, by which squares are multiplied; of the gradient itself it is the root"
    if abs(factor - 1 / right) < 1e-3:
        return "upside down: the slopes' mean square stands above the line, the variance below"
    if abs(factor - 1) < 1e-3:
        return "that is layer norm's: over the samples, the square of ReLU's mean goes off the mean square"
    if abs(factor - right) < 0.02:
        return f"nearly: {factor:g} is rounded too far; write it with np.pi"
    return f"{factor:g} it is not; E[φ'²] is 1/2, and the variance is E[φ²] - (E φ)²: which numbers have you for these?"


def _hold_batch(record) -> str | None:
    expect_record(record, "the whole record that flow returns, not a number of it", "net", "ratio")
    net = record.net
    if net.norm != "batch" or net.skip is not None:
        return "the net asked for has norm='batch', and no skip"
    if net.depth < 50:
        return f"fifty layers are asked for, yours has {net.depth}"
    if net.activation == "identity":
        return "a linear net holds, and fifty linear layers are one; take an activation that bends"
    if net.width < 32 or net.seeds < 5 or net.batch < 32:
        asked = "32 units, 5 networks and 32 samples"
        return f"few units, networks or samples are a matter of luck; take at least {asked}"
    if 0.1 < record.ratio < 10:
        return None
    return _how_far(record)


def _how_far(record) -> str:
    net = record.net
    if not record.ratio > 0:
        return f"of {net.activation} nothing arrives at all"
    decades = np.log10(record.ratio)
    gain = "" if net.gain == 1 else ", and the gain is what a norm divides out"
    way = "gains" if decades > 0 else "loses"
    return f"{net.activation} {way} {abs(decades):.1f} decades{gain}; which activation has norm_chi nearer to 1?"


EXERCISES = {
    "norm_pullback": (_norm_pullback, "as difference quotients have it: two directions go, the rest grows"),
    "relu_factor": (_relu_factor, "√(π / (π - 1)): E[φ'²] = 1/2 over Var φ = 1/2 - 1/(2π)"),
    "hold_batch": (_hold_batch, "fifty layers of batch norm that hold: φ is nearly linear where z lies"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
solution = _exercises.solution
