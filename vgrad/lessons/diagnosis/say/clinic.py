"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the explorer `clinic`. A reply to a diagnosis begins with what is right about it. A first wrong one has a
hint from the patient's own measurements, and the answer comes after a second one, or where it is asked for.
"""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar

TESTS = {
    "profile": "gradient profile",
    "activations": "activation statistics",
    "line": "gradient along a line",
    "updates": "update ratios",
    "later": "profile in training",
    "loss": "loss curve",
}
NEEDS = {  # what a patient with that illness would show
    "vanishing": "a gradient that vanishes has under 0.01",
    "exploding": "one that explodes has over 100",
    "saturated": "a saturated network has over 75 %",
    "dead": "a dead network has over 80 %",
    "collapsed": "a collapsed network has under 16 %",
    "shattered": "a shattered one is under 0.5",
    "symmetry": "with symmetry it is over 50 %",
    "unscaled input": "unscaled inputs start it over 10",
    "too low precision": "too low a precision loses over 90 %",
    "missing warm-up": "a missing warm-up leaves under 0.1",
    "rate too small": "too small a rate gives under 0.0005",
    "rate too large": "too large a rate makes it rise",
    "healthy": "a healthy network has over 60 % by then",
}


def sentence(record) -> str:
    """Say what the visit has come to; below it, what has been ordered, and what each test has found."""
    found = _tests(record)
    depth = len(record.file.dh)
    protocol = (
        f"Patient {record.patient} is a network of {depth} layers. You have ordered {len(record.ordered)} of 6 tests."
    )
    return "\n".join((_finding(record), protocol, *([f"Found: {found}."] if found else [])))


def _finding(record) -> str:
    diagnosis, treatment = record.chosen
    if record.disclosed:
        head = _answer(record)
    elif diagnosis is not None:
        head = _hint(record)
    else:
        head = _asked(record)
    if record.course is not None:
        return f"{head} {_after(record)}"
    waits = f" Your treatment, {treatment}, waits for a diagnosis." if treatment is not None else ""
    return head + waits


def _asked(record) -> str:
    if not record.ordered:
        return "No test has been ordered yet. Order one, and say what it rules out."
    last = [name for name in TESTS if name in record.ordered][-1]
    return f"By the {TESTS[last]}, {FOUND[last](record.file)}. What does that rule out?"


def _answer(record) -> str:
    """The illness, and why; before it what is right about the diagnosis."""
    diagnosis = record.chosen[0]
    why = f"{record.illness}, because {record.why}."
    if record.right:
        return f"Right{'' if record.tries[0] == record.illness else ' this time'}: {why}"
    if record.illness in record.tries:
        now = f", and not with {diagnosis}" if diagnosis else ""
        return f"You were right before{now}. It is {why}"
    if record.told:
        ruled = f" You have ruled out {diagnosis}." if diagnosis else ""
        return f"You asked for the answer.{ruled} It is {why}"
    more = len(record.tries) - bool(diagnosis)
    ruled = f"{diagnosis} and {more} more" if diagnosis else f"{more} illnesses"
    return f"You have ruled out {ruled}. It is {why}"


def _hint(record) -> str:
    """What is right about a wrong diagnosis, and what speaks against it or which test would tell."""
    diagnosis = record.chosen[0]
    hint = record.hint
    test = TESTS[hint.test]
    if not hint.ordered:
        return f"To think of {diagnosis} is reasonable. The {test} would tell, so order that test next."
    if not hint.shows:
        return (
            f"To judge {diagnosis}, the {test} is the right test. "
            f"But {EVIDENCE[diagnosis](record.file)}, and {NEEDS[diagnosis]}."
        )
    if hint.other == hint.test:
        return f"You are right that {diagnosis} fits the {test}. But that test shows more, so read all of its numbers."
    then = "and you have ordered that" if hint.other in record.ordered else "so order that test"
    return f"You are right that {diagnosis} fits the {test}. But the {_decides(hint.other)} here, {then}."


def _decides(test: str) -> str:
    return f"{TESTS[test]} {'decide' if TESTS[test].endswith('s') else 'decides'}"


def _after(record) -> str:
    """What the treatment has done."""
    accuracy = f"{record.course.accuracy:.0%} of the digits"
    head = f'After "{record.chosen[1]}" it classifies {accuracy}'
    if not record.disclosed:
        return f"{head}."
    left = record.chosen[1] == "leave it alone"
    if record.illness == "healthy":
        return f"{head}, and {'nothing more was needed' if left else 'a healthy network needs no treatment'}."
    if left:
        return f"{head}, because what is wrong is wrong still."
    works = "it works, as a loss scale would" if record.chosen[1] == "float32" else "it works"
    return f"{head}, so {works if record.course.learns else 'it does not cure this'}."


def verdicts(record) -> tuple[str, list[str], bool | None]:
    """Return what the stamp says: a word, a line for the diagnosis and one for the treatment, and whether it is good.

    The last is None as long as nothing is decided.
    """
    diagnosis, treatment = record.chosen
    if diagnosis is None and not record.told:
        return "no verdict", ["your diagnosis?", "your treatment?"], None
    lines = [f"{'✓' if record.right else '✗'} {diagnosis}"] if diagnosis is not None else []
    if record.disclosed and not record.right:
        lines.append(f"it is {record.illness}")
    if record.course is not None:
        lines.append(f"{'✓' if record.cured else '✗'} {treatment}" if record.disclosed else f"… {treatment}")
    elif record.right:
        lines.append("your treatment?")
    if record.passed:
        return "PASSED", lines, True
    if not record.disclosed:
        return "LOOK AGAIN", lines, False
    if record.right:
        return _half(record), lines, bool(record.course is None or record.cured)
    return "THE ANSWER", lines, False


def _half(record) -> str:
    """The word for a right diagnosis that has not passed, or not yet."""
    if record.course is not None and not record.cured:
        return "NOT CURED"
    return "RIGHT" if record.tries[0] == record.illness and not record.told else "RIGHT, LATE"


# --- what the tests find ----------------------------------------------------------------------------------------------


def _tests(record) -> str:
    """What each test that was ordered has found."""
    return "; ".join(f"{TESTS[name]}: {FOUND[name](record.file)}" for name in TESTS if name in record.ordered)


def _profile(file) -> str:
    return f"{_first(file)}, and {file.precision} loses {file.findings.lost:.0%} of dh"


def _first(file) -> str:
    return f"the first layer's dh is {grammar.number(file.dh[0])} of the last's"


def _lost(file) -> str:
    return f"{file.precision} loses at most {file.findings.lost:.0%} of a layer's dh"


def _activations(file) -> str:
    return f"at most {file.findings.saturated:.0%} of a layer's slopes are flat, {_dead(file)}, and {_alike(file)}"


def _flat(file) -> str:
    return f"at most {file.findings.saturated:.0%} of a layer's slopes are flat"


def _dead(file) -> str:
    return f"at most {file.findings.dead:.0%} of its units are dead"


def _alike(file) -> str:
    signal = file.findings.signal
    if not np.isfinite(signal):
        return "at the end there is no signal"
    return f"at the end inputs differ by {10**signal:.0%}"


def _line(file) -> str:
    if not np.any(file.line):
        return "the gradient is 0 all along"
    return f"one step on, the gradient is {file.findings.likeness:.2f} like itself"


def _updates(file) -> str:
    return f"{_step(file)}, and {_copies(file)}"


def _step(file) -> str:
    return f"an update is {grammar.number(file.findings.update)} of the weights"


def _copies(file) -> str:
    return f"in some layer {file.findings.copies:.0%} of the units are copies"


def _later(file) -> str:
    return f"after 10 steps the first layer's dh is {grammar.number(file.later[0])} of the last's"


def _start(file) -> str:
    return f"the loss starts at {file.findings.first_loss:.2g}"


def _loss(file) -> str:
    last = file.findings.last_loss
    end = f"{last:.2g}" if np.isfinite(last) else "numbers that are not finite"
    return f"the loss goes from {file.findings.first_loss:.2g} to {end} in {len(file.losses)} steps"


def _accuracy(file) -> str:
    return f"it classifies {file.findings.accuracy:.0%} of the digits after {len(file.losses)} steps"


FOUND = {
    "profile": _profile, "activations": _activations, "line": _line, "updates": _updates, "later": _later,
    "loss": _loss,
}  # fmt: skip
EVIDENCE = {
    "vanishing": _first, "exploding": _first, "saturated": _flat, "dead": _dead, "collapsed": _alike,
    "shattered": _line, "symmetry": _copies, "unscaled input": _start, "too low precision": _lost,
    "missing warm-up": _later, "rate too small": _step, "rate too large": _loss, "healthy": _accuracy,
}  # fmt: skip


def alt(record) -> str:
    """What the picture shows, for those who cannot see it."""
    shown = _tests(record) or "none"
    title, lines, _ = verdicts(record)
    after = (
        f" After the treatment the loss ends at {grammar.number(record.course.losses[-1])}." if record.course else ""
    )
    return (
        f"The chart of patient {record.patient}, drawn as {len(record.file.dh)} columns of units; a list of 6 tests, "
        f"{len(record.ordered)} of which are filled: {shown}.{after} The stamp says {title}: {', '.join(lines)}."
    )
