"""How deep can a signal go?"""

from __future__ import annotations

from ...kit.experiments.stored import Cell
from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure import chart, correlation_scale, depth_scale, pair, point, spectrum, steps_to_learn, trained
from .tables import TABLES

__all__ = [
    "TABLES", "Cell", "ask", "chart", "check", "correlation_scale", "depth_scale", "draw", "explore",
    "load", "pair", "point", "show", "spectrum", "steps_to_learn", "trained",
]  # fmt: skip

ask = asker(__name__)
load = TABLES.load
draws(records.PhaseRecord)(draw.phase)
draws(records.PairRecord, several=True)(draw.pairs)
draws(Cell, several=True)(draw.trained)
draws(records.SpectrumRecord, several=True)(draw.spectra)
