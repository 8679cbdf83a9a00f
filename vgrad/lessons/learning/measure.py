"""What can still be read in the last hidden layer of an untrained net, and which nets count as trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np

from ... import data, models, probes, require
from ...kit.experiments.protocol import ActivationName, Networks, Width, measured
from ...kit.experiments.training import Record
from ...ops import Array
from ...require import Seed, guarded
from .records import ReadoutRecord

TRAINED = 0.3  # of the test pictures: a net that classifies more correctly has trained; guessing is right on a tenth
PRECISIONS = ("float64", "float32")
DEEPEST = 1_000
MOST = 50  # depths in one call

Depths = Annotated[
    Sequence[int],
    lambda name, values: [require.whole(name, depth, 0, DEEPEST) for depth in require.several(name, values, MOST)],
]
Precision = Annotated[str, require.one_of(PRECISIONS)]
YesOrNo = Annotated[bool, require.one_of((False, True))]


@guarded
def trains(record: Record) -> bool:
    """test > 0.3.  Return whether each network of a TrainingRecord is right on more than 3 of 10 test pictures.

    It is the one criterion of the lesson. Guessing is right on one in ten.
    """
    return bool(np.all(record.test > TRAINED))


@guarded
@measured
def readout(
    activation: ActivationName = "sigmoid", *, precision: Precision = "float64",
    depths: Depths = (0, 3, 6, 10, 15, 20), width: Width = 32, seeds: Networks = 5, shuffled: YesOrNo = False,
    seed: Seed = 0,
) -> ReadoutRecord:  # fmt: skip
    """Y = [(h - mean) / std, 1] @ V.  Return how many digits a linear readout V finds in the last h of untrained nets.

    V solves least squares on the 1500 training pictures, with Y the labels as rows of zeros and a one. The forward pass
    runs in ``precision``, and all that follows in float64. The networks are those that ``watch`` starts from, with
    Xavier's weights. depths : of hidden layers, where 0 reads the pixels; shuffled : whether the training labels change
    places, so that whatever is read then is chance. Raises ValueError naming argument and value.
    """
    require.total("depths · width² · seeds", seeds * sum(depths) * width**2)
    numbers = [
        [_read(activation, precision, depth, width, shuffled, (seed, 0, k)) for k in range(seeds)] for depth in depths
    ]
    train, test, fraction = np.moveaxis(np.array(numbers), -1, 0)
    depths = tuple(int(depth) for depth in depths)
    return ReadoutRecord(activation, precision, depths, width, seeds, bool(shuffled), train, test, fraction)


def _read(activation: str, precision: str, depth: int, width: int, shuffled: bool, name: tuple) -> tuple:
    """The share of training and test pictures that is read in one network, and its signal fraction."""
    digits = data.digits(dtype=precision)
    h, h_test = _last_h(activation, precision, [64, *[width] * depth], (digits.x_train, digits.x_test), name)
    fraction = float(10 ** probes.signal_fraction(h))
    if not (np.isfinite(h).all() and np.isfinite(h_test).all()):
        return np.nan, np.nan, fraction
    labels = digits.y_train
    if shuffled:
        labels = np.random.default_rng((*name, 1)).permutation(labels)
    columns, columns_test = _scaled(h, h), _scaled(h_test, h)
    V = np.linalg.lstsq(columns, np.eye(10)[labels], rcond=None)[0]
    right = [np.mean((X @ V).argmax(axis=1) == y) for X, y in ((columns, labels), (columns_test, digits.y_test))]
    return *right, fraction


def _last_h(activation: str, precision: str, sizes: list[int], inputs: tuple, name: tuple) -> list[Array]:
    """The last h of each of ``inputs``, in a net of these ``sizes``; without a hidden layer, the inputs."""
    if len(sizes) == 1:
        return list(inputs)
    kind = dict(scheme="xavier_normal", activation=activation, dtype=precision)
    layers = models.init_mlp([*sizes, 10], rng=np.random.default_rng(name), **kind)[:-1]
    return [models.hidden(layers, x, activation)[0] for x in inputs]


def _scaled(h, by) -> Array:
    """[(h - mean) / std, 1].  Return h with each unit centred and scaled, and a column of ones: (N, D + 1), float64.

    by : (M, D), the h whose mean and standard deviation are taken. A unit that is the same for all of them becomes 0.
    """
    require.shape("h", h, "(N, D)", np.ndim(h) == 2)
    require.shape("by", by, "(M, D), with the units of h", np.ndim(by) == 2 and np.shape(by)[1] == h.shape[1])
    by = np.asarray(by, float)
    std = by.std(axis=0)
    columns = (np.asarray(h, float) - by.mean(axis=0)) / np.where(std > 0, std, 1.0)
    return np.column_stack([columns, np.ones(len(columns))])
