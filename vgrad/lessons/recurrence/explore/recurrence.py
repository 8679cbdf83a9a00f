"""Why is a sentence a deep network?  The map of an unrolled cell's Jacobians, beside the spectra of its weights."""

from __future__ import annotations

from ....kit.explorers.controls import choice, real, switch, whole
from ....kit.explorers.framework import Explorer
from .. import records
from ..draw import recurrence as draw
from ..measure import recurrence as measure
from ..say import recurrence as say

PRESETS = {
    "ρ = 1.5, and it vanishes": dict(radius=1.5),
    "The same without inputs": dict(radius=1.5, sigma=0.0),
    "ρ = 0.9, and it explodes": dict(radius=0.9, sigma=0.0, nonnormality=5.0),
    "A normal W_h": dict(radius=0.9, sigma=0.0, nonnormality=0.0),
    "ReLU explodes": dict(cell="relu_rnn", radius=2.0),
    "Gates, not opened": dict(cell="lstm", radius=1.0),
}
CELLS = {"RNN, tanh": "rnn", "RNN, ReLU": "relu_rnn", "LSTM": "lstm", "GRU": "gru"}


def recurrence(**values) -> Explorer:
    """Explore ‖dh_t / dh_k‖ of an unrolled cell, and the spectra of W_h.   values : where its controls start."""
    controls = {
        "cell": choice("cell", "rnn", CELLS),
        "T": whole("T", 100, 2, 100),
        "radius": real("ρ of W_h", 1.2, 0.0, 3.0, 0.05),
        "sigma": real("input σ", 1.0, 0.0, 3.0, 0.05),
        "nonnormality": real("non-normal", 1.0, 0.0, 5.0, 0.1),
        "spectral": switch("largest stretch (slow)", False, "the spectral norm of each Jacobian, in place of its size"),
    }
    return Explorer(
        "recurrence", controls, _measure, draw.RecurrencePlot,
        sentence=say.sentence, alt=say.alt, presets=PRESETS, start=values,
    )  # fmt: skip


def _measure(**settings) -> records.RecurrenceRecord:
    return measure.unrolled(**settings)
