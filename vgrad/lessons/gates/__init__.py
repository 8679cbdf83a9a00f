"""How do gates keep the message?"""

from __future__ import annotations

from ...kit.experiments.reach import CELLS, ReachRecord, keeping, networks, reach
from ...kit.questions import asker
from ...kit.show import draws, show
from ...kit.words.cells import cell_label, record_label
from . import check, draw, explore, records
from .measure import compare, defaults, split, stack

__all__ = [
    "CELLS", "ReachRecord", "ask", "cell_label", "check", "compare", "defaults", "draw", "explore", "keeping",
    "networks", "reach", "record_label", "show", "split", "stack",
]  # fmt: skip

ask = asker(__name__)
draws(ReachRecord, several=True)(draw.reach.reach)
draws(records.GatesRecord)(draw.gates.gates)
draws(records.DefaultsRecord)(draw.defaults.defaults)
