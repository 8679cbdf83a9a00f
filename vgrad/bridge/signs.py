"""The signs by which a network's trouble is known: a number, its limit, and what it means in words.

The gravity of a sign is 1 at its limit, and it is counted in decades, so that it is 2 where the limit is passed as far
again. The limits hold for a network before its training; those of the spread and of the signal hold during it as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..ops import Array
from .course import Course
from .readings import Readings

SPREAD = 3.0  # decades between the layers
ALIKE = -1.1  # log10 of the share in which samples differ: 8 %
LOSS = 3.0  # times that of a guess
HOT = 0.25  # of the weights, in one of the first updates
COLD = 1e-4  # of the weights, in the largest of the first updates
NOISE = 1e-6  # of the output's gradient, in the hidden layer that receives most
DEAD = 0.9  # of the inputs of a layer
COPIES = 0.5  # of the units of a layer
ROOM = 1.0  # decades: how far beyond the limit of an update the gravity is 2


class Sign(NamedTuple):
    """One sign of trouble, whose gravity is 1 at its limit."""

    name: str
    gravity: Callable[[Course], Array]
    told: Callable[[Course, Readings, int], str]  # of a reading
    explains: tuple[str, ...] = ()  # signs that follow from it, and are not told beside it


def _beyond(numbers: Array, limit: float, room: float = ROOM) -> Array:
    """1 at the limit, and one more for each ``room`` decades beyond it; 0 at the least, and for what is not known."""
    with np.errstate(divide="ignore", invalid="ignore"):
        gravity = 1 + np.log10(numbers / limit) / room
    return np.maximum(np.nan_to_num(gravity, nan=0.0, posinf=np.inf, neginf=0.0), 0.0)


def _below(numbers: Array, limit: float) -> Array:
    """The same of what is too small; an exact 0 is beyond every limit."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return _beyond(1 / np.asarray(numbers), 1 / limit)


def _ratio(numbers: Array, limit: float) -> Array:
    return np.maximum(np.nan_to_num(numbers / limit, nan=0.0, posinf=np.inf, neginf=np.inf), 0.0)


def _layers(readings: Readings, row: int) -> tuple[str, str]:
    """The layers that receive least and most."""
    dz = readings.dz[row]
    return readings.names[int(np.nanargmin(dz))], readings.names[int(np.nanargmax(dz))]


def _spread(c: Course, readings: Readings, row: int) -> str:
    least, most = _layers(readings, row)
    if not math.isfinite(c.spread[row]):
        return f"No gradient reaches the layer {least}, because what arrives there is exactly 0."
    kind = "shrinks" if c.slope[row] < -1 else "grows" if c.slope[row] > 1 else "changes"
    return (
        f"The gradient {kind} on its way back, because the layer {least} receives 10^-{c.spread[row]:.1f} of what the "
        f"layer {most} receives."
    )


def _signal(c: Course, readings: Readings, row: int) -> str:
    share = 10 ** c.signal[row]
    told = f"{share:.1%} of their size" if share > 1e-3 else f"{share:.0e} of their size" if share else "nothing"
    return f"In front of the last layer all samples look alike, because they differ by {told}."


def _loss(c: Course, readings: Readings, row: int) -> str:
    return f"The loss is {c.loss[row]:.3g} times that of a network that only guesses, so the outputs are far too large."


def _hot(c: Course, readings: Readings, row: int) -> str:
    return f"One of the first updates changes a layer by {c.update[row]:.0%} of its weights, which destroys what it is."


def _cold(c: Course, readings: Readings, row: int) -> str:
    return f"The largest of the first updates changes a layer by {c.update[row]:.0e} of its weights, which is too slow."


def _noise(c: Course, readings: Readings, row: int) -> str:
    return (
        f"No hidden layer receives more than {c.arrives[row]:.0e} of the gradient of the output, which is the rounding "
        "noise around an exact 0."
    )


def _dead(c: Course, readings: Readings, row: int) -> str:
    name = readings.names[int(np.nanargmax(readings.dead[row]))]
    return f"Of what goes into {name}, {c.dead[row]:.0%} is 0 on every sample, so those units are dead."


def _copies(c: Course, readings: Readings, row: int) -> str:
    name = readings.names[int(np.nanargmax(readings.alike[row]))]
    return f"Of the units of {name}, {c.alike[row]:.0%} are copies that get the same update, so they remain copies."


ADVICE = {
    "noise": "Look for a last layer whose columns are all alike",
    "dead": "Try larger biases, or an activation with a slope on both sides",
    "spread": "Try first weights that fit the activation, a norm, or skip connections",
    "copies": "Draw the first weights at random",
    "loss": "Try inputs of mean 0 and size 1, and a smaller last layer",
    "signal": "Try biases of 0, fewer layers, a norm, or skip connections",
    "hot": "Try a smaller learning rate, or a warm-up",
    "cold": "Try a larger learning rate, or another optimizer",
}
SIGNS = (  # those that explain others come first
    Sign("noise", lambda c: _below(c.arrives, NOISE), _noise),
    Sign("dead", lambda c: _ratio(c.dead, DEAD), _dead, ("signal", "spread")),
    Sign("spread", lambda c: _ratio(c.spread, SPREAD), _spread),
    Sign("copies", lambda c: _ratio(c.alike, COPIES), _copies),
    Sign("loss", lambda c: _beyond(c.loss, LOSS), _loss),
    Sign("signal", lambda c: _ratio(c.signal, ALIKE), _signal),
    Sign("hot", lambda c: _beyond(c.update, HOT), _hot),
    Sign("cold", lambda c: _below(c.update, COLD), _cold),
)
