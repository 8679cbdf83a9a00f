"""What learners hand over in the lesson on attention."""

from __future__ import annotations

import numpy as np

from vgrad import ops


def softmax(s):
    e = np.exp(s)
    return e / e.sum(axis=-1, keepdims=True)


def hand(scores=None, ds=None, dq=None, dv=None, dk=None, c=lambda q: q.shape[-1] ** -0.5):
    """Attention in the lesson's four steps: each that is given replaces the right one."""

    def attention(q, k, v):
        factor = c(q)
        s = scores(q, k, factor) if scores else factor * q @ k.T
        p = softmax(s)

        def pullback(dy):
            dp = dy @ v.T
            back = ds(p, dp) if ds else p * (dp - (p * dp).sum(axis=-1, keepdims=True))
            to_v = dv(p, dy, v) if dv else p.T @ dy
            to_k = dk(back, q, factor) if dk else factor * back.T @ q
            to_q = dq(back, k, q, factor) if dq else factor * back @ k
            return to_q, to_k, to_v

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


def with_dv_of_ds(q, k, v):
    y, pullback = ops.attention(q, k, v)
    _, back = ops.softmax(q @ k.T / q.shape[-1] ** 0.5)
    return y, lambda dy: (*pullback(dy)[:2], back(dy @ v.T).T @ dy)


def with_dp(dp):
    """Attention whose step 2 begins with another dp."""

    def attention(q, k, v):
        _, right = hand()(q, k, v)
        p = softmax(q @ k.T / q.shape[-1] ** 0.5)
        return p @ v, lambda dy: (p * dp(dy, v), right(dy))[1]

    return attention


def overwrites(q, k, v):
    q /= np.sqrt(q.shape[-1])
    return hand(c=lambda q: 1.0)(q, k, v)


KEPT = {}


def in_global_names(q, k, v):
    KEPT["pullback"] = hand()(q, k, v)[1]
    return hand()(q, k, v)[0], lambda dy: KEPT["pullback"](dy)


def later(of_r=lambda n: 2 ** (-n / 2), of_share=lambda n: 0.5**n):
    return lambda r, share, blocks: (r * of_r(blocks), share * of_share(blocks))


