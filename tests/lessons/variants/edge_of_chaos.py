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


def one_by_one(chi):
    layers, norm = 0, 1.0
    while 0.1 < norm < 10:
        norm *= chi**0.5
        layers += 1
    return layers


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
        "4.6": lambda chi: 4.6 / abs(np.log(chi)),
        "4.61": lambda chi: 4.61 / abs(np.log(chi)),
        "in float32": lambda chi: np.float32(as_taught(chi)),
    },
    "read_xi_c": {
        "as taught": answers(),
        "from the printed digits": chained(0.017 / 0.046),
        "from two digits": [0.37, 0.91, 10.6],
        "each rounded by itself": [0.37, 0.91, 10.1],
        "s by the logarithm": answers(s=math.exp(math.log(LEFT) / 10)),
        "ξ_c without bars": answers(xi_c=-1 / math.log(SHARE)),
        "ξ_c from ten layers": answers(xi_c=10 / abs(math.log(LEFT))),
        "ξ_c in base 10": answers(xi_c=math.log10(math.e) / abs(math.log10(SHARE))),
        "a tuple": tuple(answers()),
        "an array": np.array(answers()),
        "in float32": list(np.array(answers(), "float32")),
    },
}

WRONG = {
    "tenfold": {
        "ξ": (lambda chi: 1 / abs(np.log(chi)), "that is ξ"),
        "the squared norm": (lambda chi: np.log(10) / abs(np.log(chi)), "squared norm"),
        "no bars": (lambda chi: TEN / np.log(chi), "both below 0"),
        "the logarithm of a tenth": (lambda chi: 2 * np.log(1 / 10) / abs(np.log(chi)), "both below 0"),
        "the sign above 1": (lambda chi: -TEN / np.log(chi), "both above 0"),
        "rounded up": (lambda chi: math.ceil(as_taught(chi)), "do not round"),
        "rounded": (lambda chi: round(as_taught(chi)), "do not round"),
        "counted one by one": (one_by_one, "do not count whole layers"),
        "ξ upside down": (lambda chi: TEN * abs(np.log(chi)), "ξ is upside down"),
        "another base": (lambda chi: 2 * np.log2(10) / abs(np.log(chi)), "which is e"),
        "ten": (lambda chi: 10 / abs(np.log(chi)), "2.3 and not 10"),
        "nothing above 1": (lambda chi: as_taught(chi) if chi < 1 else None, "at χ = 1.25"),
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
        "a printed difference": (answers(left=0.046 - 0.017), "a share is a quotient"),
        "upside down": (answers(left=D50 / D60), "later difference by the earlier"),
        "twenty layers": (answers(left=D60 / D40), "twenty layers"),
        "from layers 40 to 50": (chained(D50 / D40), "40 and 50, far from the fixed point"),
        "from layers 40 to 50, printed": (chained(0.046 / 0.118), "40 and 50, far from the fixed point"),
        "from layers 40 to 50, two digits": ([0.39, 0.91, 10.6], "40 and 50, far from the fixed point"),
        "from layers 30 to 40": (chained(D40 / D30), "30 and 40"),
        "one layer early": (chained(float((ALIKE - UNRELATED)[58] / (ALIKE - UNRELATED)[48])), "49 and 59"),
        "the lost share": (answers(left=1 - 0.017 / 0.046), "share that is lost"),
        "too early": (answers(left=0.7), "10 and 20, far from"),
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
