"""The exercises of the lesson on attention.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ... import gradcheck, ops
from ...kit.exercises import Exercises, expect_record
from ...kit.judging import (
    Case,
    Words,
    apart,
    close,
    counted,
    expect_parts,
    expect_shaped,
    find_slip,
    judge_pullback,
    too_few,
)
from .measure.columns import token_columns
from .records import ColumnsRecord

WORDS = Words("y", "the softmax of q @ k.T / √d, times v", "dy")
THREE = "three arrays, dq, dk and dv"
BLOCKS = 24
LEAST = 1 / 30  # of what W_v receives


# --- attention and its backward pass ----------------------------------------------------------------------------------


def _attention(function) -> str | None:
    why = judge_pullback(function, _cases(), WORDS, _slips_of_y, _judged)
    if why:
        return why
    rng = np.random.default_rng(14)
    found = gradcheck.directional(lambda qkv: function(*qkv), tuple(rng.standard_normal((3, 4, 3))), rng=rng)
    if found.verdict == "wrong":
        return f"in the examples all is right. But difference quotients disagree, because {found}"
    return None


def _cases() -> list[Case]:
    rng = np.random.default_rng(0)
    return [_case(*shape, rng) for shape in ((3, 2), (5, 4), (2, 9), (4, 1))]


def _case(T: int, d: int, rng) -> Case:
    q, k, v, *dy = rng.standard_normal((5, T, d))
    y, _ = ops.attention(q, k, v)
    return Case(f"{T} tokens of {counted(d, 'number')}", dict(q=q, k=k, v=v), y, tuple(dy))


def _p(s):
    return ops.softmax(s)[0]


def _slips_of_y(case: Case) -> dict:
    q, k, v = case.inputs.values()
    d = q.shape[-1]
    s = q @ k.T
    slips = {
        "in step 1 the products are right. But they still have to be divided by √d, so multiply by c": _p(s) @ v,
        "in step 1 you divide by d. But a score is divided by √d, which is what c is for": _p(s / d) @ v,
        "in step 1 you multiply by √d. But a score is divided by it, so multiply by c": _p(s * d**0.5) @ v,
        "in step 1 q and k are exchanged. But each row belongs to a token that looks, so q comes first": (
            _p(s.T / d**0.5) @ v
        ),
        "in step 1 the keys are missing. But a score is a product of a query and a key": _p(q @ q.T / d**0.5) @ v,
        "in step 1 the sign is turned. But a token looks at the keys that fit its query": _p(-s / d**0.5) @ v,
    }
    right = case.output
    return {hint: y for hint, y in slips.items() if not np.allclose(y, right)}


def _judged(case: Case, dy, given) -> str | None:
    """The learner's dq, dk and dv against those of ``ops.attention``; the slips of each step by their own numbers."""
    q, k, v = case.inputs.values()
    right = ops.attention(q, k, v)[1](dy)
    parts = expect_parts(given, 3, THREE)
    dq, dk, dv = (expect_shaped(part, name, v.shape) for part, name in zip(parts, ("dq", "dk", "dv"), strict=True))
    for name, array, slips in (("dq", dq, _slips_of_dq(q, k, v, dy)), ("dv", dv, _slips_of_dv(q, k, v, dy))):
        wanted = right[["dq", "dk", "dv"].index(name)]
        if not close(array, wanted):
            step = "in step 2, " if name == "dq" else "steps 1 and 2 are right. In step 3, "
            return step + (find_slip(array, _apart_from(slips, wanted)) or apart(name, array, wanted))
    if not close(dk, right[1]):
        return f"dq and dv are right. But dk is c times ds.T @ q, and {apart('dk', dk, right[1])}"
    return None


def _apart_from(slips: dict, right) -> dict:
    return {hint: wrong for hint, wrong in slips.items() if wrong.shape == right.shape and not close(wrong, right)}


