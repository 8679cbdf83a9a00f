"""What is this about?"""

from __future__ import annotations

from ...kit.experiments.flow import flow
from ...kit.questions import asker
from ...kit.show import show
from . import check, explore

__all__ = [
    "ask", "check", "explore", "flow", "show",
]  # fmt: skip

ask = asker(__name__)
