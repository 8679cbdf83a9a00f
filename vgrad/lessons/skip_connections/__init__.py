"""What does a path around the layer buy?"""

from __future__ import annotations

from ...kit.experiments.flow import FlowRecord
from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure import both_ways, last_layer

__all__ = [
    "ask", "both_ways", "check", "draw", "explore", "last_layer", "show",
]  # fmt: skip

ask = asker(__name__)
draws(FlowRecord)(draw.paths)
draws(records.LastRecord)(draw.last_layer)
