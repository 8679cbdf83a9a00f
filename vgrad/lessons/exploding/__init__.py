"""What breaks, and does clipping mend it?"""

from __future__ import annotations

from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure.cliff import descend, gradient, quartic, surface, survey, walk
from .measure.training import PRECISIONS, autopsy, first_overflow, train_rnn, upscaled

__all__ = [
    "PRECISIONS", "ask", "autopsy", "check", "descend", "draw", "explore", "first_overflow", "gradient", "quartic",
    "show", "surface", "survey", "train_rnn", "upscaled", "walk",
]  # fmt: skip

ask = asker(__name__)
draws(records.CliffRecord)(draw.cliff.walk)
draws(records.RunsRecord, several=True)(draw.training.runs)
