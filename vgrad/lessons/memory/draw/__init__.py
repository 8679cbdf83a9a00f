"""The pictures of this lesson, drawn from its records."""

from __future__ import annotations

from . import adding, ring, solve, truncation

__all__ = ["adding", "ring", "solve", "truncation"]
