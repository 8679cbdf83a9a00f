"""How do fifty layers train at all?"""

from __future__ import annotations

from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure import shatter, train_blocks, watch_blocks
from .tables import TABLES, best

__all__ = [
    "TABLES", "ask", "best", "check", "draw", "explore", "load", "shatter", "show", "train_blocks", "watch_blocks",
]  # fmt: skip

ask = asker(__name__)
load = TABLES.load
draws(records.ShatterRecord, several=True)(draw.shattered)
draws(records.BlocksRecord)(draw.blocks)
