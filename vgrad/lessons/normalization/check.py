"""The exercises of the lesson on batch norm and layer norm.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import Exercises, differences, expect_number, expect_record, is_right_number
from ...kit.experiments.flow import FlowRecord
from ...kit.judging import (
    Case,
    Words,
    apart,
    close,
    expect_shaped,
    find_slip,
    is_of_its_settings,
    judge_pullback,
    too_small,
)

WORDS = Words("y", "(z - mean) / std over the samples, axis 0", "dy")


def _norm_pullback(function) -> str | None:
    return judge_pullback(function, _cases(), WORDS, _slips_of_y, _judged_dz)


def _cases() -> list[Case]:
    rng = np.random.default_rng(0)
    zs = (
        ("5 samples of 3 units", rng.standard_normal((5, 3)) * [1.0, 2.0, 3.0] + [0.0, 3.0, -1.0]),
        ("8 samples of 2 units", rng.standard_normal((8, 2)) * [2.0, 1.0] + [20.0, -5.0]),
        ("3 samples of 4 units", rng.standard_normal((3, 4)) * 2 - 1),
    )
    return [Case(what, dict(z=z), _norm(z), (*_cotangents(z, rng), np.zeros_like(z))) for what, z in zs]


def _cotangents(z, rng):
    random = rng.standard_normal((2, *z.shape)) + 0.5
    return (*random, np.ones_like(z))


def _norm(z, epsilon=1e-5, axis=0, ddof=0):
    std = np.sqrt(z.var(axis=axis, ddof=ddof, keepdims=True) + epsilon)
    return (z - z.mean(axis=axis, keepdims=True)) / std


def _slips_of_y(case: Case) -> dict:
    z = case.inputs["z"]
    return {
        "y has mean 0, as it should. Now divide it by std, the root of the variance": z - z.mean(axis=0),
        "y is divided by std, as it should be. First take the mean away from z": z / np.sqrt(z.var(axis=0) + 1e-5),
        "y has mean 0, and is divided by the variance. What is the std of it?": (z - z.mean(axis=0)) / z.var(axis=0),
        "y is normalized, but with a std that divides by N - 1. Batch norm divides by N, as z.var does": (
            _norm(z, ddof=1)
        ),
        "y is normalized over the units, which is layer norm. Batch norm's mean and std are over the samples, axis 0": (
            _norm(z, axis=1)
        ),
        "y is normalized over all that there is. Each unit has a mean and a std of its own, over the samples": (
            _norm(z, axis=None)
        ),
    }  # fmt: skip


def _judged_dz(case: Case, dy, given) -> str | None:
    """The learner's dz against difference quotients; the frequent slips are known by their own numbers."""
    z = case.inputs["z"]
    dz = expect_shaped(given, "dz", z.shape)
    right = differences(lambda z: (dy * _norm(z)).sum(), z)
    if close(dz, right):
        return None
    return find_slip(dz, _slips_of_dz(z, dy)) or apart("dz", dz, right)


def _slips_of_dz(z, dy) -> dict:
    y = _norm(z)
    std = np.sqrt(z.var(axis=0) + 1e-5)
    mean = dy.mean(axis=0)
    along = y * (y * dy).mean(axis=0)
    over_units = (dy - dy.mean(axis=1, keepdims=True) - y * (y * dy).mean(axis=1, keepdims=True)) / std
    more = len(z) / (len(z) - 1)
    return {
        "dz is divided by std, and that is all so far. The mean and the std depend on z too": dy / std,
        "the second term is right. Now the std, for each z also moves what all are divided by. If you have written a "
        "third term, it comes to 0, as whatever is multiplied by the mean of y does": (dy - mean) / std,
        "the std is accounted for. But each z also moves the mean that all are measured from": (dy - along) / std,
        "both directions are out of dz. What is left is still to be divided by std": dy - mean - along,
        "all three terms are there. But the third is to be taken away, and you add it": (dy - mean + along) / std,
        "all three terms are there. But the second is to be taken away, and you add it": (dy + mean - along) / std,
        "all three terms are there. But the third needs the mean of y · dy over the samples, not the sum": (
            (dy - mean - len(z) * along) / std
        ),
        "all three terms are there. But the second needs the mean of dy over the samples, not the sum": (
            (dy - len(z) * mean - along) / std
        ),
        "the mean of y · dy is there. In the third term it still has to be multiplied by y": (
            (dy - mean - (y * dy).mean(axis=0)) / std
        ),
        "all three terms are there. But the third is multiplied by z, and needs y": (
            (dy - mean - z * (y * dy).mean(axis=0)) / std
        ),
        "all three terms are there. But the mean in the third is that of z · dy, and y belongs in place of z": (
            (dy - mean - y * (z * dy).mean(axis=0)) / std
        ),
        "all three terms are there. But the third has z in it twice, and y belongs in both places": (
            (dy - mean - z * (z * dy).mean(axis=0)) / std
        ),
        "all three terms are there. But the third has z less its mean in it twice, which is not divided by std yet": (
            (dy - mean - std**2 * along) / std
        ),
        "the third term has y twice and dy once, as it should. But y · dy is to be averaged over the samples before it "
        "is multiplied by y": (dy - mean - y * y * dy) / std,
        "the third term has y twice and dy once, as it should. But one y belongs outside of the mean": (
            (dy - mean - (y * y * dy).mean(axis=0)) / std
        ),
        "the second term is right, and the third begins with y. But it takes the mean of dy alone, and y is to be in "
        "that mean too": (dy - mean - y * mean) / std,
        "all three terms are there. But the third is not divided by std, so put parentheses round all three": (
            (dy - mean) / std - along
        ),
        "all three terms are there. But the second is not divided by std, so put parentheses round all three": (
            (dy - along) / std - mean
        ),
        "all three terms are there. But dy alone is divided by std, and so should the other two be": (
            dy / std - mean - along
        ),
        "all three terms are there. But the third alone is divided by std, and so should the other two be": (
            dy - mean - along / std
        ),
        "all three terms are there. But a mean over N samples is divided by N, not by N - 1": (
            (dy - mean - more * along) / std
        ),
        "all three terms are there. But they are divided by the variance, and std is its root": (
            (dy - mean - along) / std**2
        ),
        "all three terms are there. But their means are over the units, and batch norm's are over the samples": (
            over_units
        ),
        "all three terms are there. But each unit needs means of its own, over the samples, axis 0": (
            (dy - dy.mean() - y * (y * dy).mean()) / std
        ),
    }  # fmt: skip


