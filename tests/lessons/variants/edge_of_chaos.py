"""What learners hand over in lesson 04, of order and chaos."""

from __future__ import annotations

import numpy as np

from variants import Later
from vgrad.kit.experiments.flow import flow
from vgrad.lessons.edge_of_chaos import point


def at(sigma_w, sigma_b, **settings):
    return Later(lambda: point(**{"sigma_w": sigma_w, "sigma_b": sigma_b, "depth": 5, **settings}))


RIGHT = {
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