def step_by_step(r, share, blocks):
    for _ in range(blocks):
        r, share = r / np.sqrt(2), share / 2
    return r, share


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
    "later": {
        "as the lesson has it": later(),
        "block by block": step_by_step,
        "a power of the root": later(of_r=lambda n: np.sqrt(0.5) ** n),
        "a list": lambda r, share, blocks: [r * 0.5 ** (blocks / 2), share * 0.5**blocks],
        "an array": lambda r, share, blocks: np.array([r, share]) / np.array([2**0.5, 2]) ** blocks,
        "rounded": later(of_r=lambda n: 0.71**n, of_share=lambda n: 0.71 ** (2 * n)),
        "as a ratio": lambda r, share, blocks: (r / 2 ** (blocks / 2), share * (1 / 2 ** (blocks / 2)) ** 2),
        "by logarithms": later(of_r=lambda n: np.exp(-n * np.log(2) / 2), of_share=lambda n: np.exp(-n * np.log(2))),
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
        "not transposed": (hand(scores=lambda q, k, c: c * q @ k), "and the second has 3 rows"),
        "no mean": (hand(ds=lambda p, dp: p * dp), "mean with the weights p must be subtracted"),
        "not times p": (hand(ds=lambda p, dp: dp - (p * dp).sum(axis=-1, keepdims=True)), "multiplied by p"),
        "its own weight alone": (hand(ds=lambda p, dp: p * (1 - p) * dp), "moves the other weights"),
        "a plain mean": (hand(ds=lambda p, dp: p * (dp - dp.mean(axis=-1, keepdims=True))), "count by their weights p"),
        "a sum": (hand(ds=lambda p, dp: p * (dp - dp.sum(axis=-1, keepdims=True))), "multiplied by its p first"),
        "along columns": (hand(ds=lambda p, dp: p * (dp - (p * dp).sum(axis=0))), "columns"),
        "all rows at once": (hand(ds=lambda p, dp: p * (dp - (p * dp).sum())), "all rows at once"),
        "keepdims forgotten": (hand(ds=lambda p, dp: p * (dp - (p * dp).sum(axis=-1))), "without keepdims=True"),
        "p twice": (
            hand(ds=lambda p, dp: p * (p * dp - (p * dp).sum(axis=-1, keepdims=True))), "so p is in it twice",
        ),
        "ds transposed": (
            hand(ds=lambda p, dp: (p * (dp - (p * dp).sum(axis=-1, keepdims=True))).T), "its rows belong to the tokens",
        ),
        "another ds": (hand(ds=lambda p, dp: p * p * dp), "because dk is c times ds.T @ q, and dk["),
        "the mean added": (hand(ds=lambda p, dp: p * (dp + (p * dp).sum(axis=-1, keepdims=True))), "not added"),
        "brackets": (hand(ds=lambda p, dp: p * dp - (p * dp).sum(axis=-1, keepdims=True)), "brackets"),
        "dp": (hand(ds=lambda p, dp: dp), "back through the softmax"),
        "sign of ds": (hand(ds=lambda p, dp: -p * (dp - (p * dp).sum(axis=-1, keepdims=True))), "sign is turned"),
        "p not transposed": (hand(dv=lambda p, dy, v: p @ dy), "take p.T"),
        "dy as it is": (hand(dv=lambda p, dy, v: dy), "p.T has to multiply it"),
        "v in place of dy": (hand(dv=lambda p, dy, v: p.T @ v), "here stands v"),
        "c on dv": (hand(dv=lambda p, dy, v: dy.shape[-1] ** -0.5 * p.T @ dy), "belongs to the scores alone"),
        "ds in dv": (with_dv_of_ds, "here stands ds"),
        "a mean in dv": (hand(dv=lambda p, dy, v: p.T @ dy / len(p)), "you take their mean"),
        "dp not transposed": (with_dp(lambda dy, v: dy @ v), "the first has 2 columns and the second has 3 rows"),
        "dy in place of dp": (with_dp(lambda dy, v: dy), "shapes (3,3) and (3,2) do not fit together entry by entry"),
        "scores by entries": (hand(scores=lambda q, k, c: c * q * k), "the first has 2 columns"),
        "dq without c": (hand(dq=lambda ds, k, q, c: ds @ k), "multiplied by c as well"),
        "ds transposed in dq": (hand(dq=lambda ds, k, q, c: c * ds.T @ k), "ds is transposed"),
        "q in dq": (hand(dq=lambda ds, k, q, c: c * ds @ q), "here stands q"),
        "sign of dq": (hand(dq=lambda ds, k, q, c: -c * ds @ k), "In step 3, the size is right"),
        "c twice in dq": (hand(dq=lambda ds, k, q, c: c * c * ds @ k), "multiply by it twice"),
        "dk changed": (hand(dk=lambda ds, q, c: ds.T @ q), "dk is c times"),
        "d hard-coded": (hand(c=lambda q: 2**-0.5), "in one example"),
        "overwrites q": (overwrites, "has changed"),
        "in global names": (in_global_names, "global"),
        "only y": (lambda q, k, v: softmax(q @ k.T / q.shape[-1] ** 0.5) @ v, "y and the function pullback"),
    },
    "later": {
        "untouched": (lambda r, share, blocks: (..., ...), "new r"),
        "√2 once": (later(of_r=lambda n: 0.5**0.5), "once in each block"),
        "2 per block": (later(of_r=lambda n: 0.5**n), "divided by √2"),
        "r grows": (later(of_r=lambda n: 2 ** (n / 2)), "r falls"),
        "blocks as a factor": (later(of_r=lambda n: 1 / (2**0.5 * max(n, 1))), "factors multiply"),
        "one too few": (later(of_r=lambda n: 0.5 ** ((n - 1) / 2)), "one block too few"),
        "whole pairs of blocks": (later(of_r=lambda n: 0.5 ** (n // 2)), "// drops the last block"),
        "twelve blocks": (later(of_r=lambda n: 0.5**6), "what one block does"),
        "√2 as 1.4": (later(of_r=lambda n: 1.4**-n), "do not round it"),
        "2 as 1.4²": (later(of_share=lambda n: 1.4 ** (-2 * n)), "do not round it"),
        "exchanged": (lambda r, share, blocks: step_by_step(r, share, blocks)[::-1], "exchanged"),
        "the share as r²": (
            lambda r, share, blocks: (r / 2 ** (blocks / 2), r**2 / 2**blocks), "start from the share",
        ),
        "the share as a quarter of r²": (
            lambda r, share, blocks: (r / 2 ** (blocks / 2), 0.25 * r**2 / 2**blocks), "what one block does",
        ),
        "the share one too few": (later(of_share=lambda n: 0.5 ** (n - 1)), "one block too few in the share"),
        "pre-norm": (later(of_r=lambda n: (1 + n) ** -0.5), "theory of pre-norm"),
        "r unchanged": (later(of_r=lambda n: 1.0), "still that of the first block"),
        "one too many": (later(of_r=lambda n: 0.5 ** ((n + 1) / 2)), "one block too many"),
        "as r": (later(of_share=lambda n: 2 ** (-n / 2)), "falls as r does"),
        "as r³": (later(of_share=lambda n: 2 ** (-1.5 * n)), "as r³ does"),
        "as r⁴": (later(of_share=lambda n: 0.25**n), "fourth power"),
        "share once": (later(of_share=lambda n: 0.5), "once in all"),
        "share grows": (later(of_share=lambda n: 2.0**n), "here it grows"),
        "share unchanged": (later(of_share=lambda n: 1.0), "the share is still"),
        "something else": (later(of_share=lambda n: 0.9**n), "what one block does"),
        "r alone": (lambda r, share, blocks: r / 2 ** (blocks / 2), "two things"),
        "words": (lambda r, share, blocks: ("small", "smaller"), "one number"),
        "no function": (0.05, "function"),
    },
}  # fmt: skip
