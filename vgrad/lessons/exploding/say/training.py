"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the training of recurrent nets, clipped and not.
"""

from __future__ import annotations

from ....kit.marks import grammar
from ....kit.words.phrases import lines
from ..records import BEGUN


def run_label(record) -> str:
    """Return a run's name: how long its sequences are, and how it is clipped."""
    clip = "no clipping" if record.clip is None else f"clip {record.clip:g}"
    return f"T = {record.T}, {clip}"


def runs_sentence(records) -> str:
    """Say of each run how many networks stay finite and how many begin to learn; then which networks they are."""
    first = records[0]
    of = f"W_h is {first.gain:.3g} times {'the identity' if first.cell == 'relu_rnn' else 'an orthogonal matrix'}"
    net = "ReLU" if first.cell == "relu_rnn" else "tanh"
    protocol = f"{grammar.count(len(first.loss), 'network')} per curve: {net}, {of}, learning rate {first.rate:.3g}."
    how = (
        f"A network has begun to learn when its relative loss, averaged over the last 50 steps, is below {BEGUN:g}. "
        f"Each curve is the median of the networks, smoothed over 20 steps."
    )
    return lines([_run_finding(record) for record in records], protocol, how)


def _run_finding(record) -> str:
    """What becomes of the networks of one run."""
    how = "without clipping" if record.clip is None else f"clipped at {record.clip:g}"
    seeds = len(record.loss)
    if not record.finite:
        end = grammar.count(record.loss.shape[1], "step")
        return f"Over {record.T} time steps, {how}, no network stays finite, and training ends after {end}."
    return (
        f"Over {record.T} time steps, {how}, {record.finite} of {seeds} stay finite and {record.begun} of {seeds} "
        f"begin to learn."
    )
