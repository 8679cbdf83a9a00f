"""Why is a sentence a deep network?"""

from __future__ import annotations

from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure.connectivity import agree, connectivity
from .measure.recurrence import by_radius, powers, tied, unrolled
from .measure.shared import parts

__all__ = [
    "agree", "ask", "by_radius", "check", "connectivity", "draw", "explore", "parts", "powers", "show", "tied",
    "unrolled",
]  # fmt: skip

ask = asker(__name__)
draws(records.RecurrenceRecord)(draw.recurrence.unrolled)
draws(records.RecurrenceRecord)(draw.recurrence.gradient)
draws(records.PowersRecord)(draw.recurrence.powers)
draws(records.ConnectivityRecord)(draw.connectivity.read)
