"""The pictures of this lesson, drawn from its records."""

from __future__ import annotations

from . import collapse, scores, training

__all__ = ["collapse", "scores", "training"]
