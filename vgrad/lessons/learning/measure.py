"""What can still be read in the last hidden layer of an untrained net, and which nets count as trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np

from ... import data, models, probes, require, train
from ...kit.experiments.learning import usual
from ...kit.experiments.protocol import (
    ActivationName,
    Batch,
    Depth,
    Networks,
    TrainSteps,
    Width,
    measured,
    require_work,
    share_correct,
)
from ...kit.experiments.training import NORMS, NormChoice, Record
from ...ops import Array
from ...require import NonNegative, Seed, guarded
from ...tape import tree_map
from .records import ReadoutRecord

TRAINED = 0.3  # of the test pictures: a net that classifies more correctly has trained; guessing is right on a tenth
PRECISIONS = ("float64", "float32")
UNITS = ("as they are", "centred", "centred and scaled")  # what is done to each unit before SGD trains the output layer
DEEPEST = 1_000
MOST = 50  # depths in one call

Depths = Annotated[
    Sequence[int],
    lambda name, values: [require.whole(name, depth, 0, DEEPEST) for depth in require.several(name, values, MOST)],
]
Precision = Annotated[str, require.one_of(PRECISIONS)]
YesOrNo = Annotated[bool, require.one_of((False, True))]
Units = Annotated[str, require.one_of(UNITS)]


@guarded
def trains(record: Record) -> bool:
    """test > 0.3.  Return whether each network of a TrainingRecord is right on more than 3 of 10 test pictures.

    It is the one criterion of the lesson. Guessing is right on one in ten.
    """
    return bool(np.all(record.test > TRAINED))


@guarded
@measured
def readout(
    activation: ActivationName = "sigmoid", *, norm: NormChoice = "none", precision: Precision = "float64",
    depths: Depths = (0, 6, 10, 15, 20), width: Width = 32, seeds: Networks = 5, shuffled: YesOrNo = False,
    seed: Seed = 0,
) -> ReadoutRecord:  # fmt: skip
    """Y = [(h - mean) / std, 1] @ V.  Return how many digits a linear readout V finds in the last h of untrained nets.

    V solves least squares on the 1500 training pictures, with Y the labels as rows of zeros and a one. The forward pass
    runs in ``precision``, and all that follows in float64. The networks are those that ``watch`` starts from. ReLU gets
    He's weights, and all others Xavier's. norm : before the activation; batch norm takes all training pictures, or all
    test pictures, as one batch; depths : of hidden layers, where 0 reads the pixels; shuffled : whether the training
    labels change places, so that whatever is read then is chance. Raises ValueError naming argument and value.
    """
    require.total("depths · width² · seeds", seeds * sum(depths) * width**2)
    kind = dict(activation=activation, norm=NORMS[norm], dtype=precision)
    numbers = [[_read(kind, depth, width, shuffled, (seed, 0, k)) for k in range(seeds)] for depth in depths]
    train, test, fraction = np.moveaxis(np.array(numbers), -1, 0)
    depths = tuple(int(depth) for depth in depths)
    return ReadoutRecord(activation, norm, precision, depths, width, seeds, bool(shuffled), train, test, fraction)


def _read(kind: dict, depth: int, width: int, shuffled: bool, name: tuple) -> tuple:
    """The share of training and test pictures that is read in one network, and its signal fraction."""
    digits = data.digits(dtype=kind["dtype"])
    h, h_test, _ = _last_h(kind, [64, *[width] * depth], digits, name)
    fraction = float(10 ** probes.signal_fraction(h))
    if not (np.isfinite(h).all() and np.isfinite(h_test).all()):
        return np.nan, np.nan, fraction
    labels = digits.y_train
    if shuffled:
        labels = np.random.default_rng((*name, 1)).permutation(labels)
    return *_fitted(h, h_test, labels, digits.y_test), fraction


def _fitted(h, h_test, labels, labels_test) -> list:
    """The shares of training and test pictures that least squares reads in the last h of one network."""
    columns, columns_test = _scaled(h, h), _scaled(h_test, h)
    V = np.linalg.lstsq(columns, np.eye(10)[labels], rcond=None)[0]
    return [np.mean((X @ V).argmax(axis=1) == y) for X, y in ((columns, labels), (columns_test, labels_test))]


@guarded
@measured
def readout_after(record: Record) -> Array:
    """Return the share of the test pictures that a readout finds in the last h of trained networks, (seeds,).

    It is fitted as in ``readout``, on the hidden layers of a TrainingRecord as they are now.
    """
    digits = data.digits(dtype="float32")
    hs = []
    for pictures in (digits.x_train, digits.x_test):
        x = np.broadcast_to(pictures, (record.seeds, *pictures.shape))
        hs.append(models.hidden(record.params[:-1], x, record.activation, norm=NORMS[record.norm])[0])
    return np.array([_fitted(h, h_test, digits.y_train, digits.y_test)[1] for h, h_test in zip(*hs, strict=True)])


def _last_h(kind: dict, sizes: list[int], digits, name: tuple) -> tuple:
    """The last h of training and test pictures in a net of these ``sizes``, and its output layer, as a list of one.

    Without a hidden layer h is the pictures.
    """
    layers = models.init_mlp([*sizes, 10], scheme=usual(kind["activation"]), rng=np.random.default_rng(name), **kind)
    pictures = digits.x_train, digits.x_test
    if len(sizes) == 1:
        return *pictures, layers
    read = (models.hidden(layers[:-1], x, kind["activation"], norm=kind["norm"])[0] for x in pictures)
    return *read, layers[-1:]


@guarded
@measured
def sgd_readout(
    units: Units = "as they are", *, activation: ActivationName = "sigmoid", rate: NonNegative = 0.1, depth: Depth = 6,
    width: Width = 32, batch: Batch = 64, steps: TrainSteps = 300, seeds: Networks = 5, seed: Seed = 0,
) -> Array:  # fmt: skip
    """logits = u @ W + b,  u = h, h - mean or (h - mean) / std.  Return what SGD reads of untrained layers, (seeds,).

    It is the share of the test pictures that each network classifies correctly when SGD has trained its output layer
    alone. The networks, the batches and float32 are those of ``train_mlp`` with all hidden layers frozen, and with
    ``units`` "as they are" this is the same training. units : one of UNITS, by the mean and the standard deviation of
    each unit over the training pictures. Raises ValueError naming argument and value.
    """
    require_work("seeds · depth · width² · steps", seeds, depth, width**2, steps)
    digits = data.digits(dtype="float32")
    kind = dict(activation=activation, norm=None, dtype="float32")
    nets = [_last_h(kind, [64, *[width] * depth], digits, (seed, 0, k)) for k in range(seeds)]
    h, h_test = (np.stack([_prepared(net[k], net[0], units) for net in nets]) for k in (0, 1))
    params = tree_map(lambda *arrays: np.stack(arrays), *(net[2] for net in nets))
    chosen = data.batches(np.arange(len(digits.y_train)), digits.y_train, batch, rng=np.random.default_rng((seed, 1)))
    batches = ((h[:, rows], labels) for rows, labels in chosen)
    for record in train.fit(params, train.classifier("identity"), batches, optimizer=train.sgd(rate), steps=steps):
        params = record.params
    return share_correct(models.mlp(params, h_test, "identity")[0], digits.y_test)


def _prepared(h, by, units: str) -> Array:
    """The h of one network as SGD meets it, (N, width) in float32, prepared by the h of the training pictures."""
    if units == "as they are":
        return h
    h = np.asarray(h, float) - np.mean(by, axis=0, dtype=float) if units == "centred" else _scaled(h, by)[:, :-1]
    return h.astype("float32")


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
