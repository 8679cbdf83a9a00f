"""What the lessons run. Each function measures, and returns a plain record: it draws nothing, and repeats exactly."""

from __future__ import annotations

from . import kata
from .gradient_flow import CHOICES, FlowRecord, flow

__all__ = ["CHOICES", "FlowRecord", "flow", "kata"]
