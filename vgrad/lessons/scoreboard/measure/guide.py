"""The page to print: what you see, what you do, and what both were in this series."""

from __future__ import annotations

import numpy as np

from ....kit.words.phrases import solved_count
from ....require import guarded
from ... import deep_training, precision
from ..records import Advice, Guide, Row
from .taught import TheBoard

_STEPS = (
    ("dh falls layer by layer, in a sigmoid net", "sigmoid", "put batch norm before the sigmoid", "sigmoid batch"),
    ("dh falls layer by layer, in a ReLU net", "relu xavier", "He's weights, and skips divided by the depth",
     "relu skip depth"),
    ("dh grows layer by layer", "relu large", "pre-norm blocks", "pre-norm"),
    ("dh grows, because each skip adds to h", "relu skip", "divide the branches by the depth", "relu skip depth"),
    ("dh grows, because batch norm meets ReLU", "relu batch", "skips divided by the depth in its place",
     "relu skip depth"),
    ("dh holds, but the baseline is better", "relu", "pre-norm blocks", "pre-norm"),
    ("dh holds in a tanh net, but the baseline is better", "tanh", "orthogonal weights", "tanh orthogonal"),
    ("an RNN uses only the last steps", "rnn", "a GRU, whose gate opens in training", "gru 1"),
    ("an LSTM uses only the last steps", "lstm 0", "biases for the span (chrono)", "lstm chrono"),
    ("it is clipped, and it learns nothing", "relu large clip", "mend the layers, not the step", "relu skip depth"),
)  # fmt: skip
SCALE = 16  # the loss is multiplied by 2¹⁶
FACTOR = -20  # the power of two by which a mean over many samples is smaller


@guarded
def guide(board: TheBoard) -> Guide:
    """Return the page to print, with numbers of the scoreboard and of the lessons on blocks and on precision."""
    told = [
        Advice(seen, _told(board[ill]), cure, _told(board[well]), board[well].lesson)
        for seen, ill, cure, well in _STEPS
    ]
    return Guide((*told, _warm(), _scaled()), board["none"])


def _told(row: Row) -> str:
    decades = f"{np.median(row.decades):+.1f} decades"
    if not row.deep:
        return f"{decades}, solved by {solved_count(row.solved)}"
    return f"{decades}, " + ("not finite" if row.finite == 0 else f"{row.learnt:.0%}")


def _warm() -> Advice:
    """Of lesson 09's stored blocks, at one learning rate."""
    found = {(cell.settings["norm"], cell.settings["warmup"]): np.median(cell.result["accuracy"])
             for cell in deep_training.load("warm_up")
             if "warmup" in cell.settings and cell.settings["rate"] == 2e-3}  # fmt: skip
    after = f"{found['post', 100]:.0%} warmed up, {found['pre', 0]:.0%} with pre-norm"
    return Advice(
        "post-norm blocks do not learn, at a rate of 0.002", f"{found['post', 0]:.0%}", "a warm-up, or better pre-norm",
        after, "09_deep_training",
    )  # fmt: skip


def _scaled() -> Advice:
    """Of the first layer's dW in float16."""
    before, after = (
        record.counts[0, 0] / record.counts[:, 0].sum()
        for record in (precision.in_format(scale=scale, factor=FACTOR) for scale in (0, SCALE))
    )
    return Advice(
        "entries of dW are exactly 0 in float16", f"{before:.0%} of them",
        "multiply the loss by 2¹⁶, or use bfloat16", f"{after:.0%} of them", "15_precision",
    )  # fmt: skip
