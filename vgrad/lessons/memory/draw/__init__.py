"""The pictures of this lesson, drawn from its records."""

from __future__ import annotations

from . import adding, truncation

__all__ = ["adding", "truncation"]
