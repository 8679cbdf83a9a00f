"""The usual check of a network: one norm of all its gradients, between two limits."""

from __future__ import annotations

import math

VANISHING, EXPLODING = 1e-7, 1e3


def share_of_limit(total: float) -> float:
    """Return how far the norm of all gradients is on its way from 1 to the limit on its side, in decades.

    At either limit it is 1. A norm that is 0 or not finite is as far as can be.
    """
    if not 0 < total < math.inf:
        return math.inf
    decades = math.log10(total)
    return max(decades / math.log10(EXPLODING), decades / math.log10(VANISHING))
