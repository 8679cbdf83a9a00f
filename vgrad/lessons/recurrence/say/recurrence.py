"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the explorer `recurrence` with its three views, and the pictures of powers and radii.
"""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words.phrases import five, lines, medians, points, size, so_it

NAMES = {"rnn": "a tanh RNN", "relu_rnn": "a ReLU RNN", "lstm": "an LSTM", "gru": "a GRU"}


def sentence(record) -> str:
    """Say of a record, in three lines, what its view shows, whose cell it is, and how it was measured."""
    finding = {"chain": _of_the_chain, "map": _of_the_map, "spectra": _of_the_spectra}[record.view](record)
    return lines(finding, _network(record), [*_peak(record), *_measured(record)])


def alt(record) -> str:
    """Say in words what the view shows, in numbers."""
    return (
        f"{_drawn(record)}, for {NAMES[record.cell]} over {record.T} steps: {_by_distance(record)}. {_spectra(record)}."
    )


# --- the finding ------------------------------------------------------------------------------------------------------


def _of_the_chain(record) -> list[str]:
    return [_at_the_first(record), _predicted(record)]


def _of_the_map(record) -> list[str]:
    """How far apart two states may be, and what is left over the whole distance."""
    middle = grammar.decades(record.over.median)
    lost = np.flatnonzero(~(np.abs(middle) <= grammar.HEALTHY))
    if not lost.size:
        return ["Typically the gradient holds between states at any distance.", _at_the_first(record)]
    apart = grammar.count(int(lost[0]) - 1, "step")
    held = f"Typically the gradient holds between states that are up to {apart} apart."
    return [held if lost[0] > 1 else "Typically the gradient does not even hold over one step.", _at_the_first(record)]


def _of_the_spectra(record) -> list[str]:
    return [f"{_spectra(record)}.", _predicted(record)]


def _at_the_first(record) -> str:
    """What of the gradient at the last state arrives at the first."""
    end = record.norms[-1, 0]
    who = "largest possible gradient" if record.spectral else "gradient"
    if not np.isfinite(end):
        return f"The {who} at the first of {record.T} states is too large for float64, so it overflows."
    told = "exactly 0" if end == 0 else f"{grammar.number(end)} times that at the last"
    return f"The {who} at the first of {record.T} states is {told}, {so_it(end)}."


def _predicted(record) -> str:
    """What eigenvalues and singular values say about it."""
    said = f"The eigenvalue predicts {size(record.bounds['radius'][-1])}"
    if "stretch" in record.bounds:
        return f"{said}, and the singular value allows {size(record.bounds['stretch'][-1])} at most."
    return f"{said}."


# --- protocol, and what else there is to say --------------------------------------------------------------------------


def _network(record) -> str:
    """The cell and its settings, in at most twenty words."""
    what = NAMES[record.cell].partition(" ")[2]
    return (
        f"One {what} of {len(record.singular)} units, {record.T} steps, largest |eigenvalue| {record.radius:g}, "
        f"shear {record.nonnormality:g}, inputs of standard deviation {record.sigma:g}."
    )


def _peak(record) -> list[str]:
    """Where the gradient was larger on its way than at its end."""
    row = record.norms[-1]
    if not np.isfinite(row).all():
        return ["At some states it overflows."]
    most = int(row.argmax())
    if row[most] > 1.5 * max(1, row[0]):
        return [f"On its way it is larger, and reaches {grammar.number(row[most])} at state {most + 1}."]
    return []


def _measured(record) -> list[str]:
    """What a size is, what W_h is in a gated cell, and how states and inputs are drawn."""
    what = "the largest stretch of any direction" if record.spectral else "the root mean square over all directions"
    gates = ["Each gate has a W_h with these eigenvalues."] if record.cell in ("lstm", "gru") else []
    state = ["The state is (h, c)."] if record.cell == "lstm" else []
    return [f"A size is {what}.", *gates, *state, record.protocol]


# --- the alternative text ---------------------------------------------------------------------------------------------


def _drawn(record) -> str:
    return {
        "chain": "A chain of states with a loss at the last, each tinted by what of the last state's gradient arrives, "
        "over a curve of the same sizes and two predicted lines",
        "map": "A map of what of the gradient at each later state arrives at each earlier one",
        "spectra": "The eigenvalues of W_h in the complex plane, and its singular values in a row",
    }[record.view]


def _by_distance(record) -> str:
    """The size at five distances: along the chain, or the median of all pairs of states on the map."""
    at = five(0, record.T - 1)
    sizes = record.over.median if record.view == "map" else record.norms[-1, ::-1]
    return f"{points([sizes[d] for d in at], at, 'at')} steps apart"


def _spectra(record) -> str:
    radius = grammar.number(np.abs(record.eigenvalues).max())
    stretch = grammar.number(record.singular[0])
    return f"W_h has the largest |eigenvalue| {radius} and the largest singular value {stretch}"


# --- the pictures of powers and radii ---------------------------------------------------------------------------------


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
