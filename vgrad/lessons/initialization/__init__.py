"""How large should the first weights be?"""

from __future__ import annotations

from ...kit.experiments.flow import flow
from ...kit.experiments.signal import SignalRecord, signal
from ...kit.experiments.stored import Cell
from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure import FORMULAS, he_or_xavier, sweep
from .tables import TABLES

__all__ = [
    "FORMULAS",
    "TABLES",
    "Cell",
    "SignalRecord",
    "ask",
    "check",
    "draw",
    "explore",
    "flow",
    "he_or_xavier",
    "load",
    "show",
    "signal",
    "sweep",
]

ask = asker(__name__)
load = TABLES.load
draws(SignalRecord)(draw.signal)
draws(records.SweepRecord, several=True)(draw.sweep)
draws(SignalRecord, several=True)(draw.glorot)
draws(Cell, several=True)(draw.by_depth)
