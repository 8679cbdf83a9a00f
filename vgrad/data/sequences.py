"""Sequences whose answer lies far back: what a net remembers at the end is what its gradient reaches at the start.

Time comes first: xs has shape (T, N, D), step t of all N sequences is xs[t].
"""

from __future__ import annotations

import math

import numpy as np

from .. import require
from ._arguments import generator, precision

Array = np.ndarray
ADDING_BASELINE = 1 / 6  # mse of always answering 1: the variance of a sum of two U(0, 1), 2/12


def adding(T: int, N: int, *, rng, dtype: str = "float64") -> tuple[Array, Array]:
    """xs (T, N, 2), target (N, 1):  the adding problem (Hochreiter & Schmidhuber 1997, in the form of Le et al. 2015).

    xs[t, :, 0] ~ U(0, 1);  xs[t, :, 1] marks two steps with 1, one of the first T // 2 and one of the others, and is 0
    elsewhere;  target = the sum of the two marked numbers. A net without memory does best by always answering 1, at a
    mean squared error of ADDING_BASELINE = 1/6. Raises ValueError for T below 2 or N below 1.
    """
    T, N = require.whole("T", T, 2), require.whole("N", N, 1)
    rng, dtype = generator(rng), precision(dtype)
    xs, every = np.zeros((T, N, 2)), np.arange(N)
    xs[..., 0] = rng.random((T, N))
    early, late = rng.integers(0, T // 2, N), rng.integers(T // 2, T, N)
    xs[early, every, 1] = xs[late, every, 1] = 1
    xs = xs.astype(dtype)
    return xs, (xs[early, every, :1] + xs[late, every, :1])


def copy_memory(
    T: int, N: int, *, symbols: int = 8, length: int = 10, rng, dtype: str = "float64"
) -> tuple[Array, Array]:
    """xs (T + 2 length, N, symbols + 2), labels (T + 2 length, N):  say it again, T steps later (Arjovsky et al. 2016).

    The input is ``length`` symbols from 0 to symbols - 1, drawn evenly; T - 1 blanks; one cue; ``length`` blanks. It is
    one-hot: a blank is number ``symbols``, the cue is symbols + 1. The labels are T + length blanks, then the symbols
    in the order they came: whole numbers from 0 to ``symbols`` (§5.1 there; the task is Hochreiter & Schmidhuber's).
    For the loss of a net without memory see ``copy_baseline``. Raises ValueError for a number below 1.
    """
    T, N, symbols, length = _copy_sizes(T=T, N=N, symbols=symbols, length=length)
    rng, dtype = generator(rng), precision(dtype)
    message = rng.integers(0, symbols, (length, N))
    blank, cue = np.full((T + length, N), symbols), symbols + 1
    inputs, labels = np.concatenate([message, blank]), np.concatenate([blank, message])
    inputs[length + T - 1] = cue
    return one_hot(inputs, symbols + 2, dtype=dtype), labels


def copy_baseline(T: int, *, symbols: int = 8, length: int = 10) -> float:
    """length · ln(symbols) / (T + 2 length):  the cross-entropy of ``copy_memory`` without memory, mean over all steps.

    Such a net knows when to answer, thanks to the cue, and only guesses what. Raises ValueError for a number below 1.
    """
    T, symbols, length = _copy_sizes(T=T, symbols=symbols, length=length)
    return length * math.log(symbols) / (T + 2 * length)


def _copy_sizes(**sizes) -> list[int]:
    return [require.whole(name, size, 1) for name, size in sizes.items()]


def one_hot(labels: Array, classes: int, *, dtype: str = "float64") -> Array:
    """1 at place ``label`` and 0 elsewhere:  labels (...), whole numbers from 0 to classes - 1, -> (..., classes)."""
    labels, classes = np.asarray(labels), require.whole("classes", classes, 1)
    if not (np.issubdtype(labels.dtype, np.integer) and ((labels >= 0) & (labels < classes)).all()):
        raise ValueError(f"labels is {labels!r}; allowed are whole numbers from 0 to {classes - 1}")
    return (labels[..., None] == np.arange(classes)).astype(precision(dtype))
