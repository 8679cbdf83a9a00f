"""What is this about?"""

from __future__ import annotations

from ...kit.experiments.flow import flow
from ...kit.questions import asker
from ...kit.show import draws, show
from . import draw, explore, records
from .draw import first_look
from .measure import whispers

__all__ = [
    "ask", "explore", "first_look", "flow", "show", "whispers",
]  # fmt: skip

ask = asker(__name__)
draws(records.WhispersRecord)(draw.whispers)
