"""Why is a sentence a deep network?  An unrolled cell as a chain, and behind a switch its map and its spectra."""

from __future__ import annotations

from ....kit.explorers.controls import choice, real, switch, whole
from ....kit.explorers.framework import Explorer
from .. import records
from ..draw import recurrence as draw
from ..measure import recurrence as measure
from ..say import recurrence as say

PRESETS = {
    "1 · Eigenvalue 1.5, and it vanishes": dict(radius=1.5, T=100),
    "2 · Without inputs it holds": dict(radius=1.5, sigma=0.0, T=100),
    "3 · Eigenvalue 0.9 explodes over 30 steps": dict(radius=0.9, sigma=0.0, nonnormality=5.0),
    "4 · No shear: the rule is nearly right": dict(radius=0.9, sigma=0.0, nonnormality=0.0),
    "5 · ReLU explodes": dict(cell="relu_rnn", radius=2.0),
    "6 · An LSTM vanishes too": dict(cell="lstm", radius=1.0),
}
CELLS = {"RNN, tanh": "rnn", "RNN, ReLU": "relu_rnn", "LSTM": "lstm", "GRU": "gru"}
VIEWS = {"the chain": "chain", "the map of all pairs": "map", "the spectra": "spectra"}


def recurrence(**values) -> Explorer:
    """Explore ‖dh_T / dh_k‖ of an unrolled cell, and the spectra of W_h.   values : where its controls start."""
    controls = {
        "show": choice("show", "chain", VIEWS),
        "radius": real("eigenvalue", 1.2, 0.0, 3.0, 0.05),
        "sigma": real("input scale", 1.0, 0.0, 3.0, 0.05),
        "cell": choice("cell", "rnn", CELLS),
        "T": whole("time steps", 30, 2, 100),
        "nonnormality": real("shear", 1.0, 0.0, 5.0, 0.1),
        "spectral": switch("worst direction (slow)", False, "the spectral norm of each Jacobian, in place of its size"),
    }
    return Explorer(
        recurrence, controls, _measure, draw.RecurrencePlot,
        sentence=say.sentence, alt=say.alt, presets=PRESETS, first=("show", "radius", "sigma"), start=values,
    )  # fmt: skip


def _measure(show: str, **settings) -> records.RecurrenceRecord:
    return measure.unrolled(**settings)._replace(view=show)
