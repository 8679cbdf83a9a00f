"""What learners hand over in the lesson on explosions and clipping."""

from __future__ import annotations

import math
from fractions import Fraction
from types import SimpleNamespace

import numpy as np

from vgrad.lessons.exploding import train_rnn

from . import Later


def norm_of(grads):
    return np.sqrt(sum((array**2).sum() for array in grads))


def by(factor):
    """Clipping that multiplies by factor(norm, limit)."""
    return lambda grads, limit: [array * factor(norm_of(grads), limit) for array in grads]


def with_if(grads, limit):
    norm = math.sqrt(sum(float(np.sum(np.square(array))) for array in grads))
    if norm <= limit:
        return grads
    return [limit / norm * array for array in grads]


def of_one_vector(grads, limit):
    vector = np.concatenate([np.ravel(array) for array in grads])
    norm = np.linalg.norm(vector)
    clipped = vector / max(norm / limit, 1.0)
    ends = np.cumsum([array.size for array in grads])[:-1]
    return [part.reshape(array.shape) for part, array in zip(np.split(clipped, ends), grads, strict=True)]


def in_loops(grads, limit):
    total = 0.0
    for array in grads:
        for entry in array.flat:
            total += entry * entry
    norm = total**0.5
    factor = limit / norm if norm > limit else 1.0
    clipped = []
    for array in grads:
        clipped.append(array * factor)
    return tuple(clipped)


def in_float32(grads, limit):
    return by(lambda norm, limit: np.float32(min(1.0, limit / (norm + 1e-6))))(
        [np.float32(array) for array in grads], limit
    )


class Clipper:
    def clip(self, gradients, max_norm=1.0):
        norm = np.sqrt(np.sum([np.vdot(array, array) for array in gradients]))
        return (array * np.minimum(1, max_norm / norm) for array in gradients)


def each_alone(grads, limit):
    return [array * min(1.0, limit / (norm_of([array]) + 1e-6)) for array in grads]


def in_place(grads, limit):
    factor = min(1.0, limit / (norm_of(grads) + 1e-6))
    for array in grads:
        array *= factor
    return grads


def replaces_in_the_list(grads, limit):
    factor = min(1.0, limit / (norm_of(grads) + 1e-6))
    for k, array in enumerate(grads):
        grads[k] = array * factor
    return grads


def divides_by_nought(grads, limit):
    norm = math.sqrt(sum(float((array**2).sum()) for array in grads))
    return [array * min(1.0, limit / norm) for array in grads]


def mended(grads, limit):
    return [np.nan_to_num(array) for array in with_if(grads, limit)]


def left_infinite(grads, limit):
    return with_if(grads, limit) if np.isfinite(norm_of(grads)) else grads


def nought_if_infinite(grads, limit):
    return with_if(grads, limit) if np.isfinite(norm_of(grads)) else [0 * np.ones_like(array) for array in grads]


def doubling():
    number, layer = np.float16(1), 0
    with np.errstate(over="ignore"):
        while np.isfinite(number):
            number, layer = number * np.float16(1.5), layer + 1
    return layer


def trained(**settings):
    return Later(lambda: train_rnn(**dict(T=100, steps=100) | settings))


