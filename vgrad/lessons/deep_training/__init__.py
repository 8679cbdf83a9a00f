"""How do fifty layers train at all?"""

from __future__ import annotations

from ...kit.investigation import investigate
from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure import first_step, shatter, train_blocks, train_plain, watch_blocks
from .tables import TABLES, best, compare_spirals

__all__ = [
    "TABLES", "ask", "best", "check", "compare_spirals", "draw", "explore", "first_step", "investigate", "load",
    "shatter", "show", "train_blocks", "train_plain", "watch_blocks",
]  # fmt: skip

ask = asker(__name__)
load = TABLES.load
draws(records.ShatterRecord, several=True)(draw.shattered)
draws(records.BlocksRecord)(draw.blocks)
draws(records.SpiralsRecord)(draw.spirals)
