"""Whether a learner's batch norm and its pullback are right, and which frequent slip is in them."""

from __future__ import annotations

import numpy as np

from ....kit.exercises import differences
from ....kit.judging import Case, Words, apart, close, expect_shaped, find_slip, judge_pullback

WORDS = Words("y", "(z - mean) / std over the samples, axis 0", "dy")


def norm_pullback(function) -> str | None:
    """Return why a learner's ``function``, z -> (y, pullback), is not batch norm yet, or None if it is."""
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
        "y has mean 0, as it should. Now divide it by std, which is the root of the variance": z - z.mean(axis=0),
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
        "all three terms are there. But both means are sums so far, and a sum over the samples is N times the mean": (
            (dy - len(z) * mean - len(z) * along) / std
        ),
        "all three terms are there. But they are multiplied by std, and y was divided by it, so divide": (
            (dy - mean - along) * std
        ),
        "the second term is right. But in the third each unit needs a mean of its own, so the mean of y · dy needs "
        "axis=0": (dy - mean - y * (y * dy).mean()) / std,
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
