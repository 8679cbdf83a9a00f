"""What is said of linear recurrences: what reaches the first h."""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words.phrases import five, lines, medians, points, whose


def ring_sentence(record) -> str:
    """Say of a RingRecord what reaches the first state in each recurrence, and that the powers of r are met exactly."""
    parts = [f"{_share(rows)} where r = {r:g}" for r, rows in record.exact.items()]
    back = grammar.count(record.T - 1, "step")
    finding = ""
    if parts:
        finding = f"After {back} back, a linear recurrence keeps this share of its gradient: {_and(parts)}."
    exact = "These are powers of r, whatever the weights and the inputs are."
    exact += f" They differ from r^{record.T - 1} by {_apart(record)} at most."
    beside = f"The tanh RNN keeps {_share(record.rnn)}, and the GRU without a bias keeps {_share(record.gru)}."
    low, high = record.between
    theory = _number(record.expected[0])
    ring = f"Where r is drawn from {low:g} to {high:g}, it keeps {_share(record.ring)} (theory {theory})."
    protocol = f"{whose(record.seeds)} of {grammar.count(record.width, 'unit')}, with inputs x ~ N(0, 1)."
    return lines(finding, [exact if record.exact else "", ring, beside], protocol)


def ring_alt(record) -> str:
    """The picture in words, with the numbers of five steps."""
    back = five(0, record.T - 1)
    nets = {f"r = {r:g}": rows for r, rows in record.exact.items()}
    nets |= {"the ring": record.ring, "the tanh RNN": record.rnn, "the GRU": record.gru}
    parts = []
    for name, rows in nets.items():
        middle = np.median(rows, axis=0)
        parts.append(f"{name}: {points([middle[record.T - 1 - k] for k in back], back, 'after')}")
    return (
        f"The gradient by steps back from the last, relative to the last, {medians(record.seeds)}. {'; '.join(parts)}."
    )


def _share(rows) -> str:
    return _number(np.median(rows[:, 0]))


def _number(value) -> str:
    return "0" if value == 0 else grammar.number(float(value))


def _apart(record) -> str:
    """How far the measured powers are from the exact ones, as a power of ten that no processor changes."""
    most = max(
        (
            np.abs(rows / np.where(record.powers[r] > 0, record.powers[r], np.nan) - 1)
            for r, rows in record.exact.items()
        ),
        key=np.nanmax,
        default=np.zeros(1),
    )
    return "1e-12" if np.nanmax(most) <= 1e-12 else grammar.number(float(np.nanmax(most)))


def _and(parts: list[str]) -> str:
    return ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + "".join(parts[-1:])