RIGHT = {
    "clip_by_hand": {
        "as the lesson has it": by(lambda norm, limit: min(1.0, limit / (norm + 1e-6))),
        "without epsilon": by(lambda norm, limit: min(1.0, limit / norm)),
        "with if": with_if,
        "as one vector": of_one_vector,
        "in loops, and a tuple": in_loops,
        "in float32": in_float32,
        "a method that yields": Clipper().clip,
        "over the larger of both": by(lambda norm, limit: limit / max(norm, limit)),
        "a norm of norms": lambda grads, limit: [
            array * np.minimum(1, limit / np.linalg.norm([np.linalg.norm(a) for a in grads])) for array in grads
        ],
    },
    "layer_15": {
        "28": 28,
        "28.0": 28.0,
        "by logarithms": int(np.ceil(16 / np.log2(1.5))),
        "rounded up, a float": np.ceil(16 / np.log2(1.5)),
        "of NumPy's whole numbers": np.int64(28),
        "an array of no dimension": np.array(28),
        "a fraction": Fraction(56, 2),
        "counted": doubling(),
        "of the largest number": math.floor(math.log(65504) / math.log(1.5)) + 1,
    },
    "finite_rnn": {
        "the lesson's": trained(clip=5.0),
        "one": trained(clip=1.0),
        "a whole number": trained(clip=2),
        "large": trained(clip=300.0),
        "small": trained(clip=0.01),
        "another seed": trained(clip=1.0, seed=4),
        "more networks": trained(clip=1.0, seeds=6),
        "more steps": trained(clip=1.0, steps=120),
    },
}
WRONG = {
    "clip_by_hand": {
        "untouched": (lambda grads, limit: grads, "as it went in"),
        "a norm each": (each_alone, "one vector"),
        "by value": (lambda grads, limit: [np.clip(array, -limit, limit) for array in grads], "by value"),
        "the norm squared": (by(lambda norm, limit: min(1, limit / norm**2)), "root"),
        "the limit squared": (by(lambda norm, limit: min(1, limit**2 / norm)), "limit**2"),
        "a sum of norms": (
            lambda grads, limit: [array * min(1, limit / sum(norm_of([a]) for a in grads)) for array in grads],
            "add their squares",
        ),
        "a sum of absolute values": (
            lambda grads, limit: [array * min(1, limit / sum(abs(a).sum() for a in grads)) for array in grads],
            "absolute values",
        ),
        "a sum of entries": (
            lambda grads, limit: [array * min(1, limit / abs(sum(a.sum() for a in grads))) for array in grads],
            "norm",
        ),
        "never less": (by(lambda norm, limit: limit / norm), "below the limit"),
        "always 1": (by(lambda norm, limit: 1 / norm), "not to be touched"),
        "the limit ignored": (by(lambda norm, limit: min(1, 1 / norm)), "whatever the limit"),
        "a limit of 5": (by(lambda norm, limit: min(1, 5 / norm)), "norm"),
        "clipped if above 1": (by(lambda norm, limit: limit / norm if norm > 1 else 1), "below the limit"),
        "upside down": (by(lambda norm, limit: max(1, norm / limit)), "upside down"),
        "the sign": (by(lambda norm, limit: -min(1, limit / norm)), "uphill"),
        "half": (by(lambda norm, limit: min(1, limit / norm / 2)), "direction is kept"),
        "the first array alone": (
            lambda grads, limit: [array * min(1, limit / norm_of(grads[:1])) for array in grads],
            "norm 13",
        ),
        "nought becomes NaN": (
            by(lambda norm, limit: limit / norm if norm == 0 else min(1, limit / norm)), "no number",
        ),
        "nought raises": (divides_by_nought, "norm 0"),
        "flat": (lambda grads, limit: [array.ravel() for array in with_if(grads, limit)], "shape"),
        "one array": (lambda grads, limit: with_if(grads, limit)[0], "array 0"),
        "the norm too": (lambda grads, limit: (with_if(grads, limit), norm_of(grads)), "array 0"),
        "overwritten": (in_place, "has changed"),
        "replaced in the list": (replaces_in_the_list, "has changed"),
        "an infinite one mended": (mended, "nobody will know"),
        "an infinite one left": (left_infinite, "0 · inf is NaN"),
        "an infinite one set to 0": (nought_if_infinite, "nobody will know"),
    },
    "layer_15": {
        "one before": (27, "65,504"),
        "one behind": (29, "one layer before"),
        "of 2": (16, "smaller factor"),
        "not whole": (16 / np.log2(1.5), "whole"),
        "float32's": (219, "float32"),
        "float64's": (1751, "float64"),
        "too few": (10, "still holds"),
        "too many": (40, "earlier"),
        "far too many": (5000, "earlier"),
        "none": (0, "counted from 1"),
        "negative": (-28, "counted from 1"),
        "a text": ("28", "text"),
        "the largest number": (65504, "earlier"),
    },
    "finite_rnn": {
        "as it stands": (trained(), "clip a number"),
        "too large": (trained(clip=1e4), "smaller"),
        "far too large": (trained(clip=1e12), "smaller"),
        "nothing moves": (trained(clip=0.0), "nothing moves"),
        "nearly nothing moves": (trained(clip=1e-12), "nothing moves"),
        "few networks": (trained(clip=5.0, seeds=2), "5 networks"),
        "few steps": (trained(clip=5.0, steps=20), "100 steps"),
        "another gain": (trained(gain=1.0, clip=5.0, steps=5), "gain 1.1"),
        "another cell": (trained(cell="rnn", clip=5.0, steps=5), "relu_rnn"),
        "a short sequence": (trained(T=20, clip=5.0, steps=5), "T = 100"),
        "another learning rate": (trained(rate=1e-9, clip=1e4, steps=5), "learning rate"),
        "called T = 100": (Later(lambda: train_rnn(T=10, steps=100, clip=5.0)._replace(T=100)), "not the net"),
        "called clipped": (Later(lambda: train_rnn(T=100, steps=100)._replace(clip=5.0)), "stay finite"),
        "the threshold": (5.0, "whole record"),
        "made by hand": (SimpleNamespace(clip=5.0, finite=5), "record itself"),
    },
}  # fmt: skip
