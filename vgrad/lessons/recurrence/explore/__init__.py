"""The explorers of this lesson: an unrolled net, and the words of a sentence."""

from __future__ import annotations

from .connectivity import connectivity
from .recurrence import recurrence

EXPLORERS = {"recurrence": recurrence, "connectivity": connectivity}
