"""Do transformers have this problem?"""

from __future__ import annotations

from ...kit.questions import asker
from . import check, draw, explore, records

__all__ = ["ask", "check", "draw", "explore", "records"]

ask = asker(__name__)
