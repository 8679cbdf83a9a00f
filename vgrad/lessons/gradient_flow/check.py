"""The exercises of the lesson on the gradient by layer.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import (
    Exercises,
    agrees,
    expect_dz,
    expect_function,
    expect_number,
    expect_record,
    is_right_number,
    off_quotient,
    refuse_slips,
)
from ...kit.judging import counted

EDGES = np.array([[0.0, 0.5, -0.5, 1e-3], [30.0, -30.0, 2.0, -2.0]])  # where |z| turns, and where h is nearly flat


def _softsign(function) -> str | None:
    softsign = expect_function(function, ", softsign, without calling it")
    z, dh = np.random.default_rng(0).standard_normal((2, 3, 4))
    which = "h and the function pullback, as ops.tanh does"
    for here, above in ((z, dh), (EDGES, np.linspace(-1, 2, 8).reshape(2, 4))):
        h = here / (1 + abs(here))
        dz = expect_dz(softsign, which, here, above, h, "z / (1 + |z|)")
        why = _compare_slopes(here, above, dz)
        if why:
            return why
    return None


def _compare_slopes(z, dh, dz) -> str | None:
    """The learner's dz against a difference quotient; the frequent slips are known by their own numbers."""
    step = 1e-7
    size = 1 + abs(z)
    slope = ((z + step) / (1 + abs(z + step)) - (z - step) / (1 + abs(z - step))) / (2 * step)
    slips = {
        "that is the slope itself; the pullback multiplies it by what comes from above, dh": slope,
        "nearly: the slope of z / (1 + |z|) has the square of 1 + |z| below the line": dh / size,
        "the size is right, the sign is not: softsign rises everywhere": -dh / size**2,
        "a slope multiplies what comes from above; yours divides it": dh * size**2,
        "that is h times dh; what is asked for is how fast h changes with z": z / size * dh,
        "dh has passed through as it was; it has to be multiplied by the slope": dh,
        "the power below the line is too high; the quotient rule squares 1 + |z|": dh / size**3,
        "1 minus a square is the slope of a tanh. Softsign is another function, whose slope has no square of h in it": (
            (1 - (z / size) ** 2) * dh
        ),
        "that is the slope of tanh z. Softsign is another function, so take the slope of z / (1 + |z|)": (
            (1 - np.tanh(z) ** 2) * dh
        ),
        "h (1 - h) is the slope of a sigmoid. Softsign is another function, so take the slope of z / (1 + |z|)": (
            z / size * (1 - z / size) * dh
        ),
        "that is the slope of a sigmoid of z. Softsign is another function, so take that of z / (1 + |z|)": (
            np.exp(-z) / (1 + np.exp(-z)) ** 2 * dh
        ),
        "the slope meets dh once, and yours multiplies it twice": slope * dh * dh,
        "one slope has been taken for all units; each has its own, at its own z": slope.mean() * dh,
    }
    right = np.isclose(dz, slope * dh, rtol=1e-4, atol=1e-5)
    if agrees(dz, slope * dh):
        return None
    if not right.all():
        refuse_slips(dz, slips, rtol=1e-4, atol=1e-6)
    if right[z > 0].all() and not right[z < 0].all():
        return "right where z > 0, wrong where z < 0: there |z| is -z, and the slope is still positive"
    return off_quotient("dz", dz, slope * dh, z=z, dh=dh)


def _kata_scale(scale) -> str | None:
    scale = expect_number(scale)
    slips = {
        "3 is what the variance lacks; a factor on the weights counts twice in it": 3.0,
        "a third is what the variance has; what brings it back to 1, and how much of that has each weight?": 1 / 3,
        "that is upside down: by 1/√3 the weights are too small, so what makes up for it?": 3**-0.5,
        "the square goes the other way: 9 times on the weights is 81 times the variance": 9.0,
        "that makes the variance twice as large. But it is a third of Xavier's; how many times as much must it be?": (
            2**0.5
        ),
    }
    if scale < 0:
        return "a negative factor only turns every sign; take a positive one"
    if is_right_number(scale, 3**0.5, slips, "write it as a power of a whole number"):
        return None
    return f"{scale:g} times the weights have {scale**2 / 3:.3g} times Xavier's variance, and it should be once"


def _hold_sigmoid(record) -> str | None:
    expect_record(record, "the whole record that flow returns, not a number of it", "net", "ratio")
    net = record.net
    if (net.activation, net.depth) != ("sigmoid", 30):
        return f"the net asked for has 30 sigmoid layers, and yours has {counted(net.depth, f'{net.activation} layer')}"
    added = [words for words, there in (("a norm", net.norm), ("skip connections", net.skip)) if there]
    if added:
        return f"{' and '.join(added)} may well hold a gradient, but here the gain alone should do it; leave the rest"
    if net.sigma_b:
        return "biases shift z and change the slopes; here the gain alone should do it, so leave sigma_b out"
    if net.width < 16 or net.seeds < 5:
        return f"with width {net.width} and seeds {net.seeds} it is a matter of luck; take 5 or more, 16 wide or more"
    decades = np.log10(record.ratio) if record.ratio > 0 else -np.inf
    if abs(decades) < 1:
        return None
    if decades == -np.inf:
        return f"at gain {net.gain:g} nothing at all arrives at the first layer; more gain is needed"
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
