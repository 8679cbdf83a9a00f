"""The exercises of the lesson on the report, its trial and the clinic.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import Exercises, NotYetError, expect_answer


def _range(function) -> str | None:
    """The repaired check: decades between the largest and the smallest norm."""
    cases = {
        "vanishing": [1e-9, 1e-6, 1e-3, 1.0],
        "exploding": [1e5, 1e3, 10.0, 1.0],
        "well": [2.0, 1.5, 1.0, 1.2],
        "a hole": [1.0, 1e-4, 1.0, 1.0],
    }
    for name, norms in cases.items():
        given = expect_answer(function(np.array(norms)), "; it should return a number of decades")
        if np.ndim(given):
            raise NotYetError("return one number, not one a layer")
        why = _wrong_range(name, norms, float(given), float(np.log10(max(norms) / min(norms))))
        if why:
            return why
    return _of_zero(function)


def _wrong_range(name: str, norms, given: float, right: float) -> str | None:
    slips = {
        "that is the ratio; of it take log10, so that it is decades": 10**right,
        "that is the sign of the way back; a range is 0 or more": -right,
        "that is the natural logarithm; a decade is a factor of ten": right * np.log(10),
        "that is still the norm of all of them together": float(np.linalg.norm(norms)),
        "that is its logarithm, of all of them together": float(np.log10(np.linalg.norm(norms))),
        "that compares the first layer with the last; look for the largest and the smallest, wherever they are": float(
            abs(np.log10(norms[0] / norms[-1]))
        ),
    }
    if abs(given - right) < 1e-6:
        return None
    for why, slip in slips.items():
        if abs(given - slip) < 1e-6:
            return why
    return f"of the norms {norms} ({name}) it says {given:.3g}, and they span {right:.3g} decades"


def _of_zero(function) -> str | None:
    try:
        with np.errstate(all="ignore"):
            given = function(np.array([0.0, 1e-3, 1.0]))
    except (ValueError, ArithmeticError) as problem:
        return f"a layer may receive exactly 0; yours then raises {type(problem).__name__}: {problem}"
    return None if given == np.inf else f"a layer that receives exactly 0 is infinitely far; yours says {given}"


def _bands(answer) -> str | None:
    """A band for each of three reports: range, signal."""
    right = ["amber", "red", "green"]
    if isinstance(answer, str) or not hasattr(answer, "__len__") or len(answer) != 3:
        return "give a list of three words, one for each report"
    given = [str(word).lower() for word in answer]
    if set(given) - {"red", "amber", "green"}:
        return "the words are 'green', 'amber' and 'red'"
    if given == right:
        return None
    if given[0] == "green":
        return "the first: its gradient is well, but look at how alike its inputs have become"
    if given[1] == "green":
        return (
            "the second: from its first layer to its last it looks well; look at the range, which is the largest "
            "against the smallest"
        )
    wrong = [str(k) for k, (a, b) in enumerate(zip(given, right, strict=True), start=1) if a != b]
    return (
        f"report {' and '.join(wrong)} is another band. Red is two decades or more; green less than one, and "
        f"inputs still differ"
    )


def _treated(visits) -> str | None:
    """Three patients, each with the right diagnosis and a treatment that works."""
    visits = [*visits] if hasattr(visits, "__iter__") else []
    if len(visits) != 3 or not all(hasattr(visit, "passed") for visit in visits):
        return "hand over a list of three visits, one of each patient"
    if len({visit.illness for visit in visits}) < 3:
        return "name a diagnosis and a treatment for each, and take patients of three different illnesses"
    for visit in visits:
        if visit.chosen[0] != visit.illness:
            return f"patient {visit.patient}: it is not {visit.chosen[0]}: {visit.why}"
        if not visit.passed and visit.illness == "healthy":
            return f"patient {visit.patient}: healthy is right, and so it needs no treatment"
        if not visit.passed:
            told = f"it tells {visit.course.accuracy:.0%} of the digits"
            return (
                f"patient {visit.patient}: {visit.illness} is right, but {visit.chosen[1]} is not what it needs; "
                f"after it, {told}"
            )
    return None


EXERCISES = {
    "worst_ratio": (_range, "the largest against the smallest, in decades: what no sum of squares can hide"),
    "read_reports": (_bands, "the first is alike, the second has a hole in the middle, and the third may be trained"),
    "treat_three": (_treated, "three patients that learn now, and for the right reason"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
solution = _exercises.solution
