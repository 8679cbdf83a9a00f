"""The pictures of this lesson, drawn from its records."""

from __future__ import annotations

from . import trial

__all__ = ["trial"]
