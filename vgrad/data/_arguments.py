"""The arguments that all tasks share, and their checks."""

from __future__ import annotations

import numpy as np

from .. import require

DTYPES = ("float16", "float32", "float64")


def generator(rng):
    """Return ``rng`` if chance can be drawn from it; raise ValueError for a seed, None or the old RandomState."""
    require.generator("rng", rng)
    return rng


def precision(dtype) -> str:
    """Return ``dtype`` if it is the name of one that the package computes in; raise ValueError if it is not."""
    return require.choice("dtype", dtype, DTYPES)


def even(classes: int, n: int, rng) -> np.ndarray:
    """n labels from 0 to classes - 1 in random order, each as often as any other, or once more."""
    return rng.permutation(np.arange(n) % classes)
