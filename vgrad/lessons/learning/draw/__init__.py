"""The pictures of this lesson, drawn from its records."""

from __future__ import annotations

from . import readout, tables, training

__all__ = ["readout", "tables", "training"]
