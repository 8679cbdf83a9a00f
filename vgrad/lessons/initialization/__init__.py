"""How large should the first weights be?"""

from __future__ import annotations

from ...kit.experiments.flow import FlowRecord, flow
from ...kit.experiments.stored import Cell
from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure import FORMULAS, he_or_xavier, sweep, train_from
from .tables import TABLES

__all__ = [
    "FORMULAS", "TABLES", "Cell", "ask", "check", "draw", "explore", "flow", "he_or_xavier", "load", "show", "sweep",
    "train_from",
]  # fmt: skip

ask = asker(__name__)
load = TABLES.load
draws(FlowRecord)(draw.signal)
draws(records.SweepRecord, several=True)(draw.sweep)
draws(records.StartRecord, several=True)(draw.starts)
