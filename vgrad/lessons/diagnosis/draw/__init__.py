"""The pictures of this lesson, drawn from its records."""

from __future__ import annotations

from . import clinic, follow, trial

__all__ = ["clinic", "follow", "trial"]
