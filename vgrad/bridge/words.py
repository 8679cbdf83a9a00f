"""The sentences of a report. They are made from what was found, and nothing is measured here."""

from __future__ import annotations

import numpy as np

from .course import Course
from .readings import Readings
from .signs import OF_RATE, SPREAD, Finding


def of_error(readings: Readings) -> str:
    """Return what the error that is left is compared with: that of a guess, or else the gradient at the start."""
    if np.isfinite(readings.error[-1]):
        return "of the error that a guess has"
    return f"of the output's gradient at step {readings.steps[0]}"


def sentences(c: Course, readings: Readings, state: str, findings: tuple[Finding, ...]):
    """Yield what was read, what training has come to, what is beyond its limit and since when, and what to try."""
    yield of_layers(readings)
    yield from _of_state(c, readings, state)
    yield from _of_start(c, findings)
    yield from _of_later(c, findings)
    if not findings and state in ("fresh", "stuck"):
        yield (
            "No sign is beyond its limit. This does not promise that the network learns, because a learning rate that "
            "is too large or too small may show itself only later."
        )
    yield from _of_time(readings)
    yield from _of_losses(readings)
    yield from readings.notes


def of_layers(readings: Readings) -> str:
    """Return which layers were read, and at how many steps."""
    known = np.isfinite(readings.dz).any(axis=0)
    names = [readings.names[row] for row in np.flatnonzero(known)] or list(readings.names)
    layers = f"{len(readings.names)} layers, from {names[0]!r} to {names[-1]!r}, were"
    if len(readings.names) == 1:
        layers = f"One layer, {names[0]!r}, was"
    if len(readings.steps) == 1:
        return f"{layers} read once, at step {readings.steps[0]}."
    return f"{layers} read {len(readings.steps)} times, from step {readings.steps[0]} to step {readings.steps[-1]}."


def _of_state(c: Course, readings: Readings, state: str):
    left = c.left[-1]
    whole = of_error(readings)
    if state == "not finite":
        lost = int(c.steps[np.flatnonzero(~c.finite)[0]])
        yield f"From step {lost} on, some numbers are no longer finite, so training has ended there."
    elif state == "converged":
        yield (
            f"Only {left:.1%} {whole} is left, so there is little left to correct. Small gradients are good news here, "
            "because the network has converged."
        )
    elif state == "learning":
        yield f"The network is learning, because {left:.0%} {whole} is left."
    elif state == "vanished":
        yield (
            f"At step {c.steps[-1]} there is still much to correct ({left:.0%} {whole}), and it does not arrive in all "
            "layers. So the gradient has vanished, and the network has not converged."
        )
    elif state == "stuck":
        yield (
            f"At step {c.steps[-1]} there is still much to correct ({left:.0%} {whole}), although the gradient reaches "
            "every layer."
        )


def _of_start(c: Course, findings: tuple[Finding, ...]):
    """What is wrong before the first update; or that the gradient is well there."""
    at_start = [finding for finding in findings if _is_of_start(finding, c)]
    for finding in at_start:
        over = "" if finding.over is None else f" From step {finding.over} on, this is no longer seen."
        yield f"At step {c.steps[0]}, {_within(finding.told)}{over} {finding.advice}."
    if not at_start and c.spread[0] < SPREAD:
        yield (
            f"At step {c.steps[0]} the gradient reaches every layer, because the largest gradient of a layer is only "
            f"{10 ** c.spread[0]:.2g} times the smallest, and 1000 times is the limit."
        )


def _of_later(c: Course, findings: tuple[Finding, ...]):
    """What training has brought, and what is said of the learning rate."""
    at_start = [finding for finding in findings if _is_of_start(finding, c)]
    rates = [finding for finding in findings if finding.name in OF_RATE]
    later = [finding for finding in findings if finding not in at_start and finding not in rates]
    for finding in sorted(later, key=lambda finding: finding.since):
        yield f"Since step {finding.since}, {_within(finding.told)}"
    if later and not at_start:
        yield (
            f"At step {c.steps[0]} none of this was so, so training itself is the cause. Try a smaller learning rate, "
            "a warm-up, or a norm at the start of each branch (norm_first=True in PyTorch)."
        )
    for finding in rates:
        yield finding.told if at_start else f"{finding.told} {finding.advice}."
    if at_start and (later or rates):
        yield "Repair first what was wrong at the start, because it may be the cause of the rest."


def _is_of_start(finding: Finding, c: Course) -> bool:
    return finding.since == c.steps[0] and finding.name not in OF_RATE


def _within(sentence: str) -> str:
    """The sentence as it stands behind a comma."""
    return sentence[0].lower() + sentence[1:]


def _of_time(readings: Readings):
    """What reaches the first step of a sequence, which is a number and no verdict, because gates can learn to open."""
    for name, norms in readings.time.items():
        known = norms[-1][np.isfinite(norms[-1])]
        if len(known) < 2 or not known[-1] > 0:
            continue
        with np.errstate(divide="ignore"):
            decades = np.log10(known[0] / known[-1])
        reach = "nothing" if decades == -np.inf else f"10^{decades:.1f}"
        yield f"In {name!r}, the first of {len(known)} time steps receives {reach} of what the last one receives."


def _of_losses(readings: Readings):
    known = np.flatnonzero(np.isfinite(readings.loss))
    if known.size > 1:
        yield f"The loss went from {readings.loss[known[0]]:.3g} to {readings.loss[known[-1]]:.3g}."
