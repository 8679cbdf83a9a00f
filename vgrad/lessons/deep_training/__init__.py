"""How do fifty layers train at all?"""

from __future__ import annotations

from ...kit.experiments.learning import learn
from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, records
from .measure import deep, shatter
from .tables import TABLES

__all__ = [
    "TABLES", "ask", "check", "deep", "draw", "learn", "load", "shatter", "show",
]  # fmt: skip

ask = asker(__name__)
load = TABLES.load
draws(records.ShatterRecord, several=True)(draw.shattered)
