"""Who learns to remember?"""

from __future__ import annotations

from ...kit.experiments.stored import Cell
from ...kit.investigation import investigate
from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure.adding import table, train_memory, watch
from .measure.ring import ring
from .measure.scan import scan
from .measure.solve import solve
from .measure.truncation import echo, truncation
from .say.adding import name
from .say.solve import verdicts
from .tables import TABLES

__all__ = [
    "TABLES", "Cell", "ask", "check", "draw", "echo", "explore", "investigate", "load", "name", "ring",
    "scan", "show", "solve", "table", "train_memory", "truncation", "verdicts", "watch",
]  # fmt: skip

ask = asker(__name__)
load = TABLES.load
draws(records.MemoryRecord)(draw.adding.memory)
draws(Cell, several=True)(draw.adding.losses)
draws(Cell, several=True)(draw.adding.learnt)
draws(Cell, several=True, picture="echo")(draw.truncation.table)
draws(records.TruncationRecord, several=True)(draw.truncation.error)
draws(records.TruncationRecord, several=True)(draw.truncation.cosine)
draws(records.EchoRecord, several=True)(draw.truncation.echo)
draws(Cell, several=True)(draw.solve.verdicts)
draws(records.SolveRecord, several=True)(draw.solve.course)
draws(records.RingRecord)(draw.ring.ring)
