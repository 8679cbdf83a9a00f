"""What learners hand over in lesson 03."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from variants import Later
from vgrad.kit.experiments.flow import flow


def sigmoid(**settings):
    return Later(lambda: flow(**{"activation": "sigmoid", **settings}))


KEPT = np.array([0.391, 0.282, 0.196, 0.141, 0.099])  # what the exercise's own nets keep
RATIOS = KEPT[1:] / KEPT[:-1]


RIGHT = {
    "exponent": {
        "as taught": (RATIOS, np.log2(RATIOS).mean()),
        "an exponent for each doubling": (RATIOS, np.log2(RATIOS)),
        "by hand": ([0.72, 0.70, 0.72, 0.70], -0.5),
        "lists": (RATIOS.tolist(), np.log2(RATIOS).tolist()),
        "one ratio": (0.71, -0.49),
        "the mean ratio": (RATIOS.mean(), np.log2(RATIOS.mean())),
        "a fraction": (RATIOS, Fraction(-1, 2)),
        "by natural logarithms": (RATIOS, np.log(RATIOS.mean()) / np.log(2)),
        "from the ends": (RATIOS, np.log2(KEPT[-1] / KEPT[0]) / 4),
        "a fitted line": (RATIOS, np.polyfit(np.log([10, 20, 40, 80, 160]), np.log(KEPT), 1)[0]),
        "a list of two": [RATIOS, -0.5],
        "in float32": (RATIOS.astype(np.float32), np.float32(-0.5)),
        "rounded": (RATIOS.round(1), -0.5),
        "a column": (RATIOS[:, None], -0.5),
    },
    "hold_sigmoid": {
        "eleven": sigmoid(gain=11.0),
        "a whole number": sigmoid(gain=11),
        "by theory": sigmoid(gain=10.15),
        "other networks": sigmoid(gain=11.0, seed=4),
        "wider": sigmoid(gain=10.5, width=64),
        "in float32": sigmoid(gain=11.0, precision="float32"),
        "a NumPy scalar": sigmoid(gain=np.float64(10.5)),
        "sigma_w, by another scheme": sigmoid(scheme="scaled_normal", gain=11.0),
        "uniform weights": sigmoid(scheme="xavier_uniform", gain=11.0),
    },
}

WRONG = {
    "exponent": {
        "untouched": ((..., ...), "per_doubling is still missing"),
        "no exponent": ((RATIOS, ...), "exponent is still missing"),
        "no ratios": ((..., -0.5), "per_doubling is still missing"),
        "upside down": ((1 / RATIOS, 0.5), "upside down"),
        "one upside down": ((1.41, -0.5), "upside down"),
        "differences": ((np.diff(KEPT), -0.5), "subtracted"),
        "positive differences": ((-np.diff(KEPT), -0.5), "subtracted"),
        "to the first": ((KEPT[1:] / KEPT[0], -0.5), "half as deep"),
        "the five": ((KEPT, -0.5), "five"),
        "three": ((RATIOS[1:], -0.5), "3 numbers"),
        "halves": ((0.5, -1), "20 layers"),
        "the sign": ((RATIOS, 0.5), "grow"),
        "the ratio": ((RATIOS, 0.71), "ratio itself"),
        "natural": ((RATIOS, np.log(RATIOS).mean()), "natural"),
        "to base 10": ((RATIOS, np.log10(RATIOS).mean()), "base 10"),
        "minus one": ((RATIOS, -1), "halve"),
        "all doublings at once": ((RATIOS, np.log2(KEPT[-1] / KEPT[0])), "four doublings"),
        "upside down exponent": ((RATIOS, -2), "one over"),
        "another": ((RATIOS, 3), "2 to the power of 3"),
        "a text": ((RATIOS, "-1/2"), "text"),
        "NaN": ((RATIOS, np.nan), "NaN"),
        "ratios of nothing": (([np.inf, 0.7, 0.7, 0.7], -0.5), "not finite"),
        "the exponent alone": (-0.5, "two things"),
        "three things": ((RATIOS, -0.5, 1), "two things"),
    },
    "hold_sigmoid": {
        "untouched": (sigmoid(), "as before"),
        "too small": (sigmoid(gain=8.0), "more gain"),
        "too large": (sigmoid(gain=20.0), "less gain"),
        "zero": (sigmoid(gain=0.0), "more gain"),
        "batch norm": (sigmoid(norm="batch"), "norm"),
        "layer norm": (sigmoid(norm="layer", gain=11.0), "norm"),
        "skip connections": (sigmoid(skip="pre"), "skip"),
        "both": (sigmoid(skip="pre", norm="batch"), "a norm and skip"),
        "biases": (sigmoid(gain=11.0, sigma_b=0.1), "sigma_b"),
        "narrow": (sigmoid(gain=11.0, width=4), "luck"),
        "one network": (sigmoid(gain=11.0, seeds=1), "luck"),
        "shallow": (sigmoid(depth=2), "2 sigmoid layers"),
        "one layer": (sigmoid(depth=1), "1 sigmoid layer"),
        "another activation": (Later(lambda: flow(activation="tanh")), "sigmoid"),
        "its ratio": (Later(lambda: sigmoid(gain=11.0).make().ratio), "whole record"),
        "the gain": (11.0, "whole record"),
        "the function": (flow, "whole record"),
    },
}
