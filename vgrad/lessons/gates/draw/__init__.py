"""The pictures of this lesson, drawn from its records."""

from __future__ import annotations

from . import defaults, gates, reach

__all__ = ["defaults", "gates", "reach"]
