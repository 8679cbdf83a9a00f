"""Where do the numbers end?"""

from __future__ import annotations

from ...kit.questions import asker
from ...kit.show import show
from . import check, draw, explore, records

__all__ = ["ask", "check", "draw", "explore", "records", "show"]

ask = asker(__name__)
