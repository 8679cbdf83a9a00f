"""Attention and its backward pass, in four steps."""

from __future__ import annotations

import numpy as np

from .... import gradcheck, ops
from ....kit.judging import Case, Words, apart, close, counted, expect_parts, expect_shaped, find_slip, judge_pullback

WORDS = Words("y", "the softmax of q @ k.T / √d, times v", "dy")
THREE = "three arrays, dq, dk and dv"


def attention(function) -> str | None:
    """Return why attention with its pullback is not right yet, or None."""
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
    if not close(dk, right[1]):  # dk is given, so it shows what ds is
        if close(dq, right[0]):
            return f"dq is right. But dk is c times ds.T @ q, and {apart('dk', dk, right[1])}"
        found = find_slip(dk, _apart_from(_slips_of_ds(q, k, v, dy), right[1]))
        made = f"ds is not right yet, because dk is c times ds.T @ q, and {apart('dk', dk, right[1])}"
        return f"in step 2, {found or made}"
    if not close(dq, right[0]):
        found = find_slip(dq, _apart_from(_slips_of_dq(q, k, v, dy), right[0]))
        return f"steps 1 and 2 are right. In step 3, {found or apart('dq', dq, right[0])}"
    if not close(dv, right[2]):
        found = find_slip(dv, _apart_from(_slips_of_dv(q, k, v, dy), right[2]))
        return f"steps 1 to 3 are right. In step 4, {found or apart('dv', dv, right[2])}"
    return None


def _apart_from(slips: dict, right) -> dict:
    return {hint: wrong for hint, wrong in slips.items() if wrong.shape == right.shape and not close(wrong, right)}


def _slips_of_ds(q, k, v, dy) -> dict:
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
        "the mean of each row is right. But without keepdims=True the means lie in a row, so that each entry of a row "
        "loses another token's mean": p * (dp - mean.T),
        "p, dp and the mean are right. But dp is already multiplied by p before the mean is subtracted, so p is in it "
        "twice": p * (p * dp - mean),
        "ds is right so far. But it is transposed, and its rows belong to the tokens that look": (p * (dp - mean)).T,
        "the mean is right. But it has to be subtracted from dp, and not added": p * (dp + mean),
        "the weighted mean is right. But it is multiplied by p like dp, so put both in brackets": p * dp - mean,
        "dp is handed on as it is. But it still has to go back through the softmax": dp,
        "the size is right. But the sign is turned": -p * (dp - mean),
    }
    return {hint: c * ds.T @ q for hint, ds in wrong.items()}


def _slips_of_dq(q, k, v, dy) -> dict:
    c = q.shape[-1] ** -0.5
    p = _p(c * q @ k.T)
    _, back = ops.softmax(c * q @ k.T)
    ds = back(dy @ v.T)
    return {
        "ds @ k is right so far. But the scores are c times the products, so dq is multiplied by c as well": ds @ k,
        "c is right. But ds is transposed, and a row of ds belongs to a query": c * ds.T @ k,
        "c times ds is right. But a query meets the keys, and here stands q": c * ds @ q,
        "c times ds is right. But a query meets the keys, and here stand the values": c * ds @ v,
        "the size is right. But the sign is turned": -c * ds @ k,
        "the product is right. But c is in the scores once, and you multiply by it twice": c * c * ds @ k,
        "the product is right. But you divide by c, and the scores are multiplied by it": ds @ k / c,
        "k is right. But what comes back to the scores is ds, and here stands p": c * p @ k,
    }


def _slips_of_dv(q, k, v, dy) -> dict:
    c = q.shape[-1] ** -0.5
    p, back = ops.softmax(c * q @ k.T)
    return {
        "p is right. But it is not transposed yet: a value hears of all tokens that look at it, so take p.T": p @ dy,
        "dy is handed on as it is. But each value enters each output with a weight, so p.T has to multiply it": dy,
        "p.T is right. But it multiplies dy, and here stands v": p.T @ v,
        "the size is right. But the sign is turned": -p.T @ dy,
        "p.T is right. But c belongs to the scores alone": c * p.T @ dy,
        "dy is right. But a value enters y by its weight p, so p.T multiplies dy, and here stands ds": (
            back(dy @ v.T).T @ dy
        ),
        "p.T and dy are right. But a gradient is a sum over the tokens, and you take their mean": p.T @ dy / len(p),
    }
