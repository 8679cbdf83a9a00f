"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the explorer `recurrence` with its three views, the chain alone, and the picture of powers.
"""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words.phrases import five, lines, points, size, so_it

NAMES = {"rnn": "a tanh RNN", "relu_rnn": "a ReLU RNN", "lstm": "an LSTM", "gru": "a GRU"}


def sentence(record) -> str:
    """Say of a record, in three lines, what its view shows, whose cell it is, and how it was measured."""
    finding = {"chain": _of_the_chain, "map": _of_the_map, "spectra": _of_the_spectra}[record.view](record)
    return lines(finding, _network(record), [*_peak(record), *_measured(record)])


def gradient_sentence(record) -> str:
    """Say the same of the chain alone, before anything is predicted from its weights."""
    what = NAMES[record.cell].partition(" ")[2]
    scale = f"inputs of standard deviation {record.sigma:g}" if record.sigma else "no inputs"
    who = f"This is one {what} of {grammar.count(len(record.singular), 'unit')} with {scale}."
    return lines(_at_the_first(record), who, [*_peak(record), record.protocol])


def alt(record) -> str:
    """Say in words what the view shows, in numbers."""
    seen = f"{_drawn(record)}, for {NAMES[record.cell]} over {record.T} steps: {_by_distance(record)}."
    return f"{seen} {_spectra(record)}." if record.bounds else seen


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
    said = f"The largest eigenvalue alone predicts {size(record.bounds['radius'][-1])}"
    if "stretch" in record.bounds:
        return f"{said}, and the largest singular value allows {size(record.bounds['stretch'][-1])} at most."
    return f"{said}."


# --- protocol, and what else there is to say --------------------------------------------------------------------------


def _network(record) -> str:
    """The cell and its settings, in at most twenty words."""
    what = NAMES[record.cell].partition(" ")[2]
    return (
        f"This is one {what} over {record.T} steps, with {len(record.singular)} units, largest |eigenvalue| "
        f"{record.radius:g}, shear {record.nonnormality:g} and input scale {record.sigma:g}."
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
    how = "largest" if record.spectral else "root mean square"
    gates = ["Each gate has a W_h with these eigenvalues."] if record.cell in ("lstm", "gru") else []
    state = ["The state is (h, c)."] if record.cell == "lstm" else []
    what = f"A size is the {how} over all directions that the gradient at the last state can have."
    return [what, *gates, *state, record.protocol]


# --- the alternative text ---------------------------------------------------------------------------------------------


def _drawn(record) -> str:
    lines_too = " and predicted lines" if record.bounds else ""
    return {
        "chain": "A chain of states with a loss at the last, each tinted by what of the last state's gradient arrives, "
        f"over a curve of the same sizes{lines_too}",
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


# --- the picture of powers --------------------------------------------------------------------------------------------


def powers_sentence(record) -> str:
    """Say for each matrix how far its powers grow, where they end, and what its largest values are."""
    findings, spectra = [], []
    for name, sizes, radius, stretch in zip(*record, strict=True):
        peak = int(sizes.argmax())
        grew = f"grow to {grammar.number(sizes[peak])} at t = {peak}" if sizes[peak] > 1.001 else "never grow"
        end = f"{grammar.number(sizes[-1])} at t = {len(sizes) - 1}"
        findings.append(f"The powers of “{name}” {grew}, and they are {end}.")
        values = f"the largest |eigenvalue| {grammar.number(radius)} and the largest singular value"
        spectra.append(f"“{name}” has {values} {grammar.number(stretch)}.")
    height = "The height is the largest factor by which Wᵗ can multiply the length of a vector."
    return lines(findings, height, spectra)
