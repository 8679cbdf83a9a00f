"""What the readings of a network come to, step by step: a few numbers each, from arrays of layers.

How far the gradient has to go is seen in its spread over the layers. Whether anything is left to correct is seen in the
gradient of the output. Only both together tell a gradient that has vanished from one that has converged.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np

from ..ops import Array
from .readings import Readings

EARLY = 10  # steps whose largest update counts, so that a warm-up is not taken for a rate that is too small


class Course(NamedTuple):
    """Numbers (R,) of R readings. NaN is what could not be known."""

    steps: Array
    spread: Array  # decades between the layers that receive most and least
    slope: Array  # decades from the last layer to the first: negative is vanishing
    left: Array  # how much there is to correct, beside a guess, or else beside the first reading
    reaches: Array  # ‖dL/dz‖ of the first layer over ‖dL/d output‖
    arrives: Array  # the largest of the hidden layers' over the same
    signal: Array  # log10 of the share in which samples differ in front of the last layer
    loss: Array  # over that of a guess
    update: Array  # ‖ΔW‖ / ‖W‖ of the median layer, the largest of the first steps so far
    inputs: Array  # the root mean square of what goes into the first layer
    dead: Array  # the largest share of inputs of a layer that are 0 on every sample
    alike: Array  # the largest share of units of a layer that get the same update
    finite: Array  # whether all numbers are


def course(readings: Readings) -> Course:
    """Return the numbers of each reading."""
    chain = np.isfinite(readings.dz).any(axis=0) | (readings.dz == np.inf).any(axis=0)
    dz = readings.dz[:, chain]
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # of rows without a number
        decades = np.log10(dz)
        hidden = dz[:, :-1] if dz.shape[1] > 1 else dz
        return Course(
            readings.steps,
            spread=_spread(decades),
            slope=decades[:, 0] - decades[:, -1] if dz.size else np.full(len(dz), np.nan),
            left=np.where(np.isnan(readings.error), readings.output / readings.output[0], readings.error),
            reaches=dz[:, 0] / readings.output if dz.size else np.full(len(dz), np.nan),
            arrives=np.nanmax(hidden, axis=1, initial=-np.inf) / readings.output,
            signal=readings.signal[:, chain][:, -1] if dz.size else np.full(len(dz), np.nan),
            loss=readings.loss / readings.guess,
            update=_early_updates(readings),
            inputs=readings.size[:, chain][:, 0] if dz.size else np.full(len(dz), np.nan),
            dead=np.nanmax(readings.dead, axis=1, initial=0.0),
            alike=np.nanmax(readings.alike, axis=1, initial=0.0),
            finite=~(np.isinf(dz) | np.isinf(readings.dW[:, chain])).any(axis=1) & ~_lost(readings, chain),
        )


def _spread(decades: Array) -> Array:
    """The largest less the smallest of each row; inf where one of them is that of 0."""
    if decades.shape[1] < 2:
        return np.full(len(decades), np.nan)
    return np.nanmax(decades, axis=1) - np.nanmin(decades, axis=1)


def _lost(readings: Readings, chain: Array) -> Array:
    """Whether what was a number in an earlier reading is NaN, as after an overflow."""
    known = np.maximum.accumulate(np.isfinite(readings.dz[:, chain]), axis=0)
    return (np.isnan(readings.dz[:, chain]) & known).any(axis=1) | np.isinf(readings.loss)


def _early_updates(readings: Readings) -> Array:
    """The relative update of the median layer, the largest up to each reading among the first steps."""
    early = readings.steps < max(EARLY, readings.steps[0] + 1)
    median = np.where(early, np.nanmedian(readings.update, axis=1), -np.inf)
    running = np.maximum.accumulate(np.where(np.isnan(median), -np.inf, median))
    return np.where(np.isfinite(running), running, np.nan)
