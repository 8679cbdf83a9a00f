"""A later block of post-norm: how r and the share of the queries fall from block to block."""

from __future__ import annotations

import numpy as np

from ....kit.exercises import expect_function, expect_number, expect_two
from ....kit.judging import call, counted
from ..measure.columns import token_columns

ROUNDED = 0.005  # per block, by which a rounded √2 may be off: 0.71 is right, and 1 / 1.4 is not
NEAR = 0.0115  # per block, within which √2 has been rounded too far
OWN = "r is right. But the share goes as r² does, and it is not r² itself, so start from the share"


def later(function) -> str | None:
    """Return why a prediction of r and of the share some blocks later is not right yet, or None."""
    expect_function(function, ", later")
    for r, share, blocks in ((0.2, 0.03, 10), (0.1, 0.002, 7), (0.05, 0.0005, 0)):
        why = _compared(_predicted(function, r, share, blocks), r, share, blocks)
        if why:
            return why
    return next(filter(None, (_measured(function, seed) for seed in (0, 100, 200))), None)


def _predicted(function, r: float, share: float, blocks: int) -> tuple[float, float]:
    new_r, new_share = expect_two(call(function, r=r, share=share, blocks=blocks), "the new r and the new share")
    return (
        expect_number(new_r, "the new r should be one number"),
        expect_number(new_share, "the new share should be one number"),
    )


def _compared(given: tuple[float, float], r: float, share: float, blocks: int) -> str | None:
    """What there is to say to a prediction whose form is not that of the law, by a slip's own numbers."""
    right = r * 0.5 ** (blocks / 2), share * 0.5**blocks
    if np.allclose(given, right[::-1]) and not np.isclose(*right):
        return "both are there. But they are exchanged, and the new r comes first"
    slips = _of_r(blocks), _of_share(blocks) | {OWN: right[0] ** 2 / share}
    for k, (name, start) in enumerate((("r", r), ("the share", share))):
        off = abs(given[k] / right[k] - 1)
        if off < ROUNDED * (k + 1) * max(blocks, 1):
            continue
        factors = {hint: factor for hint, factor in slips[k].items() if not np.isclose(factor * start, right[k])}
        hint = next((hint for hint, factor in factors.items() if np.isclose(given[k], factor * start)), None)
        near = off < NEAR * (k + 1) * blocks
        return hint or f"{'r is right. But ' if k else ''}{_told(name, start, given[k], blocks, near)}"
    return None


def _told(name: str, start: float, given: float, blocks: int, near: bool) -> str:
    """What is predicted, where it is no frequent slip."""
    goes = f"after {counted(blocks, 'block')}, {name} goes from {start:g} to {given:.4g}"
    if near:
        return f"{goes}, which is near, but not near enough. Take √2 as it is, by np.sqrt(2), and do not round it"
    return f"{goes}, and that is not it. Think of what one block does, and do it again and again"


def _of_r(blocks: int) -> dict[str, float]:
    return {
        "√2 is right. But r is divided by it once in each block, and you divide once in all": 0.5**0.5,
        "r falls in each block, as it should. But it is divided by √2, and you divide by 2": 0.5**blocks,
        "√2 is right. But you multiply by it, and r falls": 2 ** (blocks / 2),
        "√2 is right. But each block divides what the one before it has left, so the factors multiply": (
            1 / max(blocks * 2**0.5, 1e-9)
        ),
        "r is there. But it is still that of the first block": 1.0,
        "this is the theory of pre-norm. But with post-norm the path does not grow": (1 + blocks) ** -0.5,
        "√2 per block is right. But you have counted one block too many": 0.5 ** ((blocks + 1) / 2),
        "two blocks divide r by 2, as they should. But // drops the last block where blocks is odd, so divide by /": (
            0.5 ** (blocks // 2)
        ),
        "√2 per block is right. But you have counted one block too few": 0.5 ** ((blocks - 1) / 2),
    }


def _of_share(blocks: int) -> dict[str, float]:
    return {
        "r is right. But the share goes as r², and here it falls as r does": 0.5 ** (blocks / 2),
        "r is right. But the share goes as r², and here it falls as r³ does": 0.5 ** (1.5 * blocks),
        "r is right. But the share goes as r², and here it falls as the fourth power of r": 0.25**blocks,
        "r is right. But the share falls in each block, and you divide it once in all": 0.5,
        "r is right. But the share falls with r, and here it grows": 2.0**blocks,
        "r is right. But the share is still that of the first block": 1.0,
        "r is right. But you have counted one block too many in the share": 0.5 ** (blocks + 1),
        "r is right. But you have counted one block too few in the share": 0.5 ** (blocks - 1),
    }


def _measured(function, seed: int) -> str | None:
    """Against random transformers, from their block 12, within factors that differ from network to network."""
    record = token_columns(norm="post", skip=True, depth=24, width=64, tokens=32, seeds=10, seed=seed)
    r, share = np.median(record.r[:, 1:], axis=0), np.median(record.dW_q / record.dW_v, axis=0)
    for block in (18, 24):
        found = _predicted(function, r=float(r[11]), share=float(share[11]), blocks=block - 12)
        for name, number, measured, most in (("r", found[0], r, 3), ("dW_q / dW_v", found[1], share, 6)):
            if not 1 / most < number / measured[block - 1] < most:
                return (
                    f"the form is right. But in random transformers {name} goes from {measured[11]:.2g} at block 12 to "
                    f"{measured[block - 1]:.2g} at block {block}, and you predict {number:.2g}"
                )
    return None
