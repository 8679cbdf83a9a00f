"""Where do the numbers end?"""

from __future__ import annotations

from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure.formats import bits
from .measure.scaled import train_in
from .measure.stored import store_in

__all__ = ["ask", "bits", "check", "draw", "explore", "records", "show", "store_in", "train_in"]

ask = asker(__name__)
draws(records.BitsRecord)(draw.formats.bits)
draws(records.TrainedRecord, several=True)(draw.scaled.accuracy)
