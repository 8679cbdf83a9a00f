"""What learners hand over in lesson 03."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from vgrad.kit.experiments.flow import flow

RELU = ("relu", "xavier_normal")  # the pairs of the folded solution
TANH = ("tanh", "xavier_normal")
HE = ("sigmoid", "he_normal")
KEPT = np.array([0.391, 0.282, 0.196, 0.141, 0.099])  # what the exercise's own nets keep
RATIOS = KEPT[1:] / KEPT[:-1]


RIGHT = {
    "exponent": {
        "as taught": (RATIOS, np.log2(RATIOS).mean()),
        "by hand": ([0.72, 0.70, 0.72, 0.70], -0.5),
        "lists": [RATIOS.tolist(), -0.49],
        "of one doubling": (RATIOS, np.log2(RATIOS[0])),
        "in reverse": (RATIOS[::-1], -0.5),
        "a fraction": (RATIOS, Fraction(-1, 2)),
        "by natural logarithms": (RATIOS, np.log(RATIOS.mean()) / np.log(2)),
        "from the ends": (RATIOS, np.log2(KEPT[-1] / KEPT[0]) / 4),
        "a fitted line": (RATIOS, np.polyfit(np.log([10, 20, 40, 80, 160]), np.log(KEPT), 1)[0]),
        "a list of two": [RATIOS, -0.5],
        "in float32": (RATIOS.astype(np.float32), np.float32(-0.5)),
        "rounded": (RATIOS.round(1), -0.5),
        "a column": (RATIOS[:, None], -0.5),
    },
    "refute": {
        "as taught": [RELU, TANH, HE],
        "another row": [("relu", "torch_linear"), ("tanh", "orthogonal"), ("gelu", "he_normal")],
        "what explodes does not hold": [("relu", "orthogonal"), ("tanh", "he_normal"), ("identity", "he_normal")],
        "as the table writes it": [("ReLU", "Xavier normal"), ("tanh", "He normal"), ("SiLU", "He normal")],
        "capitals": [("RELU", "XAVIER_NORMAL"), TANH, ("Softplus", "he normal")],
        "linear": [RELU, TANH, ("linear", "he_normal")],
        "a tuple": (RELU, TANH, HE),
        "lists": [list(RELU), list(TANH), list(HE)],
        "an array": np.array([RELU, TANH, HE]),
        "a dict": {"first": RELU, "second": TANH, "third": HE},
        "with spaces": [(" relu ", "xavier_normal"), TANH, HE],
    },
}

WRONG = {
    "exponent": {
        "untouched": ((..., ...), "per_doubling is still missing"),
        "no exponent": ((RATIOS, ...), "p is still missing"),
        "no ratios": ((..., -0.5), "per_doubling is still missing"),
        "upside down": ((1 / RATIOS, 0.5), "upside down"),
        "one ratio": ((0.71, -0.5), "1 number"),
        "the mean ratio": ((RATIOS.mean(), -0.5), "1 number"),
        "an exponent for each doubling": ((RATIOS, np.log2(RATIOS)), "one number for all doublings"),
        "four exponents in a list": ((RATIOS, np.log2(RATIOS).tolist()), "take the mean of the four"),
        "too small": ((RATIOS, -0.45), "2 to the power of -0.45"),
        "too large": ((RATIOS, -0.55), "2 to the power of -0.55"),
        "far from the natural one": ((RATIOS, -0.4), "2 to the power of -0.4"),
        "far from that to base 10": ((RATIOS, -0.135), "2 to the power of -0.135"),
        "differences": ((np.diff(KEPT), -0.5), "subtracted"),
        "positive differences": ((-np.diff(KEPT), -0.5), "subtracted"),
        "to the first": ((KEPT[1:] / KEPT[0], -0.5), "half as deep"),
        "the five": ((KEPT, -0.5), "five"),
        "three": ((RATIOS[1:], -0.5), "3 numbers"),
        "halves": (([0.5] * 4, -1), "20 layers"),
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
    "refute": {
        "untouched": (
            [("relu", ...), ("tanh", ...), (..., "he_normal")],
            "claim 1: the initialization is still missing",
        ),
        "the second": ([RELU, ("tanh", ...), HE], "claim 2: the initialization is still missing"),
        "the third": ([RELU, TANH, (..., "he_normal")], "claim 3: the activation is still missing"),
        "ReLU that holds": (
            [("relu", "he_normal"), TANH, HE],
            "claim 1: with 'relu' and 'he_normal' the gradient holds",
        ),
        "tanh that vanishes": ([RELU, ("tanh", "torch_linear"), HE], "claim 2: with 'tanh'"),
        "He that holds": ([RELU, TANH, ("relu", "he_normal")], "claim 3: with 'relu'"),
        "another activation": ([("sigmoid", "he_normal"), TANH, HE], "it speaks of ReLU"),
        "another initialization": ([RELU, TANH, ("sigmoid", "orthogonal")], "it speaks of He's weights"),
        "the other way round": ([("xavier_normal", "relu"), TANH, HE], "the activation comes first"),
        "a typing error": ([("relu", "xavier_norm"), TANH, HE], "'xavier_norm' is no initialization"),
        "half a name": ([("relu", "xavier"), TANH, HE], "which has 'torch_linear', 'xavier_normal'"),
        "a row that the table does not have": ([("relu", "lecun_normal"), TANH, HE], "no initialization of the table"),
        "a row of the second": ([RELU, ("tanh", "xavier_uniform"), HE], "no initialization of the table"),
        "no activation": ([RELU, TANH, ("maxout", "he_normal")], "'maxout' is no activation"),
        "a record": ([flow, TANH, HE], "a pair has two names"),
        "numbers": ([RELU, TANH, (-18.3, "he_normal")], "-18.3 is no activation"),
        "three names": ([(*RELU, "he_normal"), TANH, HE], "a pair has two names"),
        "two pairs": ([RELU, TANH], "three pairs"),
        "one pair": (RELU, "three pairs"),
    },
}
