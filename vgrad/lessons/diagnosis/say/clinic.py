"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the explorer `clinic`.
"""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar

TESTS = {
    "profile": "gradient profile",
    "activations": "activation statistics",
    "line": "gradient along a line",
    "updates": "update ratios",
    "loss": "loss curve",
}


def sentence(record) -> str:
    """Say what has been found, and what became of it."""
    verdict = "still waiting"
    if record.course is not None:
        verdict = "you pass" if record.passed else "not this time"
    head = f"Patient {record.patient}, a network of {len(record.file.dh)} layers: {verdict}."
    found = _tests(record)
    tests = f"Ordered: {found}." if found else "No test has been ordered yet."
    return f"{head} {tests} {_graded(record) if record.course else _asked(record)}"


def _tests(record) -> str:
    """What each test that was ordered has found."""
    return "; ".join(f"{TESTS[name]}: {FOUND[name](record.file)}" for name in TESTS if name in record.ordered)


def _profile(file) -> str:
    return f"the first layer's dh is {grammar.number(file.dh[0])} of the last's"


def _activations(file) -> str:
    found = file.findings
    slopes = f"at most {found.saturated:.0%} of a layer's slopes are flat and {found.dead:.0%} of its units dead"
    if not np.isfinite(found.signal):
        return f"{slopes}, and at the end there is no signal"
    return f"{slopes}, and at the end inputs differ by {10**found.signal:.0%} of their size"


def _line(file) -> str:
    if not np.any(file.line):
        return "the gradient is 0 all along"
    return f"one step on, the gradient is {file.findings.likeness:.2f} like itself"


def _updates(file) -> str:
    return f"{grammar.number(file.findings.update)} of the weights a step, the layers' median"


def _loss(file) -> str:
    first = file.findings.first_loss
    last = file.findings.last_loss
    end = f"{last:.2g}" if np.isfinite(last) else "numbers that are not finite"
    return f"from {first:.2g} to {end} in {len(file.losses)} steps"


FOUND = {"profile": _profile, "activations": _activations, "line": _line, "updates": _updates, "loss": _loss}


def _asked(record) -> str:
    diagnosis, treatment = record.chosen
    return (
        f"Your diagnosis: {diagnosis or 'not yet'}; your treatment: {treatment or 'not yet'}; both are graded together."
    )


def _graded(record) -> str:
    diagnosis, treatment = record.chosen
    named = "Right" if diagnosis == record.illness else f"You say {diagnosis}, and the clinic does not"
    healthy = f"{record.illness}, since {record.why}"
    after = f"{treatment}: after {len(record.course.losses)} steps it tells {record.course.accuracy:.0%} of the digits"
    return f"{named}: {healthy}. Treatment: {after}, {_worth(record)}."


def _worth(record) -> str:
    left = record.chosen[1] == "leave it alone"
    if record.illness == "healthy":
        return "and nothing more was needed" if left else "but a healthy network needs no treatment"
    if left:
        return "but what is wrong is wrong still"
    return "so it works" if record.course.learns else "so it does not cure this"


def alt(record) -> str:
    """What the picture shows, for those who cannot see it."""
    shown = _tests(record) or "none"
    diagnosis, treatment = (choice or "not given" for choice in record.chosen)
    after = f", which ends at {grammar.number(record.course.losses[-1])}" if record.course else ""
    return (
        f"The chart of patient {record.patient}: a panel for each of 5 tests, of which these are filled: {shown}; and "
        f"a 6th with the loss after the treatment{after}. Diagnosis: {diagnosis}; treatment: {treatment}."
    )
