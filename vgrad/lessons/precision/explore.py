"""Where do the numbers end?  The window of numbers of a format, and the gradient of each layer in it."""

from __future__ import annotations

EXPLORERS = {}
