"""Handwritten digits, 8 × 8 pixels: the real data of the lessons, small enough to be shipped with them.

The test set of "Optical Recognition of Handwritten Digits" (Alpaydin & Kaynak 1998, UCI Machine Learning Repository,
https://doi.org/10.24432/C50P49, CC BY 4.0), in the order of scikit-learn's copy. DIGITS.md, next to this file, holds
source, licence and what was changed.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

from ..require import Precision, guarded

Array = np.ndarray
TRAIN = 1500  # the first 1500 pictures; the other 297 are for testing
INK = 16  # a pixel counts the dark ones in a block of 4 × 4


class Digits(NamedTuple):
    """x_train (1500, 64), y_train (1500,), x_test (297, 64), y_test (297,); all read-only."""

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array


@guarded
def digits(*, dtype: Precision = "float64") -> Digits:
    """x = (pixel / 16 - mean) / std.  Returns the digits, always the same: rows of 64 pixels, and labels from 0 to 9.

    mean and std are two numbers, over all pixels of the training set: its inputs have mean 0 and mean square 1 as a
    whole, and a picture is still one. (A pixel on its own need not: some are always white.) About 150 training pictures
    a class, about 30 for testing. Read once and kept; the arrays are read-only, so copy one to change it.
    """
    return _scaled(dtype)


@functools.cache
def _scaled(dtype: str) -> Digits:
    from pathlib import Path  # only here: importing the package costs NumPy alone

    with np.load(Path(__file__).with_name("digits.npz")) as stored:
        x = stored["x"] / INK
        y = stored["y"].astype(np.int64)
    x = ((x - x[:TRAIN].mean()) / x[:TRAIN].std()).astype(dtype)
    for array in (x, y):
        array.setflags(write=False)
    return Digits(x[:TRAIN], y[:TRAIN], x[TRAIN:], y[TRAIN:])
