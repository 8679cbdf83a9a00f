"""How do I see it in my network?"""

from __future__ import annotations

import sys
from importlib.util import find_spec

from ...kit.questions import asker
from . import check
from .measure.unknown import unknown
from .say import need

__all__ = ["ask", "check", "need_torch", "unknown"]

ask = asker(__name__)


class PyTorchIsMissingError(ImportError):
    """PyTorch cannot be imported; a notebook shows the sentence alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython prints in place of a traceback."""
        return [str(self)]


def need_torch() -> None:
    """Raise PyTorchIsMissingError, with one sentence on what to do, unless PyTorch is installed. It is not imported."""
    if find_spec("torch") is None:
        raise PyTorchIsMissingError(need.IN_A_BROWSER if sys.platform == "emscripten" else need.MISSING)
