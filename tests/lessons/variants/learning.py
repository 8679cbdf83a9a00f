"""What learners hand over in lesson 06."""

from __future__ import annotations

import functools
from decimal import Decimal
from fractions import Fraction

import numpy as np

from variants import Later
from vgrad.kit.experiments.training import train_mlp

UPDATE = 4.5e-6


def as_taught(W, dW, v, rate):
    v = 0.9 * v + dW
    return W - rate * v, v


def speed(W, dW, v, rate):
    """It is the right v, and W moves along it at a rate that is another."""
    return 0.9 * v + dW


def moving(step):
    """The right v, and W less ``step`` of W, dW, the old v, the new v, and the rate."""

    def function(W, dW, v, rate):
        new = 0.9 * v + dW
        return W - step(W, dW, v, new, rate), new

    return function


def gathering(v_new):
    """Another v, and W that follows it."""

    def function(W, dW, v, rate):
        new = v_new(dW, v, rate)
        return W - rate * new, new

    return function


def entry_by_entry(W, dW, v, rate):
    new_W = np.empty(W.shape)
    new_v = np.empty(W.shape)
    for entry in np.ndindex(W.shape):
        new_v[entry] = 0.9 * v[entry] + dW[entry]
        new_W[entry] = W[entry] - rate * new_v[entry]
    return new_W, new_v


def on_copies(W, dW, v, rate):
    W = W.copy()
    v = v.copy()
    v *= 0.9
    v += dW
    W -= rate * v
    return W, v


def all_in_place(W, dW, v, rate):
    v *= 0.9
    v += dW
    W -= rate * v
    return W, v


def W_in_place(W, dW, v, rate):
    v = 0.9 * v + dW
    W -= rate * v
    return W, v


def v_in_place(W, dW, v, rate):
    v[...] = 0.9 * v + dW
    return W - rate * v, v


def dW_in_place(W, dW, v, rate):
    dW += 0.9 * v
    return W - rate * dW, dW.copy()


class Momentum:
    beta = 0.9

    def step(self, W, dW, v, rate):
        v = np.add(self.beta * v, dW)
        return np.subtract(W, rate * v), v


def in_float32(W, dW, v, rate):
    return as_taught(*(array.astype(np.float32) for array in (W, dW, v)), np.float32(rate))


MEMORY = []


def remembering(W, dW, v, rate):
    """It keeps v by itself, and so does not look at the one that comes in."""
    kept = MEMORY[-1] if MEMORY and MEMORY[-1].shape == v.shape else v * 0
    MEMORY.append(0.9 * kept + dW)
    return W - rate * MEMORY[-1], MEMORY[-1]


def sigmoid(**settings):
    return Later(lambda: train_mlp("sigmoid", **{"depth": 8, **settings}))


def adam(**settings):
    return sigmoid(**{"optimizer": "adam", "rate": 0.01, **settings})


