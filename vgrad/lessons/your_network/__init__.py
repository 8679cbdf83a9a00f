"""How do I see it in my network?"""

from __future__ import annotations

import sys
from importlib.util import find_spec

from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, records
from .measure.trial import judge, misses
from .measure.unknown import unknown
from .say import need
from .tables import TABLES

__all__ = ["TABLES", "ask", "check", "draw", "judge", "load", "misses", "need_torch", "records", "show", "unknown"]

ask = asker(__name__)
load = TABLES.load
draws(records.Trial)(draw.trial.trial)


class PyTorchIsMissingError(ImportError):
    """PyTorch cannot be imported; a notebook shows the sentence alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython prints in place of a traceback."""
        return [str(self)]


def need_torch() -> None:
    """Raise PyTorchIsMissingError, with one sentence on what to do, unless PyTorch is installed. It is not imported."""
    if find_spec("torch") is None:
        raise PyTorchIsMissingError(need.IN_A_BROWSER if sys.platform == "emscripten" else need.MISSING)
