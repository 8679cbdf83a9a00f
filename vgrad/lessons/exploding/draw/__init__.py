"""The pictures of this lesson, drawn from its records."""

from __future__ import annotations

from . import cliff, spikes, training

__all__ = ["cliff", "spikes", "training"]