RIGHT = {
    "momentum_step": {
        "as taught": as_taught,
        "a lambda": lambda W, dW, v, rate: (W - rate * (0.9 * v + dW), 0.9 * v + dW),
        "a list": lambda W, dW, v, rate: [W - rate * (0.9 * v + dW), 0.9 * v + dW],
        "another order": lambda W, dW, v, rate: (-rate * dW - rate * 0.9 * v + W, dW + v * 0.9),
        "a lost tenth": lambda W, dW, v, rate: (W - rate * (v - 0.1 * v + dW), v - 0.1 * v + dW),
        "an array": lambda W, dW, v, rate: np.array(as_taught(W, dW, v, rate)),
        "entry by entry": entry_by_entry,
        "on copies": on_copies,
        "in float32": in_float32,
        "in float16": lambda W, dW, v, rate: tuple(np.float16(part) for part in as_taught(W, dW, v, rate)),
        "lists": lambda W, dW, v, rate: tuple(part.tolist() for part in as_taught(W, dW, v, rate)),
        "a method": Momentum().step,
        "a partial": functools.partial(lambda beta, W, dW, v, rate: (W - rate * (beta * v + dW), beta * v + dW), 0.9),
        "other names": lambda w, g, velocity, eta: as_taught(w, g, velocity, eta),
    },
    "steps_needed": {
        "computed": 0.1 / UPDATE,
        "a NumPy scalar": 0.1 / np.float64(UPDATE),
        "an int": 22_000,
        "rounded": 20_000,
        "in float32": np.float32(0.1) / np.float32(UPDATE),
        "whole": round(0.1 / UPDATE),
        "rounded up": np.ceil(0.1 / UPDATE),
        "a fraction": Fraction(1, 10) / Fraction(UPDATE),
        "a decimal": Decimal("0.1") / Decimal("4.5e-6"),
        "a 0-d array": np.array(0.1) / UPDATE,
        "from another machine": 0.1 / 4.6e-6,
    },
    "leave_plateau": {
        "Adam": adam(),
        "slower": adam(rate=0.005),
        "a NumPy scalar": adam(rate=np.float64(0.01)),
        "other networks": adam(seed=2),
        "wider": adam(rate=0.005, width=64),
        "a rate for each": adam(rate=[0.01] * 5),
    },
}

