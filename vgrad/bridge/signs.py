"""The signs by which a network's trouble is known: a number, its limit, and what it means in words.

The gravity of a sign is 0 at what is usual in networks that learn, and 1 at its limit. It rises evenly between them
and beyond, and it is counted in decades where the number is a size. The limits were set on networks that are drawn at
random, which ``vgrad.lessons.your_network`` has; others of the same kinds show how far they carry.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..ops import Array
from .course import Course
from .readings import Readings

OF_RATE = ("hot", "cold")
TOO_FAR, TOO_SHORT = 0.5, 3e-4  # of a layer's weights: an update
ROUNDING = 1e-6  # of a size: a float32 that has passed several layers is not more exact


class Finding(NamedTuple):
    """A sign that is beyond its limit, in words."""

    name: str
    since: int  # the step from which on it has been beyond it
    over: int | None  # the step from which on it is within its limit again, if it is
    told: str
    advice: str


class Sign(NamedTuple):
    """One sign of trouble."""

    name: str
    number: Callable[[Course], Array]  # (R,): of each reading
    usual: float
    limit: float  # above what is usual, or below it
    told: Callable[[Course, Readings, int], str]  # of a reading
    advice: str
    explains: tuple[str, ...] = ()  # signs that follow from it, and are not told beside it

    @property
    def of_rate(self) -> bool:
        """Whether it speaks of the learning rate, which the first steps show and not the first alone."""
        return self.name in OF_RATE

    def gravity(self, course: Course) -> Array:
        """Return how grave it is at each reading, (R,): 0 for what is usual or not known, and 1 at the limit."""
        beyond = (self.number(course) - self.usual) / (self.limit - self.usual)
        return np.maximum(np.nan_to_num(beyond, nan=0.0, posinf=np.inf, neginf=-np.inf), 0.0)


def _decades(size: Callable[[Course], Array]) -> Callable[[Course], Array]:
    """The number log10 of a size; that of 0 is minus infinity, which is beyond every limit."""

    def number(course: Course) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log10(np.asarray(size(course), np.float64))

    return number


def _layers(readings: Readings, row: int) -> tuple[str, str]:
    """The layers that receive least and most."""
    dz = readings.dz[row]
    return readings.names[int(np.nanargmin(dz))], readings.names[int(np.nanargmax(dz))]


def _spread(c: Course, readings: Readings, row: int) -> str:
    least, most = _layers(readings, row)
    if not math.isfinite(c.spread[row]):
        return f"No gradient reaches the layer {least!r}, because what arrives there is exactly 0."
    kind = "shrinks" if c.slope[row] < -1 else "grows" if c.slope[row] > 1 else "changes"
    return (
        f"The gradient {kind} on its way back, because the layer {least!r} receives 10^-{c.spread[row]:.1f} of what "
        f"the layer {most!r} receives, and 10^-3 is the limit."
    )


def _signal(c: Course, readings: Readings, row: int) -> str:
    share = 10 ** c.signal[row]
    told = f"{share:.1%} of their size" if share > 1e-3 else f"{share:.0e} of their size"
    told = f"{told}, and 1% is the limit" if share > ROUNDING else "no more than rounding errors"
    return f"In front of the last layer all samples look alike, because they differ by {told}."


def _loss(c: Course, readings: Readings, row: int) -> str:
    return f"The loss is {c.loss[row]:.3g} times that of a network that only guesses, so the outputs are far too large."


def _hot(c: Course, readings: Readings, row: int) -> str:
    return (
        f"One of the first updates changes the layers by about {c.update[row]:.0%} of their weights, and "
        f"{TOO_FAR:.0%} is the limit."
    )


def _cold(c: Course, readings: Readings, row: int) -> str:
    return (
        f"The first updates change the layers by about {c.update[row]:.0e} of their weights, and less than "
        f"{TOO_SHORT:.0e} is very little."
    )


def _inputs(c: Course, readings: Readings, row: int) -> str:
    name = readings.names[0]
    return f"The numbers that go into {name!r} are large, because their root mean square is {c.inputs[row]:.3g}."


def _noise(c: Course, readings: Readings, row: int) -> str:
    return (
        f"No hidden layer receives more than {c.arrives[row]:.0e} of the gradient of the output, which is the rounding "
        "noise around an exact 0."
    )


def _dead(c: Course, readings: Readings, row: int) -> str:
    worst = int(np.nanargmax(readings.dead[row]))
    so = "the units in front of it are dead" if worst else "these inputs tell it nothing"
    return f"Of what goes into {readings.names[worst]!r}, {c.dead[row]:.0%} is 0 on every sample, so {so}."


def _copies(c: Course, readings: Readings, row: int) -> str:
    name = readings.names[int(np.nanargmax(readings.alike[row]))]
    return f"Of the units of {name!r}, {c.alike[row]:.0%} are copies, because they get the same update."


SIGNS = (  # those that explain others come first
    Sign(
        "noise", _decades(lambda c: c.arrives), -3, -6, _noise,
        "Look for a last layer that has the same weights for every class", ("spread",),
    ),
    Sign(
        "dead", lambda c: c.dead, 0.5, 0.9, _dead,
        "Try larger biases, or an activation with a slope on both sides", ("signal", "spread"),
    ),
    Sign(
        "spread", lambda c: c.spread, 2, 3, _spread,
        "Try initial weights that fit the activation, a norm, or skip connections",
    ),
    Sign("copies", lambda c: c.alike, 0.1, 0.5, _copies, "Draw the initial weights at random"),
    Sign(
        "loss", _decades(lambda c: c.loss), 0, math.log10(3), _loss,
        "Try inputs of mean 0 and standard deviation 1, and a smaller last layer",
    ),
    Sign("signal", lambda c: c.signal, -1, -2, _signal, "Try biases of 0, fewer layers, a norm, or skip connections"),
    Sign(
        "hot", _decades(lambda c: c.update), math.log10(0.2), math.log10(TOO_FAR), _hot,
        "Try a smaller learning rate, or a warm-up",
    ),
    Sign(
        "cold", _decades(lambda c: c.update), math.log10(5e-3), math.log10(TOO_SHORT), _cold,
        "Try a larger learning rate, or another optimizer",
    ),
)  # fmt: skip
REMARKS = (  # what is worth knowing, and is not part of the score
    Sign(
        "inputs", _decades(lambda c: c.inputs), math.log10(3), 1, _inputs,
        "Try inputs of mean 0 and standard deviation 1",
    ),
)  # fmt: skip
SPREAD = next(sign.limit for sign in SIGNS if sign.name == "spread")
