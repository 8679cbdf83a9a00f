"""What learners hand over in lesson 05, of order and chaos."""

from __future__ import annotations

import math

import numpy as np

from vgrad import theory

ALIKE, UNRELATED = (theory.correlations(60, "tanh", 1.67, 0.22, c) for c in (0.99, 0.0))
D30, D40, D50, D60 = (float(d) for d in (ALIKE - UNRELATED)[29::10])
LEFT = D60 / D50
SHARE = LEFT**0.1
XI_C = 1 / abs(math.log(SHARE))


def answers(left=LEFT, s=SHARE, xi_c=XI_C):
    return [left, s, xi_c]


def chained(left):
    return [left, left**0.1, 1 / abs(math.log(left**0.1))]


TEN = 2 * np.log(10)


def as_taught(chi):
    xi = 1 / abs(np.log(chi))
    return TEN * xi


def by_hand(chi):
    """Layers are added until the norm has changed tenfold, and the last one counts in part."""
    return math.log(100) / math.log(max(chi, 1 / chi))


def by_side(chi):
    if chi < 1:
        return math.log(0.01, chi)
    return math.log(100, chi)


def counted(chi):
    return 10 if chi < 1 else 20


RIGHT = {
    "tenfold": {
        "as taught": as_taught,
        "in base 10": lambda chi: 2 / abs(np.log10(chi)),
        "by hand": by_hand,
        "by side": by_side,
        "of the root": lambda chi: np.log(10) / abs(np.log(chi**0.5)),
        "a 0-d array": lambda chi: np.array(as_taught(chi)),
        "in base 2": lambda chi: 2 * np.log2(10) / abs(np.log2(chi)),
        "rounded to four digits": lambda chi: float(f"{as_taught(chi):.4g}"),
        "in float32": lambda chi: np.float32(as_taught(chi)),
    },
    "read_xi_c": {
        "as taught": answers(),
        "from the printed digits": chained(0.017 / 0.046),
        "from two digits": [0.37, 0.91, 10.6],
        "s by the logarithm": answers(s=math.exp(math.log(LEFT) / 10)),
        "ξ_c without bars": answers(xi_c=-1 / math.log(SHARE)),
        "ξ_c from ten layers": answers(xi_c=10 / abs(math.log(LEFT))),
        "ξ_c in base 10": answers(xi_c=math.log10(math.e) / abs(math.log10(SHARE))),
        "a tuple": tuple(answers()),
        "an array": np.array(answers()),
        "in float32": list(np.array(answers(), "float32")),
        "from layers 40 to 50": chained(D50 / D40),
    },
}

WRONG = {
    "tenfold": {
        "ξ": (lambda chi: 1 / abs(np.log(chi)), "that is ξ"),
        "the squared norm": (lambda chi: np.log(10) / abs(np.log(chi)), "squared norm"),
        "no bars": (lambda chi: TEN / np.log(chi), "above 0"),
        "e times": (lambda chi: 2 / abs(np.log(chi)), "factor of e in the norm"),
        "ten times ξ": (lambda chi: 20 / abs(np.log(chi)), "ln 10"),
        "mixed bases": (lambda chi: TEN / abs(np.log10(chi)), "natural logarithm"),
        "the root twice": (lambda chi: np.log(10) / 2 / abs(np.log(chi)), "halves it twice"),
        "counted": (counted, "ordered phase"),
        "only in the ordered phase": (lambda chi: as_taught(min(chi, 0.9)), "chaotic phase"),
        "nothing": (lambda chi: None, "returns nothing"),
        "a text": (lambda chi: "ten", "number"),
        "a number": (10.3, "function itself"),
    },
    "read_xi_c": {
        "a difference": (answers(left=D50 - D60), "a share is a quotient"),
        "upside down": (answers(left=D50 / D60), "later difference by the earlier"),
        "twenty layers": (answers(left=D60 / D40), "twenty layers"),
        "too early": (answers(left=0.7), "far from rest"),
        "one pair": (answers(left=float(ALIKE[59] / ALIKE[49])), "two correlations"),
        "another left": (answers(left=0.1), "difference at layer 60"),
        "s is left": (answers(s=LEFT), "ten layers leave"),
        "a tenth": (answers(s=LEFT / 10), "tenth root"),
        "a tenth of the loss": (answers(s=1 - (1 - LEFT) / 10), "take the root"),
        "a power": (answers(s=LEFT**10), "power ten"),
        "a square root": (answers(s=LEFT**0.5), "square root"),
        "another s": (answers(s=0.2), "s to the power ten"),
        "below 0": (answers(xi_c=1 / math.log(SHARE)), "above 0"),
        "the logarithm alone": (answers(xi_c=-math.log(SHARE)), "1 divided by it"),
        "from left": (answers(xi_c=1 / abs(math.log(LEFT))), "ten layers as one"),
        "mixed bases": (answers(xi_c=1 / abs(math.log10(SHARE))), "natural logarithm"),
        "ten times": (answers(xi_c=10 * XI_C), "multiply by ten"),
        "squared": (answers(xi_c=2 * XI_C), "factor of two"),
        "of a root": (answers(xi_c=XI_C / 2), "factor of a half"),
        "another scale": (answers(xi_c=30), "a share of 1/e"),
        "dots": ([..., ..., ...], "fill in left, s and xi_c"),
        "one is missing": ([LEFT, SHARE, ...], "put xi_c"),
        "one number": (XI_C, "three numbers in a list"),
        "two numbers": ([LEFT, XI_C], "three numbers in a list"),
        "a text": (["a third", SHARE, XI_C], "left should be a number"),
    },
}
