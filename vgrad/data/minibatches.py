"""A data set in pieces, shuffled anew for every epoch: what a training loop eats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import numpy as np

from .. import require
from ..require import Rng, guarded_by, thing

Array = np.ndarray
Rows = Annotated[Array, thing(
    "an array of float16, float32 or float64, or of whole numbers",
    lambda it: type(it) is np.ndarray and (it.dtype in require.FLOATS or it.dtype.kind in "iu"),
)]  # fmt: skip


@guarded_by(lambda x, y, size, *, rng: _same_rows(np.asarray(x), np.asarray(y), size))
def batches(x: Rows, y: Rows, size: int, *, rng: Rng) -> Iterator[tuple[Array, Array]]:
    """Yield x (size, ...), y (size, ...) for ever: every epoch is a new permutation of the N rows, cut into batches.

    What is left over at the end of an epoch, N mod size rows, is dropped, other rows every time. x : (N, ...) and
    y : (N, ...) are cut along their first axis (sequences, time first, are better drawn anew for every step). What is
    yielded is a copy: it may be written to. Raises ValueError, when called, unless x and y have the same number of rows
    and 1 <= size <= N.
    """
    x = np.asarray(x)
    y = np.asarray(y)
    while True:
        order = rng.permutation(len(x))
        for start in range(0, len(x) - size + 1, size):
            chosen = order[start : start + size]
            yield x[chosen], y[chosen]


def _same_rows(x: Array, y: Array, size: int) -> None:
    require.shape("x", x, "(N, ...) with N of at least 1", x.ndim >= 1 and len(x) >= 1)
    require.shape("y", y, f"({len(x)}, ...), as x has {len(x)} rows", y.ndim >= 1 and len(y) == len(x))
    require.whole("size", size, 1, len(x))
