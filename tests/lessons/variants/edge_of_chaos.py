"""What learners hand over in lesson 05, of order and chaos."""

from __future__ import annotations

import math

import numpy as np

from variants import Later
from vgrad.kit.experiments.flow import flow
from vgrad.lessons.edge_of_chaos import point


def at(sigma_w, sigma_b, **settings):
    return Later(lambda: point(**{"sigma_w": sigma_w, "sigma_b": sigma_b, "depth": 5, **settings}))


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
    "find_edge": {
        "with 0.2": at(1.28, 0.2),
        "with 0.1": at(1.16, 0.1),
        "with 0.3": at(1.395, 0.3),
        "on the side of order": at(1.27, 0.2),
        "on the side of chaos": at(1.30, 0.2),
        "by keyword": Later(lambda: point(activation="tanh", sigma_w=1.28, sigma_b=0.2)),
        "NumPy scalars": at(np.float64(1.28), np.float64(0.2)),
        "another depth, and other networks": at(1.28, 0.2, depth=10, seed=3, width=32),
        "in float32": at(1.28, 0.2, precision="float32"),
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
        "counted": (counted, "order"),
        "only in order": (lambda chi: as_taught(min(chi, 0.9)), "chaos"),
        "nothing": (lambda chi: None, "returns nothing"),
        "a text": (lambda chi: "ten", "number"),
        "a number": (10.3, "function itself"),
    },
    "find_edge": {
        "order": (at(1.0, 0.2), "larger σ_w"),
        "deep in order": (at(0.2, 0.2), "larger σ_w"),
        "a little order": (at(1.2, 0.2), "larger σ_w"),
        "chaos": (at(2.0, 0.2), "smaller σ_w"),
        "a little chaos": (at(1.4, 0.2), "smaller σ_w"),
        "deep in chaos": (at(4.0, 0.2), "smaller σ_w"),
        "changed places": (at(0.2, 1.28), "order"),
        "no biases": (at(1.0, 0.0), "too easy"),
        "small biases": (at(1.07, 0.05), "too easy"),
        "ReLU": (at(1.41, 0.2, activation="relu"), "tanh"),
        "sigmoid": (at(4.0, 0.2, activation="sigmoid"), "tanh"),
        "no weights": (at(0.0, 0.2), "larger σ_w"),
        "σ_w": (1.28, "whole record"),
        "ξ": (Later(lambda: at(1.28, 0.2).make().depth_scale), "whole record"),
        "two numbers": ((1.28, 0.2), "whole record"),
        "the flow": (Later(lambda: flow(scheme="scaled_normal", gain=1.28, sigma_b=0.2)), "whole record"),
        "the function": (point, "whole record"),
    },
}
