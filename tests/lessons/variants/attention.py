"""What learners hand over in the lesson on attention."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from vgrad import ops
from vgrad.lessons.attention import token_columns

from . import Later


def softmax(s):
    e = np.exp(s)
    return e / e.sum(axis=-1, keepdims=True)


def hand(scores=None, ds=None, dv=None, dk=None, c=lambda q: q.shape[-1] ** -0.5):
    """Attention in the lesson's three steps: each that is given replaces the right one."""

    def attention(q, k, v):
        factor = c(q)
        s = scores(q, k, factor) if scores else factor * q @ k.T
        p = softmax(s)

        def pullback(dy):
            dp = dy @ v.T
            back = ds(p, dp) if ds else p * (dp - (p * dp).sum(axis=-1, keepdims=True))
            to_v = dv(p, dy, v) if dv else p.T @ dy
            to_k = dk(back, q, factor) if dk else factor * back.T @ q
            return factor * back @ k, to_k, to_v

        return p @ v, pullback

    return attention


def in_float32(q, k, v):
    q, k, v = map(np.float32, (q, k, v))
    y, pullback = hand()(q, k, v)
    return y, lambda dy: pullback(np.float32(dy))


def in_loops(q, k, v):
    T, d = q.shape
    p = np.array([[np.exp(sum(q[i] * k[j]) / d**0.5) for j in range(T)] for i in range(T)])
    for row in p:
        row /= row.sum()

    def pullback(dy):
        dq, dk, dv = np.zeros((3, T, d))
        for i in range(T):
            dp = [dy[i] @ v[j] for j in range(T)]
            mean = sum(p[i, j] * dp[j] for j in range(T))
            for j in range(T):
                ds = p[i, j] * (dp[j] - mean) / d**0.5
                dq[i] += ds * k[j]
                dk[j] += ds * q[i]
                dv[j] += p[i, j] * dy[i]
        return dq, dk, dv

    return p @ v, pullback


def by_jacobian(p, dp):
    """ds row by row, with the whole Jacobian of each softmax."""
    return np.stack([(np.diag(row) - np.outer(row, row)) @ d for row, d in zip(p, dp, strict=True)])


def scaled_first(q, k, v):
    """The factor in front of the product, where it also belongs to dk."""
    d = q.shape[-1]
    p, back = ops.softmax((q / np.sqrt(d)) @ k.T)

    def pullback(dy):
        ds = back(dy @ v.T) / np.sqrt(d)
        return [ds @ k, ds.T @ q, p.T @ dy]

    return p @ v, pullback


def overwrites(q, k, v):
    q /= np.sqrt(q.shape[-1])
    return hand(c=lambda q: 1.0)(q, k, v)


KEPT = {}


def in_global_names(q, k, v):
    KEPT["pullback"] = hand()(q, k, v)[1]
    return hand()(q, k, v)[0], lambda dy: KEPT["pullback"](dy)


def blocks(**settings):
    return Later(lambda: token_columns(**dict(norm="pre", skip=True, mlp=True, depth=24) | settings))


def renamed(net, **settings):
    def make():
        record = token_columns(**dict(norm="pre", skip=True, mlp=True, depth=24) | settings)
        return record._replace(net=record.net._replace(**net))

    return Later(make)


