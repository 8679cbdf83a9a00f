"""Questions and exercises of lesson 03, where the gradient goes in a deep net."""

from __future__ import annotations

import numpy as np

from .framework import Question, has, is_number

QUESTIONS = {
    "sigmoid_30": Question(
        "A gradient enters the last of thirty sigmoid layers, 32 units wide, with Xavier's weights. How much of it "
        "reaches the first layer?",
        {
            "about a quarter": "A quarter is what one layer leaves, and there are twenty-nine more below it.",
            "about a thirtieth": "That would be a loss that adds up, layer by layer. Losses here multiply.",
            "about 1e-18": "Each layer keeps about a quarter, and a quarter to the 29th, one for each step down, is "
            "that small. Whether it is a quarter for the reason usually given, you will see when you move the gain.",
            "exactly nothing": "Not in float64, which reaches down to 1e-308. Try float16 in the explorer below.",
        },
        right="about 1e-18",
    ),
    "tanh_dW": Question(
        "In fifty tanh layers with Xavier's weights, dz is about ten times smaller at the first layer than at the "
        "last. And dW, from which the layer learns?",
        {
            "dW shrinks as dz does": "dW is a product of two things, and dz is only one of them. Ask what the other "
            "one does.",
            "dW shrinks even more": "It would, if what enters the first layer were small too. Which end has the "
            "larger h?",
            "dW stays about the same": "dW = hᵀ dz, and what h loses on the way up, dz loses on the way down: in each "
            "layer the product is about the same.",
            "dW grows about tenfold": "Then h would have to be a hundred times larger at the first layer than at "
            "the last.",
        },
        right="dW stays about the same",
    ),
    "kata_relu": Question(
        "A well-known ten-layer program closes with: with ReLU, the gradient is 1.0 at all ten layers. What does that "
        "very program print for the first layer, compared with the last?",
        {
            "1.0, as it says": "Its slopes are 1 (or 0.01), but its weights multiply too, and they are small.",
            "more than for tanh": "That is what its closing text would lead you to expect.",
            "less than for tanh, more than for sigmoid": "Its weights are drawn too small for any of the three, and "
            "half of its ReLU units pass nearly nothing.",
            "less than for sigmoid": "The slopes of its ReLU are still larger than sigmoid's on average.",
        },
        right="less than for tanh, more than for sigmoid",
    ),
    "narrow": Question(
        "Forty ReLU layers with He's weights, one input, and the width goes down from 64 to 8. What becomes of the "
        "gradient at the first layer?",
        {
            "nothing: He's weights are scaled for the width": "They are, and at infinite width that settles it. Eight "
            "units are far from that, and you train one network, not an average over all.",
            "it is eight times smaller": "A ratio of widths would change sums, and what is compared here is first "
            "layer against last, both equally wide.",
            "networks differ by decades, and some pass nothing at all": "The fewer units a layer averages over, the "
            "more each layer's factor depends on chance, and forty of them multiply. In some layer all eight may be "
            "dead.",
            "it explodes": "Some networks go up a little, but most go down: the typical product lies below the mean.",
        },
        right="networks differ by decades, and some pass nothing at all",
    ),
}


def _softsign(function) -> str | None:
    z, dh = np.random.default_rng(0).standard_normal((2, 3, 4))
    result = function(z.copy())
    if not (isinstance(result, tuple) and len(result) == 2 and callable(result[1])):
        return "return two things, h and the function pullback, as ops.tanh does"
    h, pullback = result
    if np.shape(h) != z.shape or not np.allclose(h, z / (1 + abs(z))):
        return "h is not z / (1 + |z|) yet"
    dz = pullback(dh.copy())
    if dz is None or dz is ...:
        return "pullback(dh) returns nothing yet; it should return dz"
    if np.shape(dz) != z.shape:
        return f"pullback(dh) returns something of shape {np.shape(dz)}; dz has z's shape, {z.shape}"
    return _compare_slopes(z, dh, np.asarray(dz, float))


def _compare_slopes(z, dh, dz) -> str | None:
    """The learner's dz against a difference quotient; the frequent slips are known by their own numbers."""
    step, size = 1e-6, 1 + abs(z)
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
    yours, approximate = dz.flat[worst], (slope * dh).flat[worst]
    return f"at z = {z.flat[worst]:.3f} your dz is {yours:.4f}, and a difference quotient says {approximate:.4f}"


def _kata_scale(scale) -> str | None:
    if not is_number(scale):
        return "give a number"
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
    if not has(record, "activation", "depth", "width", "gain", "seeds", "ratio"):
        return "hand over the whole record that experiments.flow returns, not a number of it"
    if (record.activation, record.depth) != ("sigmoid", 30):
        return f"the net asked for has 30 sigmoid layers, yours has {record.depth} of {record.activation}"
    if record.width < 16 or record.seeds < 5:
        return f"{record.seeds} networks of width {record.width} are a matter of luck; take 5 or more, 16 wide or more"
    decades = np.log10(record.ratio) if record.ratio > 0 else -np.inf
    if abs(decades) < 1:
        return None
    if record.gain == 1 and decades < 0:
        return f"it loses {-decades:.1f} decades (factors of ten), as before; turn its gain"
    way, turn = ("loses", "more") if decades < 0 else ("gains", "less")
    return f"at gain {record.gain:g} it {way} {abs(decades):.1f} decades; {turn} gain is needed"


EXERCISES = {
    "softsign": (_softsign, "your pullback agrees with a difference quotient to six digits"),
    "kata_scale": (_kata_scale, "U(-s, s) has the variance s²/3, so the bound is √3 times too small"),
    "hold_sigmoid": (_hold_sigmoid, "slopes of at most 1/4, and a gradient that arrives; most units pay by saturating"),
}
