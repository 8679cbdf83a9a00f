"""The explorer of this lesson is the one of the lesson on the gradient's flow."""

from __future__ import annotations

from .. import gradient_flow as room

gradient_flow = room.explore.gradient_flow
EXPLORERS: dict = {}
