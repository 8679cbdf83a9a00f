"""How do we see it?  Measurements on a tape, taken while ``backprop`` walks by, and kept as numbers only.

``size``: norms of one array, and what became of its numbers. ``depth``: the gradient layer by layer. ``time``: the
maps from one state to a later one, their products and spectra. ``signal``: is there still a message? ``diagnosis``:
all of it together, in words.
"""

from __future__ import annotations

from .depth import Flow, LayerAdjoint, Norms, change, flow, layers, norms, norms_and_entries, outputs, slopes, weights
from .diagnosis import BANDS, Health, Measures, band, health
from .signal import autocorrelation, signal_fraction
from .size import Entries, entries, norm, together
from .time import (
    Highway,
    eigenvalues,
    highway,
    jacobian,
    jacobian_columns,
    jacobian_norms,
    nonnormality,
    norms_in_time,
    singular_values,
    spectral_radius,
    transitions,
)

__all__ = [
    "BANDS", "Entries", "Flow", "Health", "Highway", "LayerAdjoint", "Measures", "Norms", "autocorrelation", "band",
    "change", "eigenvalues", "entries", "flow", "health", "highway", "jacobian", "jacobian_columns", "jacobian_norms",
    "layers", "nonnormality", "norm", "norms", "norms_and_entries", "norms_in_time", "outputs", "signal_fraction",
    "singular_values", "slopes", "spectral_radius", "together", "transitions", "weights",
]  # fmt: skip
