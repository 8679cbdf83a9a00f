"""The exercises of the lesson on order, chaos, and the edge between them.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import Exercises, expect_answer, expect_function, expect_number, expect_record, refuse_slips

CHIS = 0.8, 0.5, 1.25, 3.0  # on both sides of the edge


def _edge(record) -> str | None:
    expect_record(record, "the whole record that point returns, not a number of it", "depth_scale", "chi", "flow")
    net = record.flow.net
    if net.activation != "tanh":
        return f"tanh is asked for, yours is {net.activation}"
    if record.flow.sigma_b < 0.1:
        return f"σ_b = {record.flow.sigma_b:g} is too easy; take one of at least 0.1"
    if not np.isfinite(record.chi):
        return f"at σ_w = {record.flow.sigma_w:g} theory has no finite χ; take a smaller σ_w"
    if record.depth_scale > 50:
        return None
    scale = f"ξ is {record.depth_scale:.3g} layers"
    if record.chi < 1:
        return f"χ is {record.chi:.3g}, below 1: order, and {scale}; a larger σ_w leads towards the edge"
    return f"χ is {record.chi:.3g}, above 1: chaos, and {scale}; a smaller σ_w leads towards the edge"


def _tenfold(function) -> str | None:
    layers_for = expect_function(function, ", without calling it")
    for chi in CHIS:
        layers = expect_answer(layers_for(chi), "; it should return a number of layers")
        given = expect_number(layers, "return one number")
        xi = 1 / np.log(chi)
        right = 2 * np.log(10) * abs(xi)
        slips = {
            "that is ξ, over which the squared norm changes by a factor of e; a factor of ten is asked for": abs(xi),
            "that is for the squared norm, which is multiplied by χ; the norm is multiplied by its root": right / 2,
            "a number of layers is above 0; the bars in ξ = 1 / |ln χ| make it so": -right,
            "that is for a factor of e in the norm; a factor of ten has ln 10 of them": 2 * abs(xi),
            "a factor of ten is ln 10 factors of e, which is 2.3 and not 10": 20 * abs(xi),
            "ξ has the natural logarithm below the line; that is one to the base of 10": right * np.log(10),
            "the root doubles the number of layers; yours halves it twice": right / 4,
        }
        if abs(given / right - 1) > 1e-3:
            refuse_slips(given, slips, rtol=1e-3, atol=0)
            side = "order" if chi < 1 else "chaos"
            left = chi ** (given / 2) if abs(given) < 1e3 else np.nan
            told = f"at χ = {chi:g}, which is {side}, it returns {given:.3g} layers"
            return f"{told}, after which the norm is multiplied by {left:.3g}; a tenth or ten is asked for"
    return None


EXERCISES = {
    "tenfold": (_tenfold, "2 ln 10 · ξ, about 4.6 ξ, on both sides of the edge"),
    "find_edge": (_edge, "close to the edge: the gradient reaches over many layers"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
