"""PyTorch is not a part of vgrad, and so a page that uses it first asks whether it is there."""

from __future__ import annotations

import sys
from importlib.util import find_spec

MISSING = (
    "This page needs PyTorch, and the rest of vgrad does not. You can install it with: pip install 'vgrad[torch]'. "
    "All outputs of this page are stored, so you can also read on without it."
)
IN_A_BROWSER = (
    "This page needs PyTorch, which cannot run in a browser. All outputs of this page are stored, so you can read on here "
    "without it."
)


class PyTorchIsMissingError(ImportError):
    """PyTorch cannot be imported; a notebook shows the sentence alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython prints in place of a traceback."""
        return [str(self)]


def need_torch() -> None:
    """Raise PyTorchIsMissingError, with one sentence on what to do, unless PyTorch is installed. It is not imported."""
    if find_spec("torch") is None:
        raise PyTorchIsMissingError(IN_A_BROWSER if sys.platform == "emscripten" else MISSING)