RIGHT = {
    "attention": {
        "as the lesson has it": hand(),
        "of the package": ops.attention,
        "in float32": in_float32,
        "in loops": in_loops,
        "the Jacobian of each row": hand(ds=by_jacobian),
        "a list of three": scaled_first,
        "p times dp first": hand(ds=lambda p, dp: p * dp - p * (p * dp).sum(axis=-1, keepdims=True)),
        "einsum": hand(
            scores=lambda q, k, c: c * np.einsum("id,jd->ij", q, k), dv=lambda p, dy, v: np.einsum("ij,id->jd", p, dy)
        ),
        "the largest score subtracted": hand(
            scores=lambda q, k, c: c * q @ k.T - (c * q @ k.T).max(axis=-1, keepdims=True)
        ),
    },
    "keep_apart": {
        "pre-norm with both": blocks(),
        "wider": blocks(width=64, tokens=32),
        "another seed": blocks(seed=7, seeds=8),
        "more heads": blocks(heads=4),
        "deeper": blocks(depth=30, width=64, tokens=32),
        "larger scores": blocks(scores=2.0),
        "larger scores in place of the MLP": blocks(mlp=False, scores=2.0, width=64, tokens=32, seeds=10),
        "more networks": blocks(seeds=16),
    },
}
WRONG = {
    "attention": {
        "not divided": (hand(scores=lambda q, k, c: q @ k.T), "divided by √d"),
        "divided by d": (hand(scores=lambda q, k, c: c * c * q @ k.T), "divide by d"),
        "multiplied by √d": (hand(scores=lambda q, k, c: q @ k.T / c), "multiply by √d"),
        "k first": (hand(scores=lambda q, k, c: c * k @ q.T), "q comes first"),
        "keys forgotten": (hand(scores=lambda q, k, c: c * q @ q.T), "the keys are missing"),
        "sign of the scores": (hand(scores=lambda q, k, c: -c * q @ k.T), "sign is turned"),
        "not transposed": (hand(scores=lambda q, k, c: c * q @ k), "shape"),
        "no mean": (hand(ds=lambda p, dp: p * dp), "mean with the weights p must be subtracted"),
        "not times p": (hand(ds=lambda p, dp: dp - (p * dp).sum(axis=-1, keepdims=True)), "multiplied by p"),
        "its own weight alone": (hand(ds=lambda p, dp: p * (1 - p) * dp), "moves the other weights"),
        "a plain mean": (hand(ds=lambda p, dp: p * (dp - dp.mean(axis=-1, keepdims=True))), "count by their weights p"),
        "a sum": (hand(ds=lambda p, dp: p * (dp - dp.sum(axis=-1, keepdims=True))), "multiplied by its p first"),
        "along columns": (hand(ds=lambda p, dp: p * (dp - (p * dp).sum(axis=0))), "columns"),
        "all rows at once": (hand(ds=lambda p, dp: p * (dp - (p * dp).sum())), "all rows at once"),
        "the mean added": (hand(ds=lambda p, dp: p * (dp + (p * dp).sum(axis=-1, keepdims=True))), "not added"),
        "brackets": (hand(ds=lambda p, dp: p * dp - (p * dp).sum(axis=-1, keepdims=True)), "brackets"),
        "dp": (hand(ds=lambda p, dp: dp), "back through the softmax"),
        "sign of ds": (hand(ds=lambda p, dp: -p * (dp - (p * dp).sum(axis=-1, keepdims=True))), "sign is turned"),
        "p not transposed": (hand(dv=lambda p, dy, v: p @ dy), "take p.T"),
        "dy as it is": (hand(dv=lambda p, dy, v: dy), "p.T has to multiply it"),
        "v in place of dy": (hand(dv=lambda p, dy, v: p.T @ v), "here stands v"),
        "c on dv": (hand(dv=lambda p, dy, v: dy.shape[-1] ** -0.5 * p.T @ dy), "belongs to the scores alone"),
        "dk changed": (hand(dk=lambda ds, q, c: ds.T @ q), "dk is c times"),
        "d hard-coded": (hand(c=lambda q: 2**-0.5), "in one example"),
        "overwrites q": (overwrites, "has changed"),
        "in global names": (in_global_names, "global"),
        "only y": (lambda q, k, v: softmax(q @ k.T / q.shape[-1] ** 0.5) @ v, "y and the function pullback"),
    },
    "keep_apart": {
        "as it stands": (blocks(norm="post", mlp=False), "divides what the tokens have kept"),
        "post-norm with MLP": (blocks(norm="post"), "place it elsewhere"),
        "no MLP": (blocks(mlp=False, width=64, tokens=32, seeds=10), "one more part"),
        "no skip": (blocks(skip=False, mlp=False, width=64, tokens=32, seeds=10), "add the skip"),
        "no norm": (blocks(norm="none", mlp=False), "dh does not hold"),
        "no norm with MLP": (blocks(norm="none"), "dh does not hold"),
        "half as many": (blocks(depth=12), "24 are asked for"),
        "uniform attention": (blocks(scores=0.0), "W_q receives 0 times"),
        "one network": (blocks(seeds=1), "take at least 5 networks"),
        "two tokens": (blocks(tokens=2), "8 tokens"),
        "narrow": (blocks(width=8), "16 units"),
        "called post-norm": (renamed(dict(norm="post")), "measuring them anew"),
        "larger scores, where dh does not hold": (blocks(scores=4.0), "dh does not hold"),
        "its ratio": (0.05, "whole record"),
        "made by hand": (
            SimpleNamespace(net=None, r=np.ones((5, 25)), dh=np.ones((5, 24)), dW_q=np.ones((5, 24))), "record itself",
        ),
    },
}  # fmt: skip
