"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the explorer `recurrence`, and the pictures of powers and radii.
"""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words.phrases import five, it_is, medians, points, size

NAMES = {"rnn": "a tanh RNN", "relu_rnn": "a ReLU RNN", "lstm": "an LSTM", "gru": "a GRU"}
STATE = {"lstm": "state (h, c)"}


def sentence(record) -> str:
    """Say of a record: what arrives at the first state, what the rules of thumb say, the spectra, the protocol."""
    return " ".join([f"{_finding(record)}.", *_peak(record), _rules(record), _network(record)])


def alt(record) -> str:
    """Say in words what is drawn: the norm at five distances, and the spectra."""
    at = five(0, record.T - 1)
    norms = points([record.over.median[d] for d in at], at, "at")
    return (
        f"A map over t and k, W_h's eigenvalues in the complex plane and its singular values, and the norm over the "
        f"distance, for {_who(record)}: {norms} steps apart. {_spectra(record)}."
    )


def _who(record) -> str:
    return f"{NAMES[record.cell]} over {record.T} steps, ρ = {record.radius:g}, inputs of σ = {record.sigma:g}"


def _finding(record) -> str:
    who = _who(record)
    first = who[0].upper() + who[1:]
    end = record.norms[-1, 0]
    state = STATE.get(record.cell, "h")
    if not np.isfinite(end):
        return f"{first}: from the first {state} to the last the gradient overflows"
    kind = "largest stretch" if record.spectral else "size"
    return it_is(end, f"{first}: from the last {state} to the first the gradient's {kind} becomes {size(end)}")


def _peak(record) -> list[str]:
    """Where a map that ends small, or large, was larger on its way."""
    rows = record.over.high
    end = record.norms[-1, 0]
    if not np.isfinite(rows).all():
        return ["Between some states it overflows."]
    most = int(rows.argmax())
    if rows[most] > 1.5 and rows[most] > 1.5 * end:
        apart = grammar.count(most, "step")
        return [f"On the way it is larger: {grammar.number(rows[most])} between two states {apart} apart."]
    return []


def _rules(record) -> str:
    steps = record.T - 1
    said = [f"the eigenvalues alone would say ρ^{steps} = {grammar.number(record.bounds['radius'][-1])}"]
    if "stretch" in record.bounds:
        said.append(f"the largest singular value allows up to {grammar.number(record.bounds['stretch'][-1])}")
    return f"{_spectra(record)}: {', and '.join(said)}."


def _spectra(record) -> str:
    radius = grammar.number(np.abs(record.eigenvalues).max())
    stretch = grammar.number(record.singular[0])
    return f"W_h has the largest |eigenvalue| {radius} and the largest singular value {stretch}"


def _network(record) -> str:
    what = "One direction, the worst" if record.spectral else "Root mean square over all directions"
    gates = " in each gate" if record.cell in ("lstm", "gru") else ""
    return (
        f"{what}; one network of {len(record.singular)} units, W_h{gates} of non-normality {record.nonnormality:g}; "
        f"{record.protocol}."
    )


def powers_sentence(record) -> str:
    """Say for each matrix how far its powers grow and where they end."""
    parts = []
    for name, sizes, radius, stretch in zip(*record, strict=True):
        peak = int(sizes.argmax())
        grew = f"grows to {grammar.number(sizes[peak])} at t = {peak}" if sizes[peak] > 1.001 else "never grows"
        spectra = f"largest |eigenvalue| {grammar.number(radius)}, singular value {grammar.number(stretch)}"
        parts.append(f"{name} ({spectra}) {grew}, and is {grammar.number(sizes[-1])} at t = {len(sizes) - 1}")
    return f"How far Wᵗ stretches: {'; '.join(parts)}."


def radii_sentence(record) -> str:
    """Say what becomes of the gradient, for each size of the inputs and each spectral radius."""
    parts = []
    for scale, rows, theory in zip(record.inputs, record.sizes, record.theory, strict=True):
        said = ", ".join(
            f"{grammar.number(np.median(row))} (theory {grammar.number(says)}) at ρ = {radius:g}"
            for radius, row, says in zip(record.radii, rows, theory, strict=True)
        )
        parts.append(f"with inputs of σ = {scale:g} it is {said}")
    networks = f"{medians(record.sizes.shape[2], 'tanh RNN')} of {grammar.count(record.n, 'unit')}"
    return f"The size of dh over {grammar.count(record.T, 'step')}: {'; '.join(parts)}; {networks}."
