"""What does a step of training cost?  One net's time over another's, the two measured in turns."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import repeat

import numpy as np

from ... import data, models, train
from .learning import usual
from .protocol import measured
from .reach import CELLS, networks

STEPS = 5  # each time; the first pays for what is then kept, and is not counted
RESTING = 1e-30  # a rate that changes nothing, so that no net leaves its numbers


def relative(net: dict, plain: dict, times: int, **sizes) -> list[float]:
    """How many times as long a step of ``net`` takes as one of ``plain``, measured so many times.

    net, plain : settings as of ``learn`` or, with a "cell", of ``memory.watch``; sizes : depth, width, batch, T, seeds.
    """
    return [_seconds(net, **sizes) / _seconds(plain, **sizes) for _ in range(times)]


def skip(path: dict):
    """The models.Skip among settings, or None."""
    return models.Skip(path["skip"], path.get("alpha", 1.0)) if path.get("skip") else None


@measured
def _seconds(net: dict, **sizes) -> float:
    steps = (_of_cell if "cell" in net else _of_layers)(**net, **sizes)
    next(steps)
    start = time.process_time()
    for _ in steps:
        pass
    return time.process_time() - start


def _of_cell(cell, *, T, seeds, bias=0.0, mode="alone", **unused) -> Iterator:
    rng = np.random.default_rng(0)
    params = networks(cell, bias=bias, mode=mode, T=T, seeds=seeds, readout=1, dtype="float32")
    batches = [data.adding(T, 32, rng=rng, dtype="float32") for _ in repeat(None, STEPS)]
    return train.fit(params, train.sequence(CELLS[cell]), batches, optimizer=train.adam(RESTING), steps=STEPS)


def _of_layers(
    activation, *, depth, width, batch, seeds, scheme=None, gain=1.0, clip_norm=None, T=None, **path
) -> Iterator:
    rng, path = np.random.default_rng(0), dict(norm=path.get("norm"), skip=skip(path))
    weights = dict(scheme=scheme or usual(activation), gain=gain, activation=activation, ensemble=(seeds,), rng=rng)
    params = models.init_mlp([64, *[width] * depth, 10], dtype="float32", **weights, **path)
    digits = data.digits(dtype="float32")
    batches = data.batches(digits.x_train, digits.y_train, batch, rng=rng)
    rule = dict(optimizer=train.momentum(RESTING), steps=STEPS, clip_norm=clip_norm)
    return train.fit(params, train.classifier(activation, **path), batches, **rule)
