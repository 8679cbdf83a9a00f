"""Does normalizing cure it?"""

from __future__ import annotations

from ...kit.experiments.flow import flow
from ...kit.experiments.learning import learn
from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure import compare, growth

__all__ = [
    "ask", "check", "compare", "draw", "explore", "flow", "growth", "learn", "show",
]  # fmt: skip

ask = asker(__name__)
draws(records.NormsRecord)(draw.norms)
draws(records.GrowthRecord, several=True)(draw.growth)
