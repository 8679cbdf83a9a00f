"""The cliff: an RNN of one unit, and gradient descent on its two parameters, with clipping and without it.

    x_t = w σ(x_{t-1}) + b,  x_0 = 1/2,  loss = (σ(x_50) - 0.7)²          (Pascanu et al. 2013, fig. 6)

``surface`` is the loss over the plane of w and b. ``descend`` returns the paths from any starts, and ``walk`` those
from one start, with clipping and without.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

import numpy as np

from .... import require
from ....kit.experiments.protocol import NumberOrArray, TrainSteps, measured, require_work
from ....ops import Array
from ....require import Count, NonNegative, bare, guarded, guarded_by
from ..records import BESIDE, HALFWAY, CliffRecord, Path, Surface

T = 50  # time steps
START = 0.5  # x_0
TARGET = 0.7
W = (4.0, 7.0)  # the part of the plane that the paper shows
B = (-3.4, -1.8)
STEPS = 200  # at the most
PLACES = 300_000  # of the plane at once
VISITED = 10_000_000  # on all paths
LEAST = 1e-9  # of a threshold
ALMOST_ZERO = 1e-6  # in the denominator, as in train.clip_by_norm


def _one_shape(**arrays) -> None:
    """Raise ValueError unless the arrays broadcast to one shape."""
    shapes = {name: np.shape(array) for name, array in arrays.items()}
    try:
        np.broadcast_shapes(*shapes.values())
    except ValueError:
        raise ValueError(f"{' and '.join(shapes)} have shapes {[*shapes.values()]}; allowed is one shape") from None


def _require_threshold(name: str, value) -> None:
    """Raise ValueError if a norm is negative."""
    require.instance(name, value, not np.any(np.asarray(value, float) < 0), "a number of at least 0, or several")


Threshold = Annotated[float, require.scalar, _require_threshold]


@guarded_by(lambda w, b: _one_shape(w=w, b=b))
@np.errstate(all="ignore")
def gradient(w: NumberOrArray, b: NumberOrArray) -> tuple[Array, Array, Array]:
    """Return the loss, dloss/dw and dloss/db, each of the shape of w and b.

    The chain rule is carried forward, by two derivatives per time step.
    """
    w = np.asarray(w, float)
    b = np.asarray(b, float)
    x = np.full(np.broadcast_shapes(w.shape, b.shape), START)
    dx_dw = np.zeros_like(x)
    dx_db = np.zeros_like(x)
    for _ in range(T):
        s = _sigmoid(x)
        slope = w * s * (1 - s)
        dx_dw = s + slope * dx_dw
        dx_db = 1 + slope * dx_db
        x = w * s + b
    s = _sigmoid(x)
    dloss_dx = 2 * (s - TARGET) * s * (1 - s)
    return (s - TARGET) ** 2, dloss_dx * dx_dw, dloss_dx * dx_db


@guarded
@lru_cache(maxsize=2)
@measured
def surface(columns: Count = 241, rows: Count = 161) -> Surface:
    """Return the loss over the plane, at ``columns`` values of w in W and ``rows`` values of b in B."""
    require_work("columns · rows", columns, rows, most=PLACES)
    w = np.linspace(*W, columns)
    b = np.linspace(*B, rows)
    loss, dw, db = bare(gradient)(*np.meshgrid(w, b))
    wall = _wall(w)
    return Surface(w, b, loss, np.hypot(dw, db), wall, _loss(w, wall - BESIDE), _loss(w, wall + BESIDE))


def _wall(w: Array) -> Array:
    """The b of the wall at each w, halved in on until it is known to about 1e-9, or NaN."""
    low, high = (np.full_like(w, b) for b in B)
    crosses = (_loss(w, low) > HALFWAY) & (_loss(w, high) < HALFWAY)
    for _ in range(30):
        middle = (low + high) / 2
        above = _loss(w, middle) > HALFWAY
        low = np.where(above, middle, low)
        high = np.where(above, high, middle)
    return np.where(crosses, high, np.nan)


def _loss(w: Array, b: Array) -> Array:
    return bare(gradient)(w, b)[0]


def _fits(w, b, *, rate, threshold=np.inf, steps=60) -> None:
    _one_shape(w=w, b=b, threshold=threshold)
    _require_threshold("threshold", threshold)
    places = np.broadcast_shapes(np.shape(w), np.shape(b), np.shape(threshold))
    require_work("w.size · steps", *places, steps, most=VISITED)


@guarded_by(_fits)
@measured
def descend(
    w: NumberOrArray, b: NumberOrArray, *, rate: NonNegative, threshold: NumberOrArray = np.inf, steps: TrainSteps = 60
) -> Path:
    """Descend from (w, b), where each step is rate · gradient · min(1, threshold / ‖gradient‖).

    w, b and threshold are numbers, or arrays that broadcast to one shape, which the path has, with its steps behind.
    """
    w, b, threshold = np.broadcast_arrays(np.asarray(w, float), np.asarray(b, float), np.asarray(threshold, float))
    places = []
    for _ in range(steps + 1):
        loss, dw, db = bare(gradient)(w, b)
        norm = np.hypot(dw, db)
        places.append((w, b, loss, norm))
        factor = rate * np.minimum(1.0, threshold / (norm + ALMOST_ZERO))
        w = w - factor * dw
        b = b - factor * db
    return Path(*(np.stack(part, axis=-1) for part in zip(*places, strict=True)))


@guarded
def walk(
    *, w: Annotated[float, require.number_from(*W)] = 4.55, b: Annotated[float, require.number_from(*B)] = -3.05,
    rate: NonNegative = 0.3, threshold: Annotated[float, require.number_from(LEAST)] = 1.0,
    steps: Annotated[int, require.whole_from(1, STEPS)] = 60,
) -> CliffRecord:  # fmt: skip
    """Descend from one start, without clipping and with it.

    w, b : within W and B; threshold : above 0; steps : at most STEPS.
    """
    both = descend([w, w], [b, b], rate=rate, threshold=[np.inf, threshold], steps=steps)
    free, clipped = (Path(*(part[k] for part in both)) for k in (0, 1))
    return CliffRecord(w, b, rate, threshold, steps, surface(), free, clipped)


def _sigmoid(x: Array) -> Array:
    """σ(x);  of -1000, 1 / inf = 0."""
    return 1 / (1 + np.exp(-x))
