"""The pictures of this lesson, drawn from its records."""

from __future__ import annotations

from . import connectivity, recurrence

__all__ = ["connectivity", "recurrence"]
