"""What a linear recurrence does to a gradient and to a memory, in closed form.

    h_t = λ ∘ h_{t-1} + γ ∘ u_t,        dL/dh_{t-1} = λ* ∘ dL/dh_t,        r = |λ|

Nothing here is an approximation for wide nets. The backward pass does not depend on the data or on the state, so that
each step multiplies a gradient by r and by nothing else. Only what is said of h needs an assumption, which is that u is
white noise of variance 1.
"""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np

from ..require import Flag, NonNegative, guarded, number_from, whole_from

LONGEST = 10**9  # steps: no power of a number near 1 is told from its neighbour beyond
FromZero = Annotated[int, whole_from(0, LONGEST)]
Steps = Annotated[int, whole_from(1, LONGEST)]
InDisc = Annotated[float, number_from(0.0, 1.0)]


@guarded
def gradient_ratio(r: NonNegative, T: Steps) -> float:
    """‖dL/dh_1‖ / ‖dL/dh_T‖ = r^(T-1).  Returns it of a loss at step T alone, where all units share one r = |λ|.

    It is exact for every seed and input, and inf where it exceeds float64.
    """
    with np.errstate(over="ignore", under="ignore"):
        return float(np.float64(r) ** (T - 1))


@guarded
def ring_ratio(t: FromZero, r_min: InDisc = 0.0, r_max: InDisc = 1.0) -> float:
    """√E r^(2t) = √((r_max^(2t+2) - r_min^(2t+2)) / ((t + 1) (r_max² - r_min²))).

    Returns the root mean square of r^t over eigenvalues that are uniform in area on a ring, where r² is uniform
    (Orvieto et al. 2023, Lemma 3.2). It is what t steps leave of a gradient that starts alike in all units. The whole
    disc has 1 / √(t + 1), which is a power of t, because some unit always lies close enough to 1. H units are finitely
    many, and so they leave that line at about t = H.
    """
    if r_min > r_max:
        raise ValueError(f"r_min is {r_min!r}; allowed is a number from 0 to r_max, {r_max!r}")
    if r_min == r_max:
        return float(r_max) ** t
    q = (r_min / r_max) ** 2
    return r_max**t * math.sqrt((1 - q ** (t + 1)) / ((t + 1) * (1 - q)))


@guarded
def memory_rms(r: NonNegative, T: Steps | None = None, *, normalized: Flag = True) -> float:
    """√E h_T² = γ √((1 - r^(2T)) / (1 - r²)).  Returns it after T steps from h = 0, or after infinitely many.

    With γ = √(1 - r²) the limit is 1. Without γ it is 1 / √(1 - r²), so that what keeps a gradient also lets h grow
    (Orvieto et al. 2023, §3.4); at r = 1 it is √T. The limit is reached after some 1 / (1 - r) steps.
    """
    if normalized and r > 1:
        raise ValueError(f"r is {r!r}; allowed is a number from 0 to 1, as γ = √(1 - r²)")
    steps = math.inf if T is None else float(T)
    r = float(r)
    if r > 1:  # the last input is the largest part, and is taken out, as it may be beyond float64
        with np.errstate(over="ignore", under="ignore"):
            return float(np.float64(r) ** (steps - 1) * math.sqrt((1 - r ** (-2 * steps)) / (1 - r**-2)))
    gathered = 1 - r ** (2 * steps)
    if normalized:
        return math.sqrt(gathered)
    return math.sqrt(gathered / (1 - r * r) if r != 1 else steps)
