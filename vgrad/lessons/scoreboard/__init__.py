"""So which cure for which illness?"""

from __future__ import annotations

from ...kit.experiments.learning import learn
from ...kit.investigation import investigate
from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure.board import NETS, at_start, board, treat
from .measure.guide import guide
from .measure.myths import CLAIMS, measure_claim
from .measure.taught import judge, learns, verdict, view
from .tables import TABLES

__all__ = [
    "CLAIMS", "NETS", "TABLES", "ask", "at_start", "board", "check", "draw", "explore", "guide", "investigate",
    "judge", "learn", "learns", "load", "measure_claim", "show", "treat", "verdict", "view",
]  # fmt: skip

ask = asker(__name__)
load = TABLES.load
draws(records.Guide)(draw.pages.guide)
draws(records.Judgement, several=True)(draw.pages.answers)
