"""How do we see it?  Measurements on a tape, taken while ``backprop`` walks by, and kept as numbers only.

``size``: norms of one array, and what became of its numbers. ``depth``: the gradient layer by layer. ``time``: the
maps from one state to a later one, their products and spectra. ``signal``: is there still a message? ``measures``,
``signs`` and ``diagnosis``: all of it together, in words.

A probe checks once what it is given. ``norm``, ``joint_norm`` and ``entries`` are asked in every layer, and so they are
guarded here at the door, and bare on their page.
"""

from __future__ import annotations

from .. import require
from ..require import guarded
from . import size
from .depth import Flow, LayerAdjoint, Norms, change, flow, layers, norms, norms_and_entries, outputs, slopes, weights
from .diagnosis import BANDS, Health, band, health
from .measures import Measures
from .signal import autocorrelation, signal_fraction
from .size import Entries
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

norm = guarded(size.norm, lambda a: require.array("a", a))
joint_norm = guarded(size.joint_norm, lambda arrays: require.nonempty("arrays", arrays))
entries = guarded(size.entries, lambda a: require.real("a", a))

__all__ = [
    "BANDS", "Entries", "Flow", "Health", "Highway", "LayerAdjoint", "Measures", "Norms", "autocorrelation", "band",
    "change", "eigenvalues", "entries", "flow", "health", "highway", "jacobian", "jacobian_columns", "jacobian_norms",
    "joint_norm", "layers", "nonnormality", "norm", "norms", "norms_and_entries", "norms_in_time", "outputs",
    "signal_fraction", "singular_values", "slopes", "spectral_radius", "transitions", "weights",
]  # fmt: skip
