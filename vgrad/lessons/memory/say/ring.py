"""What is said of linear recurrences: what reaches the first h, how large h becomes, and a gate that forgets."""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words.phrases import five, lines, medians, points, whose


def ring_sentence(record) -> str:
    """Say of a RingRecord what reaches the first state in each recurrence, and that the powers of r are met exactly."""
    parts = [f"{_share(rows)} where r = {r:g}" for r, rows in record.exact.items()]
    back = grammar.count(record.T - 1, "step")
    finding = f"After {back} back, a linear recurrence has left of its gradient {_and(parts)}." if parts else ""
    exact = "These are powers of r, whatever the weights and the inputs are."
    exact += f" They differ from r^{record.T - 1} by {_apart(record)} at most."
    beside = f"The tanh RNN has left {_share(record.rnn)}, and the GRU without a bias {_share(record.gru)}."
    low, high = record.between
    theory = _number(record.expected[0])
    ring = f"Where r is drawn from {low:g} to {high:g}, it is {_share(record.ring)} (theory {theory})."
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


def sizes_sentence(record) -> str:
    """Say of a SizesRecord how large h is in the end, with γ and without."""
    with_gamma = [_number(np.median(rows[:, -1])) for rows in record.normalized]
    bare = [_number(np.median(rows[:, -1])) for rows in record.bare]
    names = [f"r = {r:g}" for r in record.r]
    finding = (
        f"Without γ the state grows to {_and([f'{size} at {name}' for size, name in zip(bare, names, strict=True)])}."
    )
    kept = (
        f"With γ = √(1 - r²) it is {_and([f'{size} at {name}' for size, name in zip(with_gamma, names, strict=True)])}."
    )
    protocol = (
        f"{whose(record.seeds)}: rms of {grammar.count(record.width, 'unit')} after {grammar.count(record.T, 'step')}."
    )
    noise = "The inputs of the units are white noise of variance 1, and the dashed lines are theory."
    return lines([finding, kept], protocol, noise)


def sizes_alt(record) -> str:
    """The picture in words, with the numbers of five steps."""
    times = five(1, record.T)
    parts = []
    for k, r in enumerate(record.r):
        for words, rows in (("with γ", record.normalized[k]), ("without γ", record.bare[k])):
            middle = np.median(rows, axis=0)
            parts.append(f"r = {r:g} {words}: {points([middle[t - 1] for t in times], times, 'at step')}")
    return f"The rms of the state by time. {'; '.join(parts)}."


def selective_sentence(record) -> str:
    """Say of a SelectiveRecord what the gradient keeps, and what the gate does at a mark."""
    kept = f"Over {grammar.count(record.T, 'step')} the gate lets {_number(record.kept[0])} of the gradient through."
    elsewhere = f"A step without a mark keeps {_number(record.gates.max())} of h"
    if record.marks:
        at = f"{elsewhere}, and one with a mark keeps {_number(record.gates[record.marks[0] - 1])}."
        return lines(kept, at, f"The marks are at {_and([f't = {mark}' for mark in record.marks])}.")
    return lines(kept, f"{elsewhere}, and there is no mark.")


def selective_alt(record) -> str:
    """The picture in words, with the numbers of five steps."""
    times = five(0, record.T)
    said = points([record.kept[t] for t in times], times, "at t =", _number)
    return f"The gradient by time, relative to the last, with a fall at each mark: {said}."
