"""The cliff: an RNN of one unit, and gradient descent on its two parameters, with clipping and without it.

    x_t = w σ(x_{t-1}) + b,  x_0 = 1/2,  loss = (σ(x_50) - 0.7)²          (Pascanu et al. 2013, fig. 6)

``surface``: the loss over the plane of w and b.  ``descend``: the paths from any starts.  ``walk``: one start, with
clipping and without.  ``survey``: many starts and thresholds.  ``quartic``: a hill so steep that clipping speeds it up.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .... import require
from ....kit.experiments.protocol import checked, measured, numeric
from ....ops import Array
from ..records import CliffRecord, Path, Surface, SurveyRecord

T, START, TARGET = 50, 0.5, 0.7
W, B = (4.0, 7.0), (-3.4, -1.8)  # the part of the plane that the paper shows
STEPS = 200  # at the most
ALMOST_ZERO = 1e-6  # in the denominator, as in train.clip_by_norm


@checked(w=numeric, b=numeric)
@np.errstate(all="ignore")
def gradient(w, b) -> tuple[Array, Array, Array]:
    """loss, dloss/dw and dloss/db:  the chain rule carried forward, two derivatives a time step."""
    x = np.full(np.shape(w), START)
    along_w, along_b = np.zeros_like(x), np.zeros_like(x)
    for _ in range(T):
        s = _sigmoid(x)
        slope = w * s * (1 - s)
        along_w, along_b, x = s + slope * along_w, 1 + slope * along_b, w * s + b
    s = _sigmoid(x)
    down = 2 * (s - TARGET) * s * (1 - s)
    return (s - TARGET) ** 2, down * along_w, down * along_b


@checked()
@lru_cache(maxsize=2)
@measured
def surface(columns=241, rows=161) -> Surface:
    """The loss over W and B, ``columns`` by ``rows``."""
    w, b = np.linspace(*W, columns), np.linspace(*B, rows)
    loss, dw, db = gradient(*np.meshgrid(w, b))
    return Surface(w, b, loss, np.hypot(dw, db))


@checked(w=numeric, b=numeric, threshold=numeric)
@measured
def descend(w, b, *, rate, threshold=np.inf, steps=60) -> Path:
    """Descend from (w, b), numbers or arrays:  each step is rate · gradient · min(1, threshold / ‖gradient‖)."""
    require.number("rate", rate, 0.0)
    w, b, threshold = np.broadcast_arrays(np.asarray(w, float), np.asarray(b, float), np.asarray(threshold, float))
    places = []
    for _ in range(require.whole("steps", steps, 1) + 1):
        loss, dw, db = gradient(w, b)
        norm = np.hypot(dw, db)
        places.append((w, b, loss, norm))
        factor = rate * np.minimum(1.0, threshold / (norm + ALMOST_ZERO))
        w, b = w - factor * dw, b - factor * db
    return Path(*(np.stack(part, axis=-1) for part in zip(*places, strict=True)))


def walk(*, w=4.55, b=-3.05, rate=0.3, threshold=1.0, steps=60) -> CliffRecord:
    """Both paths from one start.   w, b : within W and B; threshold : above 0; steps : at most STEPS."""
    w, b = require.number("w", w, *W), require.number("b", b, *B)
    threshold, steps = require.number("threshold", threshold, 1e-9), require.whole("steps", steps, 1, STEPS)
    both = descend([w, w], [b, b], rate=rate, threshold=[np.inf, threshold], steps=steps)
    free, clipped = (Path(*(part[k] for part in both)) for k in (0, 1))
    return CliffRecord(w, b, rate, threshold, steps, surface(), free, clipped)


@checked()
def survey(*, thresholds=(0.1, 0.3, 1.0, 3.0, 10.0), rate=0.3, steps=60, columns=28, rows=17) -> SurveyRecord:
    """Descend from a grid of starts, without clipping and with each of ``thresholds``."""
    starts = [part.ravel() for part in np.meshgrid(np.linspace(*W, columns), np.linspace(*B, rows))]
    thresholds = require.numbers("thresholds", thresholds, 1e-9)
    limits = np.array([np.inf, *thresholds])
    path = descend(*starts, rate=rate, threshold=limits[:, None], steps=steps)
    free, *clipped = path.loss[..., -1]
    return SurveyRecord(rate, steps, thresholds, path.longest[0], free, np.array(clipped))


@checked(rate=require.nonnegative, threshold=numeric)
def quartic(rate, threshold=np.inf, *, start=50.0, end=0.1, most=1_000_000) -> int | None:
    """Steps of descent on x⁴ / 4 from ``start`` to ``end``; None if it never comes there (after Zhang et al. 2020)."""
    x = start
    for step in range(most):
        if abs(x) <= end:
            return step
        if abs(x) > 2 * start:
            return None
        size = abs(x) ** 3
        x -= rate * min(1.0, threshold / size) * x**3
    return None


def _sigmoid(x: Array) -> Array:
    """σ(x);  of -1000, 1 / inf = 0."""
    return 1 / (1 + np.exp(-x))
