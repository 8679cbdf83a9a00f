"""How do we see it?  Measurements on a tape, taken while ``backprop`` walks by, and kept as numbers only.

``size``: norms of one array, and what became of its numbers. ``depth``: the gradient layer by layer. ``time``: the
maps from one state to a later one, their products and spectra. ``signal``: is there still a message? ``measures``,
``signs`` and ``diagnosis``: all of it together, in words.

A probe checks once what it is given. ``norm``, ``joint_norm`` and ``entries`` are asked in every layer, and so they are
guarded here at the door, and bare on their page.
"""

from __future__ import annotations

from .. import require
from ..door import quietly_guarded
from . import size
from .depth import Flow, LayerAdjoint, Norms, change, flow, layers, norms, norms_and_entries, outputs, slopes, weights
from .diagnosis import BANDS, Health, health
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


def _require_arrays(arrays) -> None:
    """Raise ValueError unless there is an array at least, and all are of one ensemble."""
    require.nonempty("arrays", arrays)
    for each in arrays:
        require.array("arrays", each, 2)
        same = each.shape[:-2] == arrays[0].shape[:-2]
        require.shape("arrays", each, f"(..., N, D) with the ensemble axes of the first, {arrays[0].shape[:-2]}", same)


norm = quietly_guarded(size.norm, lambda a: require.array("a", a))
joint_norm = quietly_guarded(size.joint_norm, _require_arrays)
entries = quietly_guarded(size.entries, lambda a: require.array("a", a, 2))

__all__ = [
    "BANDS", "Entries", "Flow", "Health", "Highway", "LayerAdjoint", "Measures", "Norms", "autocorrelation",
    "change", "eigenvalues", "entries", "flow", "health", "highway", "jacobian", "jacobian_columns", "jacobian_norms",
    "joint_norm", "layers", "nonnormality", "norm", "norms", "norms_and_entries", "norms_in_time", "outputs",
    "signal_fraction", "singular_values", "slopes", "spectral_radius", "transitions", "weights",
]  # fmt: skip
