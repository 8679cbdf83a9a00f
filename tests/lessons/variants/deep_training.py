"""What learners hand over in the lesson on training fifty layers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from vgrad import models, tape


def in_loops(hidden, width):
    sizes = [2, *[width] * hidden, 2]
    return sum((rows + 1) * columns for rows, columns in pairwise(sizes))


def by_arrays(hidden, width):
    rows = np.array([2, *[width] * hidden])
    columns = np.array([*[width] * hidden, 2])
    return (rows * columns).sum() + columns.sum()


class Net:
    def count(self, hidden, width=36):
        return 3 * width + (hidden - 1) * (width * width + width) + 2 * width + 2


def of_the_package(hidden, width):
    layers = models.init_mlp([2, *[width] * hidden, 2], scheme="he_normal", rng=np.random.default_rng(0))
    return sum(array.size for array in tape.leaves(layers))


def parts(hidden, width, first=3, between=1, last=2):
    """The right count with parts of its own: per unit, of the layers between, and of the outputs."""
    return first * width + between * (hidden - 1) * (width + 1) * width + last * (width + 1)


def rising(rate, steps, t):
    return rate * t / steps if t < steps else rate


RIGHT = {
    "weights": {
        "as the lesson has it": parts,
        "in loops": in_loops,
        "by arrays": by_arrays,
        "a method": Net().count,
        "of the package": of_the_package,
        "in float32": lambda hidden, width: np.float32(parts(hidden, width)),
        "multiplied out": lambda hidden, width: (hidden - 1) * width**2 + (hidden + 4) * width + 2,
    },
    "warm": {
        "as the lesson has it": lambda rate, steps, t: rate * min(1.0, t / steps),
        "by np.minimum": lambda rate, steps, t: rate * np.minimum(1, t / steps),
        "with if": rising,
        "by clip": lambda rate, steps, t: np.clip(t / steps, 0, 1) * rate,
        "the steps cut": lambda rate, steps, t: rate * min(t, steps) / steps,
        "in float32": lambda rate, steps, t: np.float32(rate) * np.float32(min(1, t / steps)),
        "by interp": lambda rate, steps, t: np.interp(t, [0, steps], [0, rate]),
    },
}
WRONG = {
    "weights": {
        "no bias": (lambda hidden, width: (hidden - 1) * width**2 + 4 * width, "also has a bias"),
        "outputs without a bias": (lambda hidden, width: parts(hidden, width) - 2, "each of the two outputs"),
        "units without a bias": (lambda hidden, width: parts(hidden, width) - hidden * width, "each hidden unit also"),
        "between without a bias": (
            lambda hidden, width: parts(hidden, width) - (hidden - 1) * width,
            "between layers, each unit",
        ),
        "one layer too many": (lambda hidden, width: parts(hidden + 1, width), "counted twice"),
        "one layer between": (lambda hidden, width: parts(2, width), "right for two hidden layers"),
        "nothing between": (lambda hidden, width: parts(hidden, width, between=0), "between are missing"),
        "no outputs": (lambda hidden, width: parts(hidden, width, last=0), "outputs are missing"),
        "a square first layer": (lambda hidden, width: parts(hidden, width, first=width + 1), "only two inputs"),
        "one output": (lambda hidden, width: parts(hidden, width, last=1), "there are two outputs"),
        "first without a bias": (lambda hidden, width: parts(hidden, width) - width, "two weights and a bias"),
        "one bias for each layer": (
            lambda hidden, width: 4 * width + (hidden - 1) * width**2 + hidden + 1,
            "one for each layer",
        ),
        "the biases of one layer between": (
            lambda hidden, width: parts(hidden, width) - (hidden - 2) * width,
            "biases are missing",
        ),
        "one bias of two": (lambda hidden, width: parts(hidden, width) - 1, "two outputs have two biases"),
        "one layer between at least": (
            lambda hidden, width: parts(max(hidden, 2), width),
            "with 1 hidden layer of 7 units",
        ),
        "doubled": (lambda hidden, width: 2 * parts(hidden, width), "You count"),
        "three numbers": (lambda hidden, width: [3 * width, 0, 2 * width + 2], "one number"),
    },
    "warm": {
        "without an end": (lambda rate, steps, t: rate * t / steps, "stay at its full value"),
        "the larger": (lambda rate, steps, t: rate * max(1.0, t / steps), "take the smaller"),
        "the share alone": (lambda rate, steps, t: min(1.0, t / steps), "multiplied by the rate"),
        "from 0": (lambda rate, steps, t: rate * min(1.0, (t - 1) / steps), "do not subtract 1"),
        "no warm-up": (lambda rate, steps, t: rate, "only a share"),
        "upside down": (lambda rate, steps, t: rate * min(1.0, steps / t), "upside down"),
        "a parabola": (lambda rate, steps, t: rate * min(1.0, t / steps) ** 2, "straight line"),
        "divided": (lambda rate, steps, t: rate / min(1.0, t / steps), "not divided"),
        "whole steps": (lambda rate, steps, t: rate * min(1.0, t // steps), "drops the fraction"),
        "a jump": (lambda rate, steps, t: 0 if t < steps else rate, "until it jumps"),
        "full from the middle": (lambda rate, steps, t: rate if t > steps / 2 else rate * t / steps, "step 51"),
        "full in the last tenth": (lambda rate, steps, t: rate if t > 0.9 * steps else rate * t / steps, "step 91"),
        "full one step early": (lambda rate, steps, t: rate if t >= steps - 1 else rate * t / steps, "step 99"),
        "seven steps at least": (lambda rate, steps, t: rate * min(1.0, t / max(steps, 7)), "steps = 3"),
        "two steps at least": (lambda rate, steps, t: rate * min(1.0, t / max(steps, 2)), "steps = 1"),
        "no single step": (lambda rate, steps, t: rate * min(1.0, t / steps) if steps > 1 else 0.0, "steps = 1"),
        "nothing afterwards": (lambda rate, steps, t: rate * t / steps if t <= steps else None, "at t = 101"),
        "added": (lambda rate, steps, t: rate + min(1.0, t / steps), "not added"),
        "half": (lambda rate, steps, t: rate * min(1.0, 0.5 * t / steps), "should have the rate"),
    },
}
