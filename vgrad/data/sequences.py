"""Sequences whose answer lies far back: what a net remembers at the end is what its gradient reaches at the start.

Time comes first: xs has shape (T, N, D), step t of all N sequences is xs[t].
"""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np

from .. import require
from ..require import Precision, Rng, guarded
from .points import Many

Array = np.ndarray
Labels = Annotated[Array, require.thing("an array of whole numbers, or a list of them", lambda it: _are_whole(it))]
ADDING_BASELINE = 1 / 6  # mse of always answering 1: the variance of a sum of two U(0, 1), 2/12


@guarded
def adding(
    T: Annotated[int, require.whole_from(2, 100_000)], N: Many, *, rng: Rng, dtype: Precision = "float64"
) -> tuple[Array, Array]:
    """Return xs (T, N, 2) and target (N, 1) of the adding problem.

    It is that of Hochreiter & Schmidhuber 1997, in the form of Le et al. 2015.
    xs[t, :, 0] ~ U(0, 1);  xs[t, :, 1] marks two steps with 1, one of the first T // 2 and one of the others, and is 0
    elsewhere;  target = the sum of the two marked numbers. A net without memory does best by always answering 1, at a
    mean squared error of ADDING_BASELINE = 1/6. Raises ValueError for T below 2 or N below 1, for more than
    100,000 of either, and for more than 100,000,000 numbers in all.
    """
    require.total("T · N · 2", T * N * 2)
    xs = np.zeros((T, N, 2))
    xs[..., 0] = rng.random((T, N))
    early = rng.integers(0, T // 2, N)
    late = rng.integers(T // 2, T, N)
    every = np.arange(N)
    xs[early, every, 1] = 1
    xs[late, every, 1] = 1
    xs = xs.astype(dtype)
    return xs, (xs[early, every, :1] + xs[late, every, :1])


@guarded
def copy_memory(
    T: Many, N: Many, *, symbols: Many = 8, length: Many = 10, rng: Rng, dtype: Precision = "float64"
) -> tuple[Array, Array]:
    """Return xs (T + 2 length, N, symbols + 2) and labels (T + 2 length, N): say it again, T steps later.

    (Arjovsky et al. 2016.) The input is ``length`` symbols from 0 to symbols - 1, drawn evenly; T - 1 blanks; one cue;
    ``length`` blanks. It is one-hot: a blank is number ``symbols``, the cue is symbols + 1. The labels are T + length
    blanks, then the symbols in the order they came: whole numbers from 0 to ``symbols`` (§5.1 there; the task is
    Hochreiter & Schmidhuber's). For the loss of a net without memory see ``copy_baseline``. Raises ValueError for a
    number below 1 or above 100,000, and for more than 100,000,000 numbers in all.
    """
    require.total("(T + 2 length) · N · (symbols + 2)", (T + 2 * length) * N * (symbols + 2))
    message = rng.integers(0, symbols, (length, N))
    blank = np.full((T + length, N), symbols)
    labels = np.concatenate([blank, message])
    inputs = np.concatenate([message, blank])
    inputs[length + T - 1] = symbols + 1  # the cue
    return require.bare(one_hot)(inputs, symbols + 2, dtype=dtype), labels


@guarded
def copy_baseline(T: Many, *, symbols: Many = 8, length: Many = 10) -> float:
    """length · ln(symbols) / (T + 2 length).  Returns the cross-entropy of ``copy_memory`` for a net without memory.

    It is the mean over all steps. Such a net knows when to answer, thanks to the cue, and only guesses what. Raises
    ValueError for a number below 1 or above 100,000.
    """
    return length * math.log(symbols) / (T + 2 * length)


@guarded
def one_hot(labels: Labels, classes: Many, *, dtype: Precision = "float64") -> Array:
    """Return 1 at place ``label`` and 0 elsewhere, (..., classes).   labels : (...), from 0 to classes - 1.

    Raises ValueError for other labels, for more than 100,000 classes, and for more than 100,000,000 numbers in all.
    """
    labels = np.asarray(labels)
    fits = ((labels >= 0) & (labels < classes)).all()
    require.instance("labels", labels, fits, f"whole numbers from 0 to {classes - 1}")
    require.total("labels.size · classes", labels.size * classes)
    return (labels[..., None] == np.arange(classes)).astype(dtype)


def _are_whole(labels) -> bool:
    try:
        return np.asarray(labels).dtype.kind in "iu"
    except ValueError:  # rows of unequal length
        return False
