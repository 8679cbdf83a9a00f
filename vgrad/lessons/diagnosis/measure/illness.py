"""What the clinic's tests find, and its own rule, which sees these findings and nothing else."""

from __future__ import annotations

import numpy as np

from ..records import Findings

LOST = 0.9  # of a layer's dh: beyond it, the precision is too low
COPIES = 0.5  # of a layer's units: beyond it, they are symmetric
START = 10.0  # of the first loss, more than four times that of a guess, which is ln 10
FALLEN = -1.0  # decades of dh after ten steps: below it, training has broken what was well


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
# (probes.signs.MANY_DEAD).
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
        "too low precision",
        lambda f: f.lost > LOST,
        lambda f: f"in some layer {f.lost:.0%} of dh is 0 or subnormal in the precision of training, over 90 %",
    ),
    (
        "symmetry",
        lambda f: f.copies > COPIES,
        lambda f: f"in some layer {f.copies:.0%} of the units receive the same update as another, over 50 %",
    ),
    (
        "unscaled input",
        lambda f: not f.first_loss < START,
        lambda f: f"the gradient is well, but the loss starts at {_told(f.first_loss)}, where a guess has 2.3",
    ),
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
        "missing warm-up",
        lambda f: not f.later > FALLEN and f.last_loss < f.first_loss,
        lambda f: f"a fresh network is well, but after ten steps dh at layer 1 is 10^{f.later:.1f} of the last's",
    ),
    (
        "rate too large",
        lambda f: True,
        lambda f: f"a fresh network is well, and the loss went from {f.first_loss:.1f} to {_told(f.last_loss)}",
    ),
)
