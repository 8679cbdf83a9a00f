"""The exercises of the lesson on explosions and clipping.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import math

import numpy as np

from ...kit.exercises import Exercises, NotYetError, expect_function, expect_number, expect_record
from ...kit.judging import call, close, expect_parts, expect_shaped, too_few
from ...kit.slips import told
from .records import RunsRecord

LARGE = [np.array([[-3.0, 0.0], [0.0, 4.0]]), np.array([12.0, 0.0])]  # of norm 13
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
        "the direction is kept. But you divide by the square of the norm; take its root": [
            array * limit / norm**2 for array in grads
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


def _layer_15(layer) -> str | None:
    layer = float(expect_number(layer))
    if layer == 28:
        return None
    known = {
        27: "you are near. But 27 layers make 56,815, which float16 still holds, as it ends at 65,504",
        29: "you are near. But float16 has overflowed one layer before, as layer 28 makes 85,223",
        16: "that is right for a factor of 2. A smaller factor takes longer",
        219: "that is right for float32. But float16 ends at 65,504",
        1751: "that is right for float64. But float16 ends at 65,504",
    }
    if layer in known:
        return known[int(layer)]
    if layer != int(layer):
        return f"layers come whole, and {layer:.4g} is a place on a line. At which layer is the number too large first?"
    if layer > 28:
        return f"float16 has overflowed by layer {layer:g}, but an earlier one does it. Its largest number is 65,504"
    if layer < 1:
        return f"layers are counted from 1, and you give {layer:g}. How often can you multiply by 1.5 up to 65,504?"
    return f"float16 still holds what layer {layer:g} makes, which is {1.5**layer:,.5g}. Its largest number is 65,504"


def _finite_rnn(record) -> str | None:
    expect_record(record, "the whole record that train_rnn returns", "clip", "finite")
    if not isinstance(record, RunsRecord):
        return "hand over the record itself, as train_rnn has returned it"
    if record.cell != "relu_rnn" or record.gain != 1.1 or record.T != 100:
        return "you may choose the threshold. But keep the net, which is a relu_rnn with gain 1.1 and T = 100"
    if record.rate != 0.1:
        return f"you may choose the threshold. But keep the learning rate of 0.1; the record has {record.rate!r}"
    seeds, steps = record.loss.shape
    if seeds < 5 or record.steps < 100:
        few = too_few(networks=(seeds, 5), steps=(record.steps, 100))
        return f"the net is the right one. But {few}"
    if record.clip is None:
        return f"the net is the right one. But without clipping it is over at step {steps}; give clip a number"
    if record.clip < 1e-6:
        return (
            f"with a threshold of {record.clip:g} all is finite, because nothing moves to speak of; take a larger one"
        )
    if record.finite < seeds:
        stay = f"with a threshold of {record.clip:g}, {record.finite} of {seeds} networks stay finite"
        return f"the net is the right one. But {stay}; take a smaller one"
    return _other_numbers(record)


def _other_numbers(record) -> str | None:
    """Before anything is clipped, this net's first gradients are of some 1e11."""
    first = float(np.median(record.norm[:, 0]))
    if record.loss.shape[1] == record.steps and 8 < math.log10(max(first, 1e-300)) < 14:
        return None
    return (
        f"all stay finite. But the first gradient is {first:.1e} long in this record, or steps are missing, which is "
        f"not the net that is asked for. Run train_rnn again, and hand over what it returns"
    )


EXERCISES = {
    "clip_by_hand": (_clip_by_hand, "one norm over all, never enlarged, and what is infinite shows as NaN"),
    "layer_15": (_layer_15, "28 layers: 1.5 is 0.58 doublings, so that 16 doublings are 28 layers"),
    "finite_rnn": (_finite_rnn, "all stay finite; whether they have learnt anything is another question: see `last`"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
