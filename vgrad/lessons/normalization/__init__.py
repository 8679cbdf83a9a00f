"""Does normalizing cure it?"""

from __future__ import annotations

from ...kit.experiments.flow import flow
from ...kit.questions import asker
from ...kit.show import draws, show
from ..learning import readout
from . import check, draw, explore, records
from .measure import classify, compare, growth, parts
from .say import table
from .tables import TABLES

__all__ = [
    "TABLES", "ask", "check", "classify", "compare", "draw", "explore", "flow", "growth", "load", "parts",
    "readout", "show", "table",
]  # fmt: skip

ask = asker(__name__)


def load(name: str) -> list[records.DigitsRecord]:
    """Return the records of the stored table called ``name``. ValueError names the tables of this lesson."""
    return [records.DigitsRecord.of(cell) for cell in TABLES.load(name)]


draws(records.NormsRecord)(draw.norms)
draws(records.DigitsRecord, several=True)(draw.digits)
