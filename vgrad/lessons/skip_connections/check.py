"""The exercises of the lesson on skip connections.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import math

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


def _skip_pullback(function) -> str | None:
    rng = np.random.default_rng(0)
    h, dy = rng.standard_normal((2, 5, 4))
    W = 0.6 * rng.standard_normal((4, 4))
    alpha = 0.3
    result = function(h.copy(), W.copy(), alpha)
    which = "y and the function pullback"
    formula = "h + alpha * tanh(h @ W)"
    pullback = expect_pullback(result, which, _block(h, W, alpha), formula, rtol=1e-6, atol=1e-6)
    dh = expect_like(pullback(dy.copy()), "pullback(dy)", "dh", "h", h)
    return _compare(h, W, alpha, dy, dh)


def _block(h, W, alpha):
    return h + alpha * np.tanh(h @ W)


def _compare(h, W, alpha, dy, dh) -> str | None:
    """The learner's dh against difference quotients; the frequent slips are known by their own numbers."""
    right = differences(lambda h: (dy * _block(h, W, alpha)).sum(), h)
    slope = 1 - np.tanh(h @ W) ** 2
    branch = (dy * slope) @ W.T
    slips = {
        "that is the branch alone: the path hands dy on too, and where two ways meet, gradients add": alpha * branch,
        "that is the path alone: the branch hands something back too": dy,
        "the branch was multiplied by alpha on the way forward; so is its gradient on the way back": dy + branch,
        "z went through tanh: its slope, 1 - tanh(z)**2, is missing": dy + alpha * dy @ W.T,
        "forward was h @ W; backward is dz @ W.T": dy + alpha * (dy * slope) @ W,
        "the slope is at z = h @ W, not at h": dy + alpha * (dy * (1 - np.tanh(h) ** 2)) @ W.T,
        "backward, the slope comes first, as tanh came last: (dy * slope) @ W.T, not slope * (dy @ W.T)": (
            dy + alpha * slope * (dy @ W.T)
        ),
        "alpha belongs to the branch; the path hands dy on untouched": alpha * (dy + branch),
    }
    return unlike("dh", dh, right, slips)


def _skip_alpha(alpha) -> str | None:
    expect_number(alpha)
    most = math.expm1(1 / 50) ** 0.5
    if 0.141 < alpha < most + 1e-6:
        return None
    if abs(alpha - most**2) < 3e-3:
        return f"{alpha:g} is near α²; the layer's factor is 1 + α². Of α² take the root"
    if abs(alpha - math.expm1(1 / 49) ** 0.5) < 2e-4:
        return "that is for 49 factors; from the input to the fiftieth layer there are 50"
    if abs(alpha - math.expm1(2 / 50) ** 0.5) < 2e-3:
        return "with that the size is multiplied by e, and its square by e²"
    if abs(alpha - math.expm1(1) ** 0.5) < 1e-2:
        return "that multiplies the square by e in one layer; there are fifty"
    if not 0 <= alpha < math.inf:
        return "take an α of 0 or more; its sign makes no difference"
    return (
        f"{alpha:g} is too {'small' if alpha < most else 'large'}: fifty layers make the square {_fifty(alpha)} times"
    )


def _fifty(alpha: float) -> str:
    exponent = 50 * math.log10(1 + alpha**2)
    return f"{10**exponent:.4g}" if exponent < 4 else f"1e{exponent:.0f}"


def _hold_path(record) -> str | None:
    expect_record(record, "the whole record that both_ways returns, not a number of it", "net", "forward", "ratio")
    net = record.net
    if net.skip is None:
        return "the net asked for has a path: skip='post', 'pre' or 'branch'"
    if net.activation != "relu":
        return f"ReLU is asked for, yours is {net.activation}"
    if net.depth < 50:
        return f"fifty layers are asked for, yours has {net.depth}"
    if net.branch_factor != 1:
        return "an α below 1 does it, and you know that already; here the branch counts in full, α = 1"
    if net.width < 32 or net.seeds < 5 or net.batch < 16:
        return "few units, networks or samples are a matter of luck; take at least 32 units, 5 networks and 16 samples"
    return _held(record)


def _held(record) -> str | None:
    sizes = {"going forward, h": record.forward, "coming back, dh": record.ratio}
    if record.net.norm == "batch" and 10 <= max(sizes.values()) < 15:
        return "nearly: just over ten, and what is too much is batch norm's own growth; try the other norm"
    lost = [f"{name} becomes {size:.2g} of what it was" for name, size in sizes.items() if not 0.1 < size < 10]
    return f"{'; '.join(lost)}. Which norm, and where, in which form?" if lost else None


EXERCISES = {
    "skip_pullback": (_skip_pullback, "as difference quotients have it: the path's dy, and the branch's on top"),
    "skip_alpha": (
        _skip_alpha,
        "√(e^(1/50) - 1) at the most, and 1/√50 is a little below: 1 + 1/50 is less than e^(1/50)",
    ),
    "hold_path": (_hold_path, "fifty layers that hold both ways, with a path that is not weakened"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
solution = _exercises.solution
