"""Questions and exercises of lesson 11, how to see it in your own network."""

from __future__ import annotations

import numpy as np

from .framework import Question

QUESTIONS = {
    "one_number": Question(
        "A network of fifty sigmoid layers is lost: its first layer receives 1e-30 of the gradient. The usual check "
        "takes the norm of all gradients together, and calls it vanishing under 1e-7. What does it say?",
        {
            "vanishing: nearly every layer is far under 1e-7": "Nearly every layer is. But squares are added up, and "
            "a sum is as large as its largest term.",
            "OK": "The last layers are well, and they alone make the norm. The forty that are lost add nothing.",
            "exploding: fifty layers add up": "If they were all as large as the last, they would make seven of it, "
            "not a thousand.",
            "it depends on the seed": "By a little, in the second digit: the norm is that of the last layers, and "
            "those are alike in all such networks.",
        },
        right="OK",
    ),
    "caught": Question(
        "We train 336 networks of many kinds; more than a third of them do not learn. Of those that do not, how many "
        "did the usual check warn of, before training?",
        {
            "most: more than eight in ten": "It is what the check is for. But to be caught, the last layers must be "
            "tiny or huge too.",
            "about half": "That would be a coin. A coin would also blame half of the good ones, which this check "
            "does not.",
            "fewer than three in ten": "It warns rarely, and then it is right: of an explosion. It calls none of them "
            "vanishing, since the last layers always receive something.",
            "none": "Some networks explode so far that any number shows it.",
        },
        right="fewer than three in ten",
    ),
    "red_forever": Question(
        "Of networks whose gradient spans one to three decades, amber and the first of the red, hardly any train in "
        "150 steps. You give them more: four times the steps and hotter rates, or Adam. What happens?",
        {
            "nothing: they are lost": "Those beyond three decades are. But one or two decades are only ten or a "
            "hundred times.",
            "some of those near the border train now": "Adam divides by the gradient's size, and patience helps too. A "
            "band holds for the optimizer and the budget it was measured with.",
            "all of them train with Adam: it divides the size away": "It does divide by it, and that helps near the "
            "border. Two in three of these still do not train in that time, and beyond three decades none does.",
            "fewer train: hotter rates make it worse": "Each takes its best rate of four, so it does not get much "
            "worse.",
        },
        right="some of those near the border train now",
    ),
}


def _range(function) -> str | None:
    """The repaired check: decades between the largest and the smallest norm."""
    cases = {
        "vanishing": [1e-9, 1e-6, 1e-3, 1.0],
        "exploding": [1e5, 1e3, 10.0, 1.0],
        "well": [2.0, 1.5, 1.0, 1.2],
        "a hole": [1.0, 1e-4, 1.0, 1.0],
    }
    for name, norms in cases.items():
        right, given = float(np.log10(max(norms) / min(norms))), function(np.array(norms))
        why = _not_a_number(given) or _wrong_range(name, norms, float(given), right)
        if why:
            return why
    return _of_zero(function)


def _not_a_number(given) -> str | None:
    if given is None or given is ...:
        return "it returns nothing yet; it should return a number of decades"
    return "return one number, not one a layer" if np.ndim(given) else None


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