WRONG = {
    "momentum_step": {
        "dots": (lambda W, dW, v, rate: (..., ...), "dots"),
        "v as it was": (gathering(lambda dW, v, rate: v), "still"),
        "no memory": (gathering(lambda dW, v, rate: dW), "past"),
        "all of it": (gathering(lambda dW, v, rate: v + dW), "0.9"),
        "an average": (gathering(lambda dW, v, rate: 0.9 * v + 0.1 * dW), "average"),
        "the rate in v": (gathering(lambda dW, v, rate: 0.9 * v + rate * dW), "rate"),
        "the rate and a minus in v": (gathering(lambda dW, v, rate: 0.9 * v - rate * dW), "minus"),
        "a minus in v": (gathering(lambda dW, v, rate: 0.9 * v - dW), "minus"),
        "0.9 of dW": (gathering(lambda dW, v, rate: v + 0.9 * dW), "whole"),
        "0.9 of both": (gathering(lambda dW, v, rate: 0.9 * (v + dW)), "alone"),
        "a tenth": (gathering(lambda dW, v, rate: 0.1 * v + dW), "tenth"),
        "dW squared": (gathering(lambda dW, v, rate: 0.9 * v + dW**2), "square"),
        "0.99": (gathering(lambda dW, v, rate: 0.99 * v + dW), "should be"),
        "0.9 is the rate": (gathering(lambda dW, v, rate: (1.15 - rate) * v + dW), "rate 0.5"),
        "W as it was": (moving(lambda W, dW, v, new, rate: 0 * W), "not moved"),
        "up": (moving(lambda W, dW, v, new, rate: -rate * new), "climbs"),
        "along the gradient": (moving(lambda W, dW, v, new, rate: rate * dW), "gradient alone"),
        "along the old v": (moving(lambda W, dW, v, new, rate: rate * v), "old v"),
        "no rate": (moving(lambda W, dW, v, new, rate: new), "rate is missing"),
        "the rate squared": (moving(lambda W, dW, v, new, rate: rate**2 * new), "square of the rate"),
        "the rate hard-coded": (moving(lambda W, dW, v, new, rate: 0.1 * new), "yours by 0.1"),
        "divided by the rate": (moving(lambda W, dW, v, new, rate: new / rate), "divides"),
        "the step alone": (moving(lambda W, dW, v, new, rate: rate * new + W), "step alone"),
        "dW once more": (moving(lambda W, dW, v, new, rate: rate * (new + dW)), "once more"),
        "Nesterov's": (moving(lambda W, dW, v, new, rate: rate * (0.9 * new + dW)), "should be"),
        "all in place": (all_in_place, "has changed"),
        "W in place": (W_in_place, "W, which your function was given, has changed"),
        "v in place": (v_in_place, "v, which your function was given, has changed"),
        "dW in place": (dW_in_place, "dW, which your function was given, has changed"),
        "its own memory": (remembering, "past"),
        "changed places": (lambda W, dW, v, rate: as_taught(W, dW, v, rate)[::-1], "changed places"),
        "W alone": (lambda W, dW, v, rate: as_taught(W, dW, v, rate)[0], "two things"),
        "v missing": (lambda W, dW, v, rate: (as_taught(W, dW, v, rate)[0], None), "v is still missing"),
        "transposed": (lambda W, dW, v, rate: (as_taught(W, dW, v, rate)[0].T, 0.9 * v + dW), "shape"),
        "a sum": (lambda W, dW, v, rate: (as_taught(W, dW, v, rate)[0].sum(), 0.9 * v + dW), "shape"),
        "called": (as_taught(np.ones(3), np.ones(3), np.ones(3), 0.1), "without calling"),
    },
    "steps_needed": {
        "upside down": (UPDATE / 0.1, "upside down"),
        "all of it": (1 / UPDATE, "whole size"),
        "one step": (UPDATE, "one step"),
        "a percent": (0.01 / UPDATE, "more"),
        "the steps above": (300, "three hundred"),
        "half": (0.05 / UPDATE, "more"),
        "many": (1e6, "fewer"),
        "very many": (10**300, "fewer"),
        "none": (0, "more than 0"),
        "the sign": (-0.1 / UPDATE, "more than 0"),
        "a product": (0.1 * UPDATE, "three hundred"),
        "a text": ("22000", "quotes"),
        "a list": ([22_000], "list"),
        "a thousands comma": ((22, 0), "point"),
        "complex": (22_000j, "imaginary"),
        "True": (True, "yes-or-no"),
        "NaN": (np.nan, "NaN"),
        "infinite": (np.float64(np.inf), "infinite"),
        "of each network": (0.1 / np.full(5, UPDATE), "array of 5"),
    },
    "leave_plateau": {
        "untouched": (sigmoid(rate=1.0, steps=20), "which optimizer"),
        "SGD, fast": (sigmoid(rate=10.0, steps=20), "which optimizer"),
        "momentum": (sigmoid(optimizer="momentum", rate=0.1, steps=20), "which optimizer"),
        "Adam, too slow": (adam(rate=1e-4, steps=20), "larger one"),
        "Adam, too fast": (adam(rate=1.0, steps=20), "smaller one"),
        "Adam, too short": (adam(rate=0.005, steps=5), "5 steps are too few"),
        "three of another net": (
            Later(lambda: train_mlp("tanh", depth=8, norm="batch", scheme="he_normal", steps=5)),
            "tanh, and sigmoid's is asked for; it has batch norm, and no norm is asked for; its weights are he_normal",
        ),
        "the norm alone": (sigmoid(norm="layer", steps=5), "the net is another one: it has layer norm"),
        "frozen, and one network": (adam(frozen=(1, 2), seeds=1, steps=5), "freeze none; train 5 networks or more"),
        "two slow rates": (adam(rate=[1e-4] * 4 + [2e-4], steps=20), "0.0001 and 0.0002"),
        "broken": (sigmoid(optimizer="momentum", rate=1e38, steps=20), "finite"),
        "tanh": (Later(lambda: train_mlp("tanh", depth=8, steps=5)), "sigmoid's"),
        "a norm": (sigmoid(norm="batch", steps=5), "no norm"),
        "other weights": (sigmoid(scheme="he_normal", steps=5), "Xavier's weights"),
        "tanh's twin": (sigmoid(scheme="tanh_twin", steps=5), "Xavier's weights"),
        "shallow": (sigmoid(depth=2, steps=5), "eight layers"),
        "frozen": (adam(frozen=(1, 2), steps=5), "all layers"),
        "too many steps": (adam(steps=301), "300 steps"),
        "one network": (adam(seeds=1, steps=5), "5 networks"),
        "its loss": (Later(lambda: adam(steps=5).make().final), "whole record"),
        "the rate": (0.01, "whole record"),
        "the function": (train_mlp, "whole record"),
    },
}
