"""Where do the numbers end?"""

from __future__ import annotations

from ...kit.investigation import investigate
from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure.formats import bits
from .measure.scaled import train_in
from .measure.stored import store_in
from .measure.window import in_format

__all__ = [
    "ask", "bits", "check", "draw", "explore", "in_format", "investigate", "records", "show", "store_in", "train_in",
]  # fmt: skip

ask = asker(__name__)
draws(records.BitsRecord)(draw.formats.bits)
draws(records.TrainedRecord, several=True)(draw.scaled.accuracy)
draws(records.WindowRecord)(draw.window.window)
