"""The exercises of the lesson on the gradient by layer.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import Exercises, expect_like, expect_number, expect_pullback, expect_record, quotient_says


def _softsign(function) -> str | None:
    z, dh = np.random.default_rng(0).standard_normal((2, 3, 4))
    which = "h and the function pullback, as ops.tanh does"
    pullback = expect_pullback(function(z.copy()), which, z / (1 + abs(z)), "z / (1 + |z|)")
    dz = expect_like(pullback(dh.copy()), "pullback(dh)", "dz", "z", z)
    return _compare_slopes(z, dh, dz)


def _compare_slopes(z, dh, dz) -> str | None:
    """The learner's dz against a difference quotient; the frequent slips are known by their own numbers."""
    step = 1e-6
    size = 1 + abs(z)
    slope = ((z + step) / (1 + abs(z + step)) - (z - step) / (1 + abs(z - step))) / (2 * step)
    right = np.isclose(dz, slope * dh, rtol=1e-6)
    if right.all():
        return None
    if np.allclose(dz, slope, rtol=1e-6):
        return "that is the slope itself; the pullback multiplies it by what comes from above, dh"
    if np.allclose(dz, dh / size):
        return "nearly: the slope of z / (1 + |z|) has the square of 1 + |z| below the line"
    if right[z > 0].all():
        return "right where z > 0, wrong where z < 0: there |z| is -z, and the slope is still positive"
    worst = np.argmax(np.where(np.isfinite(dz), abs(dz - slope * dh), np.inf))
    return quotient_says(f"at z = {z.flat[worst]:.3f} your dz is", dz.flat[worst], (slope * dh).flat[worst])


def _kata_scale(scale) -> str | None:
    expect_number(scale)
    if abs(scale - 3**0.5) < 1e-3:
        return None
    if abs(scale - 3) < 1e-3:
        return "3 is what the variance lacks; a factor on the weights counts twice in it"
    if abs(scale - 3**0.5) < 0.05:
        return f"nearly: {scale:g} is rounded too far; write it as a power of a whole number"
    if scale < 0:
        return "a negative factor only turns every sign; take a positive one"
    return f"{scale:g} times the weights have {scale**2 / 3:.3g} times Xavier's variance, and it should be once"


def _hold_sigmoid(record) -> str | None:
    expect_record(record, "the whole record that flow returns, not a number of it", "net", "ratio")
    net = record.net
    if (net.activation, net.depth) != ("sigmoid", 30):
        return f"the net asked for has 30 sigmoid layers, yours has {net.depth} of {net.activation}"
    if net.width < 16 or net.seeds < 5:
        return f"{net.seeds} networks of width {net.width} are a matter of luck; take 5 or more, 16 wide or more"
    decades = np.log10(record.ratio) if record.ratio > 0 else -np.inf
    if abs(decades) < 1:
        return None
    if net.gain == 1 and decades < 0:
        return f"it loses {-decades:.1f} decades (factors of ten), as before; turn its gain"
    way, turn = ("loses", "more") if decades < 0 else ("gains", "less")
    return f"at gain {net.gain:g} it {way} {abs(decades):.1f} decades; {turn} gain is needed"


EXERCISES = {
    "softsign": (_softsign, "your pullback agrees with a difference quotient to six digits"),
    "kata_scale": (_kata_scale, "U(-s, s) has the variance s²/3, so the bound is √3 times too small"),
    "hold_sigmoid": (_hold_sigmoid, "slopes of at most 1/4, and a gradient that arrives; most units pay by saturating"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
solution = _exercises.solution
