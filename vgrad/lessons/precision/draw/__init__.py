"""The pictures of this lesson, drawn from its records."""

from __future__ import annotations

from . import formats, scaled, window

__all__ = ["formats", "scaled", "window"]
