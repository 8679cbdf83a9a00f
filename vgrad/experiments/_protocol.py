"""What all experiments share: one BLAS thread, no warnings about overflow (it is measured), and unit draws kept."""

from __future__ import annotations

import functools
import threading
from typing import NamedTuple

import numpy as np

KEPT = 2**24  # numbers in one store of draws; beyond, it starts anew


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
        np.multiply(kept.unit, kept.unit.dtype.type(scale), out=kept.scaled)
        store[name] = kept._replace(scale=scale)
    return kept.scaled[:seeds]


class _Kept(NamedTuple):
    unit: np.ndarray
    scaled: np.ndarray
    scale: float | None


@functools.lru_cache(maxsize=3)
def _store(shape, draw, precision, seed, thread) -> dict:
    return {}
