"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the report, its trial and the clinic.
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


@grammar.asked
def sentence(record) -> str:
    """What has been found, and what became of it."""
    depth = len(record.file.dh)
    verdict = "" if record.course is None else "you pass" if record.passed else "not this time"
    head = f"Patient {record.patient}, a network of {depth} layers: {verdict or 'still waiting'}."
    found = [f"{TESTS[name]}: {_found(name, record.file)}" for name in TESTS if name in record.ordered]
    tests = f"Ordered: {'; '.join(found)}." if found else "No test has been ordered yet."
    return f"{head} {tests} {_graded(record) if record.course else _asked(record)}"


def _found(name: str, file) -> str:
    f = file.findings
    if name == "profile":
        return f"the first layer's dh is {grammar.number(file.dh[0])} of the last's"
    if name == "activations":
        differ = f"inputs differ by {10**f.signal:.0%} of their size" if np.isfinite(f.signal) else "there is no signal"
        return (
            f"at most {f.saturated:.0%} of a layer's slopes are flat and {f.dead:.0%} of its units dead, and at "
            f"the end {differ}"
        )
    if name == "line":
        return (
            f"one step on, the gradient is {f.likeness:.2f} like itself"
            if np.any(file.line)
            else "the gradient is 0 all along"
        )
    if name == "updates":
        return f"{grammar.number(f.update)} of the weights a step, the layers' median"
    end = f"{f.last_loss:.2g}" if np.isfinite(f.last_loss) else "numbers that are not finite"
    return f"from {f.first_loss:.2g} to {end} in {len(file.losses)} steps"


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


@grammar.asked
def alt(record) -> str:
    """What the picture shows, for those who cannot see it."""
    shown = (
        "; ".join(f"{TESTS[name]}: {_found(name, record.file)}" for name in TESTS if name in record.ordered) or "none"
    )
    diagnosis, treatment = (choice or "not given" for choice in record.chosen)
    after = f", which ends at {grammar.number(record.course.losses[-1])}" if record.course else ""
    return (
        f"The chart of patient {record.patient}: a panel for each of 5 tests, of which these are filled: {shown}; and "
        f"a 6th with the loss after the treatment{after}. Diagnosis: {diagnosis}; treatment: {treatment}."
    )
