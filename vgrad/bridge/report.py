"""What readings say of a network: is it well, what is not, since which step, and what to try.

A report says *why* a network does not learn. It does not say *whether* it will, because a learning rate that is a
little too large shows itself only later.
"""

from __future__ import annotations

import textwrap
from typing import NamedTuple

import numpy as np

from .. import require
from ..ops import Array
from .course import Course, course
from .readings import Readings
from .signs import REMARKS, SIGNS, SPREAD, Finding, Sign
from .words import sentences

CONVERGED = 0.25  # of the error of a guess, or of the start
LEARNING = 0.7
COLUMNS = 100  # of a printed report: a notebook breaks longer lines within a word
EARLY = 20  # steps before which nothing is said of what training has come to


class Report(NamedTuple):
    """What the readings say; in a notebook, and in ``print``, a few whole sentences."""

    state: str  # "fresh", "learning", "converged", "vanished", "stuck" or "not finite"
    findings: tuple[Finding, ...]  # those of the start come first, because they may have caused the others
    sentences: tuple[str, ...]
    score: float  # of two networks, the one with the larger score is less likely to learn; from 1 on, look closer

    def __str__(self) -> str:
        return "\n".join(textwrap.fill(sentence, COLUMNS, subsequent_indent="  ") for sentence in self.sentences)

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
    findings = () if state == "converged" else _findings(c, readings)
    return Report(state, findings, tuple(sentences(c, readings, state, findings)), float(score(c)[-1]))


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
    return "vanished" if c.spread[-1] >= SPREAD else "stuck"  # of one layer there is no spread, and no such verdict


def _findings(c: Course, readings: Readings) -> tuple[Finding, ...]:
    """What is beyond its limit at the first reading, and then what is so at the last one that is finite."""
    finite = np.flatnonzero(c.finite)
    last = int(finite[-1]) if finite.size else 0
    gravities = {sign.name: sign.gravity(c)[: last + 1] for sign in (*REMARKS, *SIGNS)}
    at_start = _told([sign for sign in (*REMARKS, *SIGNS) if gravities[sign.name][0] >= 1 and not sign.of_rate])
    at_end = _told([sign for sign in SIGNS if gravities[sign.name][last] >= 1])
    if {"spread", "signal"} & {sign.name for sign in at_end}:  # then all rows of dW shrink towards one that they share
        at_end = [sign for sign in at_end if sign.name != "copies"]
    explained = {name for sign in at_start for name in (sign.name, *sign.explains)}
    return (
        *(_finding(sign, c, readings, gravities[sign.name], 0) for sign in at_start),
        *(_finding(sign, c, readings, gravities[sign.name], last) for sign in at_end if sign.name not in explained),
    )


def _told(beyond: list[Sign]) -> list[Sign]:
    """The signs among them that no other one explains."""
    explained = {name for sign in beyond for name in sign.explains}
    return [sign for sign in beyond if sign.name not in explained]


def _finding(sign: Sign, c: Course, readings: Readings, gravity: Array, row: int) -> Finding:
    """One finding, with the numbers of a row."""
    well = np.flatnonzero(~(gravity >= 1))
    if row == 0:
        over = int(c.steps[well[0]]) if well.size and gravity[-1] < 1 else None
        return Finding(sign.name, int(c.steps[0]), over, sign.told(c, readings, 0), sign.advice)
    since = int(c.steps[well[-1] + 1 if well.size else 0])
    return Finding(sign.name, since, None, sign.told(c, readings, row), sign.advice)
