"""The pictures of this lesson, drawn from its records."""

from __future__ import annotations

from . import tables, training

__all__ = ["tables", "training"]
