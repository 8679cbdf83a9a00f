"""The exercises of the lesson on explosions and clipping.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import (
    Exercises,
    NotYetError,
    expect_answer,
    expect_function,
    expect_number,
    expect_record,
    is_missing,
)

LARGE = [np.array([[3.0, 0.0], [0.0, 4.0]]), np.array([12.0, 0.0])]  # of norm 13
SMALL = [array / 100 for array in LARGE]


def _clipped(grads, limit):
    norm = np.sqrt(sum((array**2).sum() for array in grads))
    return [array * min(1.0, limit / (norm + 1e-6)) for array in grads]


def _clip_by_hand(function) -> str | None:
    clip = expect_function(function, ", clip")
    large = _result(clip, LARGE)
    small = _result(clip, SMALL)
    return _of_large(large) or _of_small(small) or _of_infinite(clip)


def _result(function, grads, limit=1.0):
    """What the function makes of a copy of ``grads``; NotYetError says why it is not a list like them."""
    with np.errstate(all="ignore"):
        result = function([array.copy() for array in grads], limit)
    expect_answer(result, "; it should return the clipped arrays")
    if not isinstance(result, (list, tuple)) or len(result) != len(grads):
        raise NotYetError("return a list with an array for each array that comes in")
    if any(is_missing(part) or np.shape(part) != array.shape for part, array in zip(result, grads, strict=True)):
        raise NotYetError("each array that comes out has the shape of the one that came in")
    return [np.asarray(part, float) for part in result]


def _of_large(result) -> str | None:
    slips = {
        "a gradient of norm 13 comes out as it went in; multiply it by limit / norm": LARGE,
        "each array has got a norm of its own; a gradient is one vector, so take one norm over all of them": [
            array / np.sqrt((array**2).sum()) for array in LARGE
        ],
        "that is clipping by value: entry by entry, and the direction is another one": [
            np.clip(array, -1, 1) for array in LARGE
        ],
        "that is divided by the square of the norm; take its root": [array / 169 for array in LARGE],
        "that is divided by the sum of the arrays' norms; add their squares, and take the root": [
            array / 17 for array in LARGE
        ],
    }
    if _near(result, _clipped(LARGE, 1.0)):
        return None
    for why, slip in slips.items():
        if _near(result, slip):
            return why
    norm = np.sqrt(sum((array**2).sum() for array in result))
    return f"a gradient of norm 13, clipped at 1, has norm {norm:.4g} with yours"


def _of_small(result) -> str | None:
    if _near(result, SMALL):
        return None
    if _near(result, _clipped([100 * array for array in SMALL], 1.0)):
        return "a gradient of norm 0.13 is not to be touched, and yours makes it 1: the factor is min(1, limit / norm)"
    return "a gradient of norm 0.13 is below the limit of 1, and should come out as it went in"


def _of_infinite(function) -> str | None:
    """0 · inf = NaN: as PyTorch does it, and as arithmetic does; a mended gradient would hide what broke."""
    try:
        ((first, second),) = _result(function, [np.array([np.inf, 1.0])])
    except NotYetError as hint:
        return f"of a gradient that holds inf: {hint}"
    if np.isfinite(first):
        return "an infinite entry comes out finite, so nobody will know that it broke; let 0 · inf be NaN"
    if np.isnan(first) and second == 0:
        return None
    return f"of (inf, 1) yours makes ({first:g}, {second:g}); one over an infinite norm is 0, and 0 · inf is NaN"


def _near(result, expected) -> bool:
    return all(np.allclose(a, b, rtol=1e-4, atol=1e-9) for a, b in zip(result, expected, strict=True))


def _layer_15(layer) -> str | None:
    expect_number(layer)
    if layer == 28:
        return None
    if layer == 27:
        return "27 layers make 56,815, which float16 still holds: it ends at 65,504"
    if layer == 16:
        return "that is the answer for 2; a smaller factor takes longer"
    if layer != int(layer):
        return f"layers come whole: {layer:.4g} is where the line crosses; which is the next one?"
    if layer == 219:
        return "that is float32's; float16 ends at 65,504"
    way = "more than enough, fewer do it" if layer > 28 else "not enough yet"
    return f"1.5 to the power of {layer:g} is {1.5 ** min(float(layer), 1000.0):.3g}; 65,504 is the end: {way}"


def _finite_rnn(record) -> str | None:
    expect_record(record, "the whole record that train_rnn returns", "clip", "finite")
    if record.cell != "relu_rnn" or record.gain != 1.1 or record.T != 100:
        return "keep the net: a relu_rnn with gain 1.1 and T = 100"
    seeds = len(record.loss)
    if seeds < 5 or record.steps < 100:
        return "a few networks or steps prove little: take at least 5 networks and 100 steps"
    if record.clip is None:
        return f"without clipping, it is over at step {record.loss.shape[1]}; give clip a number"
    if record.clip == 0:
        return "a threshold of 0 is finite, as nothing moves at all; take a larger one"
    if record.finite < seeds:
        return f"{record.finite} of {seeds} stay finite with a threshold of {record.clip:g}; take a smaller one"
    return None


EXERCISES = {
    "clip_by_hand": (_clip_by_hand, "one norm over all, never enlarged, and what is infinite shows as NaN"),
    "layer_15": (_layer_15, "28 layers: 1.5 is 0.58 doublings, so that 16 doublings are 28 layers"),
    "finite_rnn": (_finite_rnn, "all stay finite; whether they have learnt anything is another question: see `last`"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
solution = _exercises.solution