def _slips_of_dq(q, k, v, dy) -> dict:
    c = q.shape[-1] ** -0.5
    p = _p(c * q @ k.T)
    dp = dy @ v.T
    mean = (p * dp).sum(axis=-1, keepdims=True)
    wrong = {
        "p times dp is right so far. But from dp its mean with the weights p must be subtracted first": p * dp,
        "dp minus its mean is right so far. But it still has to be multiplied by p": dp - mean,
        "p (1 - p) is how a score moves its own weight. But it moves the other weights of the row too": (
            p * (1 - p) * dp
        ),
        "a mean of dp is subtracted. But all tokens count alike in it, and here they count by their weights p": (
            p * (dp - dp.mean(axis=-1, keepdims=True))
        ),
        "a sum is subtracted. But it is the sum of dp, and each dp has to be multiplied by its p first": (
            p * (dp - dp.sum(axis=-1, keepdims=True))
        ),
        "the form is right. But you add up columns, and each row is a softmax of its own, so add along axis=-1": (
            p * (dp - (p * dp).sum(axis=0, keepdims=True))
        ),
        "the form is right. But you add up all rows at once, so add along axis=-1 and keep its place": (
            p * (dp - (p * dp).sum())
        ),
        "the mean is right. But it has to be subtracted from dp, and not added": p * (dp + mean),
        "the weighted mean is right. But it is multiplied by p like dp, so put both in brackets": p * dp - mean,
        "dp is handed on as it is. But it still has to go back through the softmax": dp,
        "the size is right. But the sign is turned": -p * (dp - mean),
    }
    return {hint: c * ds @ k for hint, ds in wrong.items()}


def _slips_of_dv(q, k, v, dy) -> dict:
    p = _p(q.shape[-1] ** -0.5 * q @ k.T)
    return {
        "p is right. But it is not transposed yet: a value hears of all tokens that look at it, so take p.T": p @ dy,
        "dy is handed on as it is. But each value enters each output with a weight, so p.T has to multiply it": dy,
        "p.T is right. But it multiplies dy, and here stands v": p.T @ v,
        "the size is right. But the sign is turned": -p.T @ dy,
        "p.T is right. But c belongs to the scores alone": q.shape[-1] ** -0.5 * p.T @ dy,
    }


# --- blocks that keep their tokens apart ------------------------------------------------------------------------------


def _keep_apart(record) -> str | None:
    expect_record(record, "the whole record that token_columns returns, not a number of it", "net", "r", "dW_q")
    if not isinstance(record, ColumnsRecord):
        return "hand over the record itself, as token_columns has returned it"
    net = record.net
    if net.depth < BLOCKS:
        return f"{counted(net.depth, 'block')} may do it. But {BLOCKS} are asked for, so take depth={BLOCKS}"
    few = too_few(networks=(net.seeds, 5), tokens=(net.tokens, 8), units=(net.width, 16))
    if few:
        return f"the form can be judged. But {few}"
    return _held(record) or _starved(record) or _measured_anew(record)


def _held(record) -> str | None:
    ratio = float(np.median(record.dh[:, 0] / record.dh[:, -1]))
    if 0.1 < ratio < 10:
        return None
    return (
        f"you have measured {record.net.depth} blocks. But dh does not hold, because at the first block it is "
        f"{ratio:.2g} times what it is at the last. A norm keeps its size"
    )


def _starved(record) -> str | None:
    share = np.median(record.dW_q / record.dW_v, axis=0)
    if share.min() >= LEAST:
        return None
    block = int(share.argmin())
    told = f"in block {block + 1}, W_q receives {share[block]:.1g} times what W_v receives"
    return f"dh holds. But {told}, and a thirtieth is asked for. {_next(record.net)}"


def _next(net) -> str:
    if not net.skip:
        return "Without a path around attention all tokens become one, so add the skip"
    if net.norm == "post":
        return "A norm behind the sum divides what the tokens have kept, so place it elsewhere"
    if not net.mlp:
        return "The form is nearly right, and one more part keeps the tokens apart"
    return "So try another form of the block"


def _measured_anew(record) -> str | None:
    """Other networks of the same settings differ little in the median of all blocks."""
    again = token_columns(**record.net._replace(seeds=5)._asdict(), seed=100)
    ratios = [np.median(each.dW_q / each.dW_v) for each in (record, again)]
    fits = record.dW_q.shape == (record.net.seeds, record.net.depth)
    if fits and abs(np.log10(ratios[0] / ratios[1])) < 0.3:
        return None
    return (
        "the numbers are as they should be. But they do not belong to the settings of this record, as measuring them "
        "anew shows. Run token_columns again, and hand over what it returns"
    )


EXERCISES = {
    "attention": (_attention, "ops.attention has the same output, and difference quotients find the same gradients"),
    "keep_apart": (
        _keep_apart,
        "dh holds, and in each of the blocks W_q receives at least a thirtieth of what W_v receives",
    ),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
