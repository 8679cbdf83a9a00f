"""The pictures of this lesson, drawn from its records."""

from __future__ import annotations

from . import columns, forms, scores, training

__all__ = ["columns", "forms", "scores", "training"]