def _relu_factor(factor) -> str | None:
    factor = float(expect_number(factor))
    right = (np.pi / (np.pi - 1)) ** 0.5
    slips = {
        "your number is χ, by which a layer multiplies squares. The gradient itself is multiplied by its root": (
            right**2
        ),
        "both averages are there, upside down: the mean square of the slopes belongs above the line": 1 / right,
        "that is layer norm's factor, the root of 1/2 over 1/2. Batch norm divides by the std over the samples, for "
        "which the square of ReLU's mean is taken from the mean square": 1.0,
        "the size is right. A factor on a norm is positive, so take the positive root": -right,
        "that is by how much the factor is above 1. Give the factor itself": right - 1,
        "the root is only of the denominator. Take it of the whole fraction": 0.5 / (0.5 - 0.5 / np.pi) ** 0.5,
        "the root is only of the numerator. Take it of the whole fraction": 0.5**0.5 / (0.5 - 0.5 / np.pi),
        "you have taken E φ from the mean square. The variance takes its square, 1/(2π)": (
            (0.5 / (0.5 - (2 * np.pi) ** -0.5)) ** 0.5
        ),
        "that is the root of ReLU's variance. The mean square of its slopes belongs above it": (
            (0.5 - 0.5 / np.pi) ** 0.5
        ),
    }  # fmt: skip
    if is_right_number(factor, right, slips, "write the formula with np.pi"):
        return None
    if factor <= 0:
        return (
            f"a norm is never negative, so a factor of it is above 0, and yours is {factor:g}. Which averages has it?"
        )
    way = "larger" if factor > right else "smaller"
    return (
        f"{factor:g} is {way} than what batch norm multiplies the gradient by. χ is E[φ'²] over the variance "
        f"E[φ²] - (E φ)², and the factor is its root; which numbers have you for these averages?"
    )


def _hold_batch(record) -> str | None:
    expect_record(record, "the whole record that flow returns, not a number of it", "net", "ratio")
    if not isinstance(record, FlowRecord):
        return "hand over the record itself, as flow has returned it"
    net = record.net
    if not str(net.norm).startswith("batch"):
        return f"batch norm is asked for, and the record is of norm={net.norm!r}; take norm='batch'"
    if net.skip is not None:
        return "batch norm is there. But the net asked for has no skip, which is another remedy"
    if net.depth < 50:
        return f"batch norm is there. Now the depth: fifty layers are asked for, and yours has {net.depth}"
    if net.activation == "identity":
        return "a linear net holds. But fifty linear layers are one; take an activation that bends"
    return too_small(record, units=32, networks=5, samples=32) or _how_far(record) or _measured_anew(record)


def _how_far(record) -> str | None:
    net = record.net
    if 0.1 < record.ratio < 10:
        return None
    if not record.ratio > 0:
        return f"the net is the right one, but with {net.activation} and these settings nothing arrives at all"
    decades = np.log10(record.ratio)
    gain = "" if net.gain == 1 else ", and the gain is what a norm divides out"
    way = "gains" if decades > 0 else "loses"
    told = f"the net is the right one, but with {net.activation} the gradient {way} {abs(decades):.1f} decades{gain}"
    return f"{told}. Which activation has norm_chi nearer to 1?"


def _measured_anew(record) -> str | None:
    if is_of_its_settings(record):
        return None
    return (
        "the settings are well chosen. But the numbers of the record are not theirs, as measuring its first network "
        "anew shows. Run flow again, and hand over what it returns"
    )


EXERCISES = {
    "norm_pullback": (_norm_pullback, "as difference quotients have it: two directions go, the rest grows"),
    "relu_factor": (_relu_factor, "√(π / (π - 1)): E[φ'²] = 1/2 over Var φ = 1/2 - 1/(2π)"),
    "hold_batch": (_hold_batch, "fifty layers of batch norm that hold: φ is nearly linear where z lies"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
