"""What this lesson measures."""

from __future__ import annotations
