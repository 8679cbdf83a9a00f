"""What all experiments share: one BLAS thread, no warnings about overflow (it is measured), unit draws kept, bands."""

from __future__ import annotations

import functools
import threading
from typing import NamedTuple

import numpy as np

from ... import models, require

KEPT = 2**24  # numbers in one store of draws; beyond, it starts anew


def numeric(name: str, value) -> None:
    """Raise ValueError unless ``value`` is a number or an array of them."""
    numbers = np.asarray(value)
    require.instance(name, value, numbers.dtype.kind in "fiu" and numbers.size, "a number, or an array of numbers")


def _alpha(name: str, value) -> None:
    if not (isinstance(value, str) and value in models.ALPHAS):
        require.number(name, value)


VOCABULARY = dict(
    **dict.fromkeys(("columns", "rows", "units", "most", "draws", "numbers"), require.count),
    **dict.fromkeys(("multiply_adds", "weights"), lambda name, value: require.number(name, value, 1)),
    **dict.fromkeys(("sigma_w2", "sigma_b2", "floor", "line", "within"), require.nonnegative),
    **dict.fromkeys(("slope", "scale", "low", "high", "start", "end", "factor"), require.number),
    **dict.fromkeys(("found", "cells", "kinds"), require.nonempty),
    **dict.fromkeys(("apart", "spectral"), require.flag),
    alpha=_alpha, skip=models.checks.require_skip,
    first_seed=lambda name, value: require.whole(name, value, 0),
    board=lambda name, value: require.instance(name, value, hasattr(value, "rows"), "a Board"),
    row=lambda name, value: require.instance(name, value, hasattr(value, "decades"), "a Row of a Board"),
)  # fmt: skip


def checked(**kinds):
    """``require.checked``, with what names mean in experiments."""
    return require.checked(**VOCABULARY | kinds)


def measured(function):
    """Run an experiment on one BLAS thread (at these sizes two are slower), NumPy's floating-point warnings off."""

    @functools.wraps(function)
    def run(*args, **kwargs):
        with _blas().limit(limits=1), np.errstate(all="ignore"):
            return function(*args, **kwargs)

    return run


@functools.cache
def _blas():
    import threadpoolctl

    return threadpoolctl.ThreadpoolController()


def scaled_draw(name, draw, shape: tuple[int, ...], scale: float = 1.0, *, precision: str, seed: int):
    """``scale`` times the unit draw called ``name``: (seeds, ...), the same for the first seeds however many there are.

    Each name has its own generator, (seed, *name), so that depth slices one network too. Draws and their last scale are
    kept: a slider costs no random numbers, and one that leaves the scale alone nothing at all. So what is returned
    holds until the next call, and must not be written to.
    """
    seeds, *rest = shape
    store = _store(tuple(rest), draw, precision, seed, threading.get_ident())
    if name not in store or len(store[name].unit) < seeds:
        if sum(kept.unit.size for kept in store.values()) > KEPT:
            store.clear()
        unit = draw(np.random.default_rng((seed, *name)), shape).astype(precision)
        store[name] = _Kept(unit, np.empty_like(unit), None)
    kept = store[name]
    if kept.scale != scale:
        store[name] = kept._replace(scale=None)  # an interrupt leaves no numbers of one scale under another's name
        np.multiply(kept.unit, kept.unit.dtype.type(scale), out=kept.scaled)
        store[name] = kept._replace(scale=scale)
    return kept.scaled[:seeds]


class Band(NamedTuple):
    """Over the seeds, per layer: the median, and the values that a tenth of the seeds lie below and above."""

    low: np.ndarray
    median: np.ndarray
    high: np.ndarray


def band(rows: np.ndarray) -> Band:
    """The band over networks of rows (networks, ...).

    Order statistics, never interpolated: a 0 stays a 0 and an inf an inf; a NaN sorts above inf, having been one.
    """
    ordered = np.sort(rows, axis=0)
    return Band(*(ordered[round(share * (len(ordered) - 1))] for share in (0.1, 0.5, 0.9)))


def relative(norms: np.ndarray) -> np.ndarray:
    """Norms (networks, layers), each network's divided by its last layer's; where nothing arrives it is 0."""
    return np.where(norms == 0, 0.0, norms / norms[:, -1:])


def crossing(x: np.ndarray, y: np.ndarray) -> float:
    """Where y, from below 0 to above, crosses it: on the line between two points; NaN if it does not."""
    k = int(np.argmax(y > 0))
    if not (y[0] <= 0 < y[k] and np.isfinite(y[k - 1])):
        return float("nan")
    return float(x[k - 1] - y[k - 1] * (x[k] - x[k - 1]) / (y[k] - y[k - 1]))


class _Kept(NamedTuple):
    unit: np.ndarray
    scaled: np.ndarray
    scale: float | None


@functools.lru_cache(maxsize=3)
def _store(shape, draw, precision, seed, thread) -> dict:
    return {}
