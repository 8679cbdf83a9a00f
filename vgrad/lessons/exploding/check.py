"""The exercises of the lesson on explosions and clipping.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import Exercises, NotYetError, UntouchedError, expect_function, is_missing
from ...kit.judging import call, close, expect_parts, expect_shaped
from ...kit.slips import told

LARGE = [np.array([[-3.0, 0.0], [0.0, 4.0]]), np.array([7.2, 9.6])]  # of norm 13
SMALL = [array / 100 for array in LARGE]
OTHER = [np.array([2.0]), np.array([[-1.0, 3.0, -1.0]]), np.array([[[4.0]], [[-1.0]]])]  # of the root of 32
TRIED = (  # gradients in words, and the limit
    ("norm 13", LARGE, 1.0),
    ("norm 0.13", SMALL, 1.0),
    ("norm 5.66", OTHER, 0.5),
    ("norm 13", LARGE, 5.0),
    ("norm 13", LARGE, 20.0),
    ("norm 0.13", SMALL, 0.05),
    ("norm 5.66", OTHER, 3.0),
    ("norm 4", [np.array([0.0, -4.0])], 2.5),
    ("norm 0", [0 * array for array in LARGE], 1.0),
)


def _clip_by_hand(function) -> str | None:
    clip = expect_function(function, ", clip")
    for what, grads, limit in TRIED:
        try:
            result = _result(clip, grads, limit)
        except ZeroDivisionError as problem:
            return f"a gradient of {what} may come in as well, and with that your code stops: {told(problem)}"
        why = None if _near(result, _clipped(grads, limit)) else _why(what, grads, limit, result)
        if why:
            return why
    return _of_infinite(clip)


def _clipped(grads, limit):
    norm = _norm(grads)
    return [array * min(1.0, limit / (norm + 1e-6)) for array in grads]


def _norm(grads) -> float:
    return float(np.sqrt(sum((array**2).sum() for array in grads)))


def _near(result, expected) -> bool:
    return all(close(a, b) for a, b in zip(result, expected, strict=True))


def _result(function, grads, limit):
    """What the function makes of a copy of ``grads``; NotYetError says why it is not a list like them."""
    given = call(function, grads=grads, limit=limit)
    parts = expect_parts(given, len(grads), f"a list of {len(grads)} arrays, one for each array that comes in")
    return [
        expect_shaped(part, f"array {k} of the list", array.shape)
        for k, (part, array) in enumerate(zip(parts, grads, strict=True))
    ]


def _why(what: str, grads, limit: float, result) -> str:
    norm = _norm(grads)
    if not all(np.isfinite(array).all() for array in result):
        return f"of a gradient of {what} yours makes something that is no number. Which division is by 0 there?"
    for why, slip in _slips(grads, limit, norm).items():
        if _near(result, slip):
            return f"of a gradient of {what} and a limit of {limit:g}, {why}"
    if norm <= limit:
        return f"a gradient of {what} is not above the limit of {limit:g}, so that it should come out as it went in"
    cosine = sum((a * b).sum() for a, b in zip(result, grads, strict=True)) / (norm * max(_norm(result), 1e-300))
    kept = "the direction is kept. But a" if cosine > 1 - 1e-6 else "a"
    return f"{kept} gradient of {what}, clipped at {limit:g}, comes out with norm {_norm(result):.4g}"


def _slips(grads, limit: float, norm: float) -> dict:
    if norm <= limit:
        return _slips_below(grads, limit, max(norm, 1e-300))
    sizes = [max(_norm([array]), 1e-300) for array in grads]
    return {
        "all comes out as it went in. The norm is above the limit, so multiply by a factor below 1": grads,
        "each array has got a norm of its own. A gradient is one vector, so take one norm over all arrays": [
            array * min(1, limit / size) for array, size in zip(grads, sizes, strict=True)
        ],
        "each entry is clipped, which is clipping by value. By norm, all entries get the same factor": [
            np.clip(array, -limit, limit) for array in grads
        ],
        "the direction is kept. But you divide by the norm twice, because its root is missing, or because an array is "
        "divided by it again": [array * limit / norm**2 for array in grads],
        "the direction is kept. But the norm is that of the first array alone. Take one norm over all arrays": [
            array * limit / sizes[0] for array in grads
        ],
        "the direction is kept. But you divide by the largest entry. The norm is the root of the sum of all squares": [
            array * limit / max(abs(a).max() for a in grads) for array in grads
        ],
        "the direction is kept. But you take the root of the mean of the squares, and the norm has their sum": [
            array * limit / norm * sum(a.size for a in grads) ** 0.5 for array in grads
        ],
        "the direction is kept. But you divide by the sum of the arrays' norms; add their squares, and take the root": [
            array * limit / sum(sizes) for array in grads
        ],
        "the direction is kept. But the norm comes out as limit**2": [array * limit**2 / norm for array in grads],
        "the direction is kept. But the norm comes out as 1, whatever the limit": [array / norm for array in grads],
        "the length is right. But the sign is turned, and a step would go uphill": [
            -array * limit / norm for array in grads
        ],
        "norm and limit are both there, but upside down, which makes a long gradient longer": [
            array * norm / limit for array in grads
        ],
        "you divide by the sum of all absolute values. The norm is the root of the sum of all squares": [
            array * limit / sum(abs(a).sum() for a in grads) for array in grads
        ],
    }  # fmt: skip


def _slips_below(grads, limit: float, norm: float) -> dict:
    return {
        "yours makes the norm as large as the limit. A gradient below the limit is not to be touched": [
            array * limit / norm for array in grads
        ],
        "yours makes the norm 1. A gradient below the limit is not to be touched": [array / norm for array in grads],
    }


def _of_infinite(function) -> str | None:
    """0 · inf = NaN: as PyTorch does it, and as arithmetic does; a mended gradient would hide what broke."""
    try:
        ((first, second),) = _result(function, [np.array([np.inf, 1.0])], 1.0)
    except NotYetError as hint:
        return f"finite gradients are right. Of one that holds inf, {hint}"
    if np.isfinite(first):
        return (
            "finite gradients are right. But an infinite entry comes out finite, so nobody will know that it broke. "
            "Let 0 · inf be NaN"
        )
    if np.isnan(first) and second == 0:
        return None
    return (
        f"finite gradients are right. But of (inf, 1) yours makes ({first:g}, {second:g}). One over an infinite norm "
        f"is 0, and 0 · inf is NaN"
    )


# --- the first number that is not finite ------------------------------------------------------------------------------

# of step 2, neither the sum nor the norm fits into float64
FINITE = ("step 1", np.array([0.5, -2.0])), ("step 2", np.array([[1.7e308, 1.7e308], [-1e-300, 3.0]]))
BROKEN = (  # what was computed, in its order, and the name of the first that is not finite
    (
        "inf comes first and NaN follows",
        [
            *FINITE,
            ("step 3", np.array([1.0, np.inf])),
            ("dh", np.array([np.inf, -np.inf])),
            ("loss", np.array(np.nan)),
            ("dW", np.array([np.nan, np.inf])),
        ],
        2,
    ),
    ("NaN comes first and inf follows", [*FINITE, ("loss", np.array(np.nan)), ("dh", np.array([np.inf, 1.0]))], 2),
    ("the first array holds inf", [("h", np.array([[3.0, np.inf], [1.0, 1.0]])), *FINITE], 0),
    ("-inf stands among finite numbers", [("h", np.array([[3.0, -np.inf], [1.0, 1.0]])), *FINITE], 0),
    ("the last array holds nothing but inf", [*FINITE, ("dW", np.array([np.inf, np.inf]))], 2),
    ("all numbers are finite", [*FINITE, ("loss", np.array(0.25))], None),
    ("the list is empty", [], None),
)


def _autopsy(function) -> str | None:
    find = expect_function(function, ", first_broken")
    for what, numbers, place in BROKEN:
        why = _other_name(what, numbers, place, call(find, numbers=numbers))
        if why and all(call(find, numbers=each) is None for _, each, _ in BROKEN):  # as the page has it
            raise UntouchedError(why)
        if why:
            return why
    return None


def _other_name(what: str, numbers, place: int | None, given) -> str | None:
    """Why ``given`` is not the name of the first array that is not finite, or None where it is."""
    expected = None if place is None else numbers[place][0]
    if given is None and expected is None:
        return None
    if is_missing(given):
        return f"where {what}, it returns nothing; it should return {expected!r}"
    if expected is None:
        return f"where {what}, it returns {given!r:.60}; it should return None, because nothing is broken"
    if isinstance(given, str):
        return None if given == expected else _wrong_name(what, numbers, expected, given)
    kinds = {bool: "True or False", int: "a place", np.ndarray: "the array", tuple: "name and array together"}
    kind = next((words for type_, words in kinds.items() if isinstance(given, type_)), repr(given)[:60])
    return f"where {what}, it returns {kind}; it should return the name alone, {expected!r}"


def _wrong_name(what: str, numbers, expected: str, given: str) -> str:
    arrays = dict(numbers)
    wanted = f"it should return {expected!r}, but it returns {given!r}"
    if given not in arrays:
        return f"where {what}, {wanted}, which is no name in the list"
    if np.isfinite(arrays[given]).all():
        large = "A large number is finite, even where a sum is not"
        return f"where {what}, {wanted}, which holds only finite numbers. {large}"
    if np.isnan(arrays[expected]).any():
        return f"where {what}, {wanted}. Your condition does not notice NaN"
    if np.isnan(arrays[given]).all():
        return f"where {what}, {wanted}. Your condition does not notice inf"
    if np.isinf(arrays[given]).all():
        return f"where {what}, {wanted}. One infinite entry is enough to break an array"
    return f"where {what}, {wanted}. The first broken array counts"


EXERCISES = {
    "autopsy": (
        _autopsy,
        "it names the first array that is not finite, be it inf or NaN, and None where all is well",
    ),
    "clip_by_hand": (_clip_by_hand, "one norm over all, never enlarged, and what is infinite shows as NaN"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
