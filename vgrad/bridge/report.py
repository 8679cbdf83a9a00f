"""What readings say, in words: is it well, what is not, since which step, and what to try.

A report says *why* a network does not learn. It does not say *whether* it will, because a learning rate that is a
little too large shows itself only later.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .. import require
from ..ops import Array
from .course import Course, course
from .readings import Readings
from .signs import SIGNS, SPREAD, Sign

CONVERGED = 0.25  # of the error of a guess, or of the start
LEARNING = 0.7
EARLY = 20  # steps before which nothing is said of what training has come to


class Finding(NamedTuple):
    """A sign that is beyond its limit, in words."""

    name: str
    since: int  # the step from which on it has been beyond it
    told: str
    advice: str


class Report(NamedTuple):
    """What the readings say; in a notebook, and in ``print``, a few whole sentences."""

    state: str  # "fresh", "learning", "converged", "vanished", "stuck" or "not finite"
    findings: tuple[Finding, ...]
    sentences: tuple[str, ...]
    score: float  # of two networks, the one with the larger score is less likely to learn; from 1 on, look closer

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    __repr__ = __str__


def report(readings: Readings) -> Report:
    """Return what the readings say of the network.  readings : of ``watch(model).readings``, or of ``readings``.

    Raises ValueError for anything else.
    """
    require.instance(
        "readings", readings, isinstance(readings, Readings), "what watch(model).readings or readings returns"
    )
    c = course(readings)
    state = _state(c)
    gravities = {sign.name: sign.gravity(c) for sign in SIGNS}
    findings = _findings(c, readings, gravities)
    sentences = [_what_was_read(readings), *_of_state(c, readings, state), *_of_findings(c, findings, state)]
    sentences += [*_of_time(readings), *_of_losses(readings), *readings.notes]
    return Report(state, findings, tuple(sentences), float(score(c)[-1]))


def score(c: Course) -> Array:
    """Return how unlikely it is that the network learns, (R,), as it looks at each reading; inf where not finite.

    Before training these are the gravities of all signs together. Once it has begun, there is 1 more, and 1 less for
    each tenth of the error that is gone.
    """
    together = np.sum([sign.gravity(c) for sign in SIGNS], axis=0)
    begun = (c.steps >= EARLY) & np.isfinite(c.left)
    progress = np.where(begun, 10 * (1 - np.where(begun, c.left, 1)), 1.0)
    return np.where(c.finite, together + 1 - progress, np.inf)


def _state(c: Course) -> str:
    if not c.finite[-1]:
        return "not finite"
    if c.steps[-1] < EARLY:
        return "fresh"
    if c.left[-1] < LEARNING:
        return "converged" if c.left[-1] < CONVERGED else "learning"
    return "vanished" if not c.spread[-1] < SPREAD else "stuck"


def _findings(c: Course, readings: Readings, gravities: dict) -> tuple[Finding, ...]:
    beyond: list[Sign] = [sign for sign in SIGNS if gravities[sign.name][-1] >= 1]
    explained = {name for sign in beyond for name in sign.explains}
    told = [sign for sign in beyond if sign.name not in explained]
    return tuple(
        Finding(sign.name, _since(c, gravities[sign.name]), sign.told(c, readings, -1), sign.advice) for sign in told
    )


def _since(c: Course, gravity) -> int:
    """The step from which on the sign has been beyond its limit without a break."""
    well = np.flatnonzero(~(gravity >= 1))
    return int(c.steps[well[-1] + 1 if well.size else 0])


# --- in words ---------------------------------------------------------------------------------------------------------


def _what_was_read(readings: Readings) -> str:
    count = len(readings.names)
    layers = f"{count} layers, from {readings.names[0]!r} to {readings.names[-1]!r}, were"
    if count == 1:
        layers = f"One layer, {readings.names[0]!r}, was"
    if len(readings.steps) == 1:
        return f"{layers} read once, at step {readings.steps[0]}."
    return f"{layers} read {len(readings.steps)} times, from step {readings.steps[0]} to step {readings.steps[-1]}."


def _of_state(c: Course, readings: Readings, state: str):
    if state == "not finite":
        lost = int(c.steps[np.flatnonzero(~c.finite)[0]])
        yield f"From step {lost} on, some numbers are no longer finite, so training has ended there."
    elif state == "converged":
        yield (
            f"Of the error that a guess has, {c.left[-1]:.1%} is left, so there is little left to correct. "
            "Small gradients are good news here, because the network has converged."
        )
    elif state == "learning":
        yield f"The network is learning, because {c.left[-1]:.0%} of the error that a guess has is left."
    elif state == "vanished":
        yield (
            f"There is still much to correct ({c.left[-1]:.0%} of the error that a guess has), and it does not arrive "
            "in all layers. So the gradient has vanished, and not converged."
        )
    elif state == "stuck":
        yield (
            f"There is still much to correct ({c.left[-1]:.0%} of the error that a guess has), although the gradient "
            "reaches every layer."
        )
    if np.isfinite(c.spread[0]) and c.spread[0] < SPREAD:
        yield f"At step {c.steps[0]} the largest gradient of a layer is {10 ** c.spread[0]:.2g} times the smallest."


def _of_findings(c: Course, findings: tuple[Finding, ...], state: str):
    for finding in findings:
        since = "" if finding.since == c.steps[0] else f" This is so since step {finding.since}."
        yield f"{finding.told}{since} {finding.advice}."
    if not findings and state in ("fresh", "stuck"):
        yield (
            "No sign is beyond its limit. This does not promise that the network learns, because a learning rate that "
            "is too large or too small may show itself only later."
        )


def _of_time(readings: Readings):
    """What reaches the first step of a sequence, which is a number and no verdict, because gates can learn to open."""
    for name, norms in readings.time.items():
        known = norms[-1][np.isfinite(norms[-1])]
        if len(known) < 2 or not known[-1] > 0:
            continue
        with np.errstate(divide="ignore"):
            decades = np.log10(known[0] / known[-1])
        reach = "none" if decades == -np.inf else f"10^{decades:.1f}"
        yield f"In {name!r}, the first of {len(known)} time steps receives {reach} of what the last one receives."


def _of_losses(readings: Readings):
    known = np.flatnonzero(np.isfinite(readings.loss))
    if known.size > 1:
        yield f"The loss went from {readings.loss[known[0]]:.3g} to {readings.loss[known[-1]]:.3g}."
