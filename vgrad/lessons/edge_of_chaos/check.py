"""The exercises of the lesson on order, chaos, and the edge between them.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ... import theory
from ...kit.exercises import (
    Exercises,
    NotYetError,
    expect_answer,
    expect_function,
    expect_number,
    is_missing,
    refuse_slips,
)

CHIS = 0.8, 0.5, 1.25, 3.0  # on both sides of the edge
NEAR = 2e-3  # so that 4.6 ξ and 4.61 ξ are right
NEAR_LEFT = 0.004  # what the three printed digits of a difference may differ by, in their share
SHIFTED = "left is for the layers 49 and 59; difference[0] is that of layer 1, so layer 60 is difference[59]"
NAMES = ("left", "s", "xi_c")


def _tenfold(function) -> str | None:
    layers_for = expect_function(function, ", without calling it")
    for chi in CHIS:
        layers = expect_answer(layers_for(chi), f" at χ = {chi:g}; it should return a number of layers")
        given = expect_number(layers, "return one number")
        right = 2 * np.log(10) / abs(np.log(chi))
        if abs(given / right - 1) <= NEAR:
            continue
        phase = "the ordered phase" if chi < 1 else "the chaotic phase"
        told = f"at χ = {chi:g}, which is {phase}, it returns {given:.4g} layers"
        if given == round(given) and abs(given - right) < 1:
            return f"{told}. A fraction of a layer counts here too, so do not round, and do not count whole layers"
        refuse_slips(given, _tenfold_slips(chi, right), rtol=1e-3, atol=0)
        left = chi ** (given / 2) if abs(given) < 1e3 else np.nan
        return f"{told}, after which the norm is multiplied by {left:.4g}; a tenth or ten is asked for"
    return None


_SIGNS = {
    True: "At χ below 1, ln χ and ln (1/10) are both below 0, so keep both signs, or take the size of both as ξ does",
    False: "At χ above 1, ln χ and ln 10 are both above 0, and one of your logarithms is not",
}


def _tenfold_slips(chi: float, right: float) -> dict[str, float]:
    xi = 1 / abs(np.log(chi))
    return {
        "that is ξ, over which the squared norm changes by a factor of e; a factor of ten is asked for": xi,
        "that is for the squared norm, which is multiplied by χ; the norm is multiplied by the root of χ": right / 2,
        f"a number of layers is above 0. {_SIGNS[chi < 1]}": -right,
        "ξ is upside down here; it is 1 divided by |ln χ|": 2 * np.log(10) / xi,
        "the logarithm of ten needs the base that the one in ξ has, which is e": 2 * np.log2(10) * xi,
        "a factor of ten is ln 10 factors of e, which is 2.3 and not 10. The root of χ makes it twice as many": 10 * xi,
        "that is for a factor of e in the norm; a factor of ten has ln 10 of them": 2 * xi,
        "a factor of ten is ln 10 factors of e, which is 2.3 and not 10": 20 * xi,
        "ξ has the natural logarithm below the line; that is one to the base of 10": right * np.log(10),
        "the root doubles the number of layers; yours halves it twice": right / 4,
    }


def _read_xi_c(given) -> str | None:
    """Why [left, s, xi_c] are not right yet, or None. The first step that is wrong is the one that is named."""
    parts = _three(given)
    blank = [name for name, part in zip(NAMES, parts, strict=True) if is_missing(part)]
    if blank:
        return f"put {' and '.join(blank)} where the three dots are" if len(blank) < 3 else "fill in left, s and xi_c"
    left, s, xi_c = (expect_number(part, f"{name} should be a number") for name, part in zip(NAMES, parts, strict=True))
    return _left(left) or _share(s, left) or _scale(xi_c, s, left)


def _three(given) -> list:
    """The three things that are given, in a list, a tuple or an array."""
    several = isinstance(given, (list, tuple)) or (isinstance(given, np.ndarray) and given.ndim == 1)
    if not several or len(given) != 3:
        raise NotYetError("hand over three numbers in a list, [left, s, xi_c]")
    return list(given)


@lru_cache
def _differences() -> tuple[float, ...]:
    """Theory's difference of the two pairs' correlations at the layers 1, 2, ... 60, after 1 in place of layer 0."""
    alike, unrelated = (theory.correlations(60, "tanh", 1.67, 0.22, c) for c in (0.99, 0.0))
    return 1.0, *(float(d) for d in alike - unrelated)


def _left(left: float) -> str | None:
    d = _differences()
    right = d[60] / d[50]
    for k in (10, 20, 30, 40):
        if abs(left - d[k + 10] / d[k]) < NEAR_LEFT:
            return f"left is for the layers {k} and {k + 10}, far from the fixed point; take the layers 50 and 60"
    refuse_slips(left, {SHIFTED: d[59] / d[49]}, rtol=1e-6, atol=0)
    if abs(left - right) < NEAR_LEFT:
        return None
    refuse_slips(left, _left_slips(d, right), rtol=0.02, atol=0)
    return f"left is {left:.3g}; it should be the difference at layer 60, divided by the difference at layer 50"


def _left_slips(d: tuple[float, ...], right: float) -> dict[str, float]:
    alike = theory.correlations(60, "tanh", 1.67, 0.22, 0.99)
    return {
        "left should be below 1: divide the later difference by the earlier one": 1 / right,
        "left is the share that is lost; what is left is 1 minus it": 1 - right,
        "left is by how much the difference falls; a share is a quotient, the later difference by the earlier": (
            d[50] - d[60]
        ),
        "left is for twenty layers, from 40 to 60; take the ten from 50 to 60": d[60] / d[40],
        "left compares two correlations; compare the two differences, in the last column of the table": (
            float(alike[59] / alike[49])
        ),
    }


def _share(s: float, left: float) -> str | None:
    if abs(s - left**0.1) < 0.005:
        return None
    slips = {
        "s is still the share that ten layers leave; one layer leaves more": left,
        "ten shares multiply, they do not add up, so s is the tenth root of left and not a tenth": left / 10,
        "a tenth of the loss would be right if losses added up; shares multiply, so take the root": (9 + left) / 10,
        "s to the power ten should be left, and yours is left to the power ten": left**10,
        "that is a square root; ten layers leave s to the power ten, so take the tenth root": left**0.5,
    }
    refuse_slips(s, slips, rtol=0, atol=0.003)
    return f"s to the power ten should be left; yours is {s**10:.3g}, and left is {left:.3g}"


def _scale(xi_c: float, s: float, left: float) -> str | None:
    right = 1 / abs(np.log(s))
    exact = 10 / abs(np.log(left))  # where s was rounded, and this was not
    if min(abs(xi_c / right - 1), abs(xi_c / exact - 1)) < 0.04:
        return None
    slips = {
        "a number of layers is above 0; the bars in ξ_c = 1 / |ln s| make it so": -right,
        "that is |ln s| itself; ξ_c is 1 divided by it": 1 / right,
        "that takes ten layers as one; use s, the share of one layer": right / 10,
        "ξ_c has the natural logarithm below the line; that is one to the base of 10": right * np.log(10),
        "s is already the share of one layer, so do not multiply by ten": right * 10,
        "that is for a squared share; ξ_c has no factor of two": 2 * right,
        "that is for the root of a share; ξ_c has no factor of a half": right / 2,
    }
    refuse_slips(xi_c, slips, rtol=0.03, atol=0)
    return f"after ξ_c layers a share of 1/e = 0.37 should be left; after yours it is {s**xi_c:.3g}"


EXERCISES = {
    "tenfold": (_tenfold, "2 ln 10 · ξ, about 4.6 ξ, both in the ordered and in the chaotic phase"),
    "read_xi_c": (_read_xi_c, "about ten layers leave 1/e of the difference, so ξ_c is about 10"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
