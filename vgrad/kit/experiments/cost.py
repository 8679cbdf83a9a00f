"""What does a step of training cost?  One net's time over another's, the two measured in turns."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import repeat
from typing import Any

import numpy as np

from ... import data, models, train
from .learning import readout_alone, usual
from .protocol import measured, norm_and_skip
from .reach import CELLS, networks

STEPS = 5  # each time; the first pays for what is then kept, and is not counted
RESTING = 1e-30  # a learning rate that changes nothing, so that no net leaves its numbers


def time_ratios(net: dict[str, Any], plain: dict[str, Any], times: int, **sizes: Any) -> list[float]:
    """Return how many times as long a step of ``net`` takes as one of ``plain``, measured so many times.

    net, plain : settings as of ``learn``, or with a "cell" those of ``memory.watch``; sizes : depth, width, batch, T,
    seeds.
    """
    return [_seconds(net, **sizes) / _seconds(plain, **sizes) for _ in range(times)]


@measured
def _seconds(net: dict[str, Any], **sizes: Any) -> float:
    steps = (_cell_steps if "cell" in net else _layer_steps)(**net, **sizes)
    next(steps)
    start = time.process_time()
    for _ in steps:
        pass
    return time.process_time() - start


def _cell_steps(cell: str, *, T: int, seeds: int, bias=0.0, mode="alone", **unused) -> Iterator:
    rng = np.random.default_rng(0)
    params = networks(cell, bias=bias, mode=mode, T=T, seeds=seeds, readout=1, dtype="float32")
    batches = [data.adding(T, 32, rng=rng, dtype="float32") for _ in repeat(None, STEPS)]
    return train.fit(params, train.sequence(CELLS[cell]), batches, optimizer=train.adam(RESTING), steps=STEPS)


def _layer_steps(
    activation: str, *, depth: int, width: int, batch: int, seeds: int, scheme=None, gain=1.0, norm=None, skip=None,
    alpha=1.0, clip_norm=None, frozen=False, warmup=0, **unused,
) -> Iterator:  # fmt: skip
    rng = np.random.default_rng(0)
    path = norm_and_skip(norm, skip, alpha)
    scheme = scheme or usual(activation)
    weights: dict[str, Any] = dict(scheme=scheme, gain=gain, activation=activation, ensemble=(seeds,), rng=rng)
    params = models.init_mlp([64, *[width] * depth, 10], dtype="float32", **weights, **path)
    digits = data.digits(dtype="float32")
    batches = data.batches(digits.x_train, digits.y_train, batch, rng=rng)
    model = train.classifier(activation, **path)
    model = readout_alone(model) if frozen else model
    rule = train.momentum(RESTING)
    rule = train.warmup(rule, warmup) if warmup else rule
    return train.fit(params, model, batches, optimizer=rule, steps=STEPS, clip_norm=clip_norm)
