"""What does one layer do to the gradient?"""

from __future__ import annotations

from ...kit.experiments.flow import flow
from ...kit.experiments.twin import sigmoid_twin
from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure import critical, factor, largest, slope_at, slopes, sweep, twins

__all__ = [
    "ask", "check", "critical", "draw", "explore", "factor", "flow", "largest", "show", "sigmoid_twin", "slope_at",
    "slopes", "sweep", "twins",
]  # fmt: skip

ask = asker(__name__)
draws(records.SlopesRecord)(draw.slopes)
draws(records.SweepRecord, several=True)(draw.factors)
draws(records.TwinsRecord)(draw.twins)
