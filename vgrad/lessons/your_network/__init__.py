"""How do I see it in my network?"""

from __future__ import annotations

from ...kit.questions import asker
from . import check
from .measure.unknown import unknown
from .need import need_torch

__all__ = ["ask", "check", "need_torch", "unknown"]

ask = asker(__name__)
