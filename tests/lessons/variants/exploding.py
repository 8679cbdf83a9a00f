"""What learners hand over in the lesson on explosions and clipping."""

from __future__ import annotations

import math

import numpy as np


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


def first_of(broken):
    """An autopsy that names the first array of which ``broken`` is true."""
    return lambda numbers: next((name for name, array in numbers if broken(array)), None)


def by_entries(numbers):
    for name, array in numbers:
        for entry in np.ravel(array):
            if not math.isfinite(entry):
                return name
    return None


def of_a_list(numbers):
    broken = [name for name, array in numbers if not np.isfinite(array).all()]
    return broken[0] if broken else None


def backwards(numbers):
    found = None
    for name, array in reversed(numbers):
        if not np.isfinite(array).all():
            found = name
    return found


def gives_up(numbers):
    for name, array in numbers:
        return None if np.isfinite(array).all() else name
    return None


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
    "autopsy": {
        "as the lesson has it": first_of(lambda array: not np.isfinite(array).all()),
        "by any": first_of(lambda array: (~np.isfinite(array)).any()),
        "by both names": first_of(lambda array: np.isnan(array).any() or np.isinf(array).any()),
        "by the sum of what is wrong": first_of(lambda array: np.sum(np.isnan(array) | np.isinf(array)) > 0),
        "by 0 times it": first_of(lambda array: not np.all(0 * array == 0)),
        "by entries": by_entries,
        "by next": lambda numbers: next((name for name, array in numbers if not np.all(np.isfinite(array))), None),
        "by a list of all": of_a_list,
        "backwards": backwards,
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
            "first array alone",
        ),
        "nought becomes NaN": (
            by(lambda norm, limit: limit / norm if norm == 0 else min(1, limit / norm)), "no number",
        ),
        "nought raises": (divides_by_nought, "norm 0"),
        "divided by the norm again": (by(lambda norm, limit: min(1, limit / norm) / norm), "divided by it again"),
        "the largest entry": (
            lambda grads, limit: [array * min(1, limit / max(abs(a).max() for a in grads)) for array in grads],
            "largest entry",
        ),
        "the root of a mean": (
            lambda grads, limit: [
                array * min(1, limit / np.sqrt(np.mean(np.concatenate([a.ravel() ** 2 for a in grads]))))
                for array in grads
            ],
            "the norm has their sum",
        ),
        "flat": (lambda grads, limit: [array.ravel() for array in with_if(grads, limit)], "shape"),
        "one array": (lambda grads, limit: with_if(grads, limit)[0], "array 0"),
        "the norm too": (lambda grads, limit: (with_if(grads, limit), norm_of(grads)), "array 0"),
        "overwritten": (in_place, "has changed"),
        "replaced in the list": (replaces_in_the_list, "has changed"),
        "an infinite one mended": (mended, "nobody will know"),
        "an infinite one left": (left_infinite, "0 · inf is NaN"),
        "an infinite one set to 0": (nought_if_infinite, "nobody will know"),
    },
    "autopsy": {
        "no inf": (first_of(lambda array: np.isnan(array).any()), "it should return 'step 3', but it returns 'loss'"),
        "no NaN": (first_of(lambda array: np.isinf(array).any()), "does not notice NaN"),
        "no -inf": (
            first_of(lambda array: np.isnan(array).any() or (array == np.inf).any()), "-inf stands among",
        ),
        "only where all is broken": (first_of(lambda array: not np.isfinite(array).any()), "One infinite entry"),
        "what is large": (first_of(lambda array: (abs(array) > 1e100).any()), "A large number is finite"),
        "a sum": (first_of(lambda array: not np.isfinite(array.sum())), "even where a sum is not"),
        "a mean": (first_of(lambda array: not np.isfinite(array.mean())), "even where a sum is not"),
        "a norm": (first_of(lambda array: not np.isfinite(np.linalg.norm(array))), "even where a sum is not"),
        "without the first": (lambda numbers: of_a_list(numbers[1:]), "where the first array holds inf"),
        "what is finite": (first_of(lambda array: np.isfinite(array).all()), "only finite numbers"),
        "the last": (
            lambda numbers: ([None] + [name for name, array in numbers if not np.isfinite(array).all()])[-1],
            "The first broken array counts",
        ),
        "the array": (
            lambda numbers: next((array for _, array in numbers if not np.isfinite(array).all()), None), "the array",
        ),
        "its place": (
            lambda numbers: next((k for k, (_, a) in enumerate(numbers) if not np.isfinite(a).all()), None), "a place",
        ),
        "the pair": (
            lambda numbers: next((pair for pair in numbers if not np.isfinite(pair[1]).all()), None), "together",
        ),
        "whether there is one": (
            lambda numbers: any(not np.isfinite(array).all() for _, array in numbers), "True or False",
        ),
        "after the first": (gives_up, "returns nothing"),
        "a word for none": (
            lambda numbers: next((name for name, array in numbers if not np.isfinite(array).all()), "none"),
            "it should return None",
        ),
    },
}  # fmt: skip
