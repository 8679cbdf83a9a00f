"""What the clinic's tests find, and its own rule, which sees these findings and nothing else."""

from __future__ import annotations

import numpy as np

from ..records import Findings


def diagnose(found: Findings) -> tuple[str, str]:
    """Return the illness by the clinic's own rule, and why.

    It is the first of RULES that holds, and so what a fresh network shows comes before its training.
    """
    return next((illness, why(found)) for illness, holds, why in RULES if holds(found))


def _told(loss: float) -> str:
    return f"{loss:.2g}" if np.isfinite(loss) else "numbers that are not finite"


def _over_the_depth(found: Findings) -> str:
    return f"the first layer's dh is 10^{found.decades:.1f} of the last's, and two decades are too many"


# Of a layer 80 % are dead in a patient with that illness; the report remarks on it from half of a layer on
# (probes.diagnosis.MANY_DEAD).
RULES = (  # illness, whether it is, and why
    ("dead", lambda f: f.dead > 0.8, lambda f: f"in some layer {f.dead:.0%} of the units are dead, over 80 %"),
    (
        "saturated",
        lambda f: f.saturated > 0.75,
        lambda f: f"in some layer {f.saturated:.0%} of the slopes are flat, over 75 %",
    ),
    (
        "shattered",
        lambda f: f.likeness < 0.5,
        lambda f: f"one step on, the gradient is {f.likeness:.1f} like itself, under 0.5",
    ),
    ("vanishing", lambda f: not f.range < 2 and f.decades < 0, _over_the_depth),
    ("exploding", lambda f: not f.range < 2, _over_the_depth),
    (
        "collapsed",
        lambda f: f.signal < -0.8,
        lambda f: f"at the last layer inputs differ by {10**f.signal:.0%} of their size, under 16 %",
    ),
    (
        "healthy",
        lambda f: f.accuracy > 0.6,
        lambda f: f"nothing is wrong, and it tells {f.accuracy:.0%} of the digits already",
    ),
    (
        "rate too small",
        lambda f: f.update < 5e-4,
        lambda f: f"a fresh network is well, and an update is {f.update:.1g} of the weights",
    ),
    (
        "rate too large",
        lambda f: True,
        lambda f: f"a fresh network is well, and the loss went from {f.first_loss:.1f} to {_told(f.last_loss)}",
    ),
)
