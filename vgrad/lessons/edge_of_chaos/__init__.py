"""How deep can a signal go?"""

from __future__ import annotations

from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure import chart, correlation_scale, depth_scale, pair, point, spectrum, steps_to_learn, trained
from .tables import TABLES

__all__ = [
    "TABLES", "ask", "chart", "check", "correlation_scale", "depth_scale", "draw", "explore", "load", "pair",
    "point", "show", "spectrum", "steps_to_learn", "trained", "training_map",
]  # fmt: skip

ask = asker(__name__)
load = TABLES.load
draws(records.PhaseRecord)(draw.phase)
draws(records.PairRecord, several=True)(draw.pairs)
draws(records.TrainingMap)(draw.trained)
draws(records.SpectrumRecord, several=True)(draw.spectra)


def training_map(cells) -> records.TrainingMap:
    """Return the stored cells of ``trained`` as a grid, depth by σ_w, beside ξ and ξ_c of each σ_w."""
    return records.TrainingMap.of(cells, depth_scale, correlation_scale)
