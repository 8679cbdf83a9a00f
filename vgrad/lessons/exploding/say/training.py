"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the training of recurrent nets, clipped and not.
"""

from __future__ import annotations

from ....kit.marks import grammar


def run_label(record) -> str:
    """Return a run's name: how long its sequences are, and how it is clipped."""
    clip = "no clipping" if record.clip is None else f"clip {record.clip:g}"
    return f"T = {record.T}, {clip}"


def runs_sentence(records) -> str:
    """Say who stays finite, and who begins to learn."""
    parts = []
    for record in records:
        done = "" if record.finite else f", over after step {record.loss.shape[1]}"
        parts.append(f"{run_label(record)}: {record.finite} finite{done}, {record.begun} have begun to learn")
    seeds = grammar.count(len(records[0].loss), "network")
    steps = grammar.count(records[0].steps, "step")
    return f"Of {seeds} each, {steps}: {'; '.join(parts)}."
