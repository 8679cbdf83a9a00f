"""What do I know?  The inventory, which is taken before and after the course."""

from __future__ import annotations

from .take import FORMS, take

__all__ = ["FORMS", "take"]
