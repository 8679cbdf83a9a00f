"""The exercise of the lesson on order, chaos, and the edge between them."""

from __future__ import annotations

import numpy as np

from ...kit.exercises import Exercises, expect_record


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


EXERCISES = {
    "find_edge": (_edge, "close to the edge: the gradient reaches over many layers"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
