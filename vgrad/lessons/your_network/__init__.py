"""How do I see it in my network?"""

from __future__ import annotations

from ...kit.show import draws, show
from . import draw, records
from .measure.trial import judge, misses
from .tables import TABLES

__all__ = ["TABLES", "draw", "judge", "load", "misses", "records", "show"]

load = TABLES.load
draws(records.Trial)(draw.trial.trial)
