"""Who learns to remember?"""

from __future__ import annotations

from ...kit.experiments.stored import Cell
from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure.adding import table, train_memory, watch
from .measure.exact import kept, scan
from .say.adding import name
from .tables import TABLES

__all__ = [
    "TABLES", "Cell", "ask", "check", "draw", "explore", "kept", "load", "name", "scan", "show", "table",
    "train_memory", "watch",
]  # fmt: skip

ask = asker(__name__)
load = TABLES.load
draws(records.MemoryRecord)(draw.adding.memory)
draws(Cell, several=True)(draw.adding.losses)
draws(Cell, several=True)(draw.adding.learnt)
