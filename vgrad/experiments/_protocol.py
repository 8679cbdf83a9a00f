"""What all experiments share: one BLAS thread, no warnings about overflow (it is measured), and unit draws kept."""

from __future__ import annotations

import functools

import numpy as np


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


def unit_draw(name, draw, shape: tuple[int, ...], *, precision: str, seed: int):
    """The unit draw called ``name``: shape (seeds, ...), the same for the first seeds however many are asked for.

    Each layer has its own generator, (seed, layer), so that depth slices one network too. Draws are kept, and
    read-only: a slider that moves only scales costs no random numbers.
    """
    seeds, *rest = shape
    store = _store(tuple(rest), draw, precision, seed)
    if name not in store or len(store[name]) < seeds:
        store[name] = draw(np.random.default_rng((seed, *name)), shape).astype(precision)
        store[name].flags.writeable = False
    return store[name][:seeds]


@functools.lru_cache(maxsize=3)
def _store(shape, draw, precision, seed) -> dict:
    return {}
