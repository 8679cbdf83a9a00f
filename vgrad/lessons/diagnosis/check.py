"""The exercises of the lesson on the report, its trial and the clinic.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.compare import in_digits
from ...kit.exercises import Exercises, NotYetError, expect_function
from ...kit.expect import is_missing
from ...kit.judging import call, counted, expect_shaped, sentence
from ...kit.slips import told
from .measure.clinic import visit
from .records import Visit

NORMS = {
    "a gradient with a hole in the middle": [0.7, 0.94, 0.051, 2.3e-4, 0.019, 5.2, 1.3],
    "a gradient that vanishes": [3.1e-9, 4.7e-6, 2.2e-3, 0.9],
    "a gradient that explodes": [2.7e5, 1.4e3, 33.0, 1.2],
    "a gradient that holds": [2.0, 1.5, 1.0, 1.2],
    "a gradient with a hill in the middle": [0.5, 7.0, 3e6, 20.0, 0.5],
    "two layers": [3.0, 0.2],
    "a single layer": [0.03],
    "thirty layers": [*np.geomspace(1e-4, 1e-12, 15), *np.geomspace(1e-10, 1e2, 15)],
    "four equal layers": [1e-7] * 4,
}
ZEROS = {
    "the first": [0.0, 1e-3, 1.0],
    "the last": [1.0, 1e-3, 0.0],
    "one in the middle": [1.0, 2.0, 0.0, 0.5, 3.0],
}
ASKED = ("first_dlogits", "dlogits", "dh_1")
STATES = ("converged", "vanished", "neither")
MOMENTS = {  # what is given, the norms ASKED, and the word for it
    "a tanh network at its start": ((0.096, 0.096, 0.065), "neither"),
    "a network of ten sigmoid layers": ((0.097, 0.095, 2.9e-7), "vanished"),
    "a tanh network after 1000 steps": ((0.096, 1.2e-4, 4.7e-4), "converged"),
    "a network that has begun to learn": ((0.096, 0.033, 0.092), "neither"),
    "a network of four sigmoid layers, before it learns": ((0.097, 0.095, 1.6e-3), "neither"),
    "a network of four sigmoid layers, after it has learned": ((0.097, 8.9e-3, 0.125), "converged"),
    "a network whose loss is a mean over a million samples": ((9.6e-7, 9.5e-7, 6.0e-7), "neither"),
    "a network whose loss is a sum, and which has lost its gradient": ((970.0, 950.0, 0.0029), "vanished"),
    "a network that has learned without its first layer": ((0.096, 0.002, 1e-8), "converged"),
    "a network without any error": ((0.096, 0.0, 0.0), "converged"),
}
WHILE_IT_RUNS = ("the call is right", "what is above 0 is judged rightly, but dlogits may be exactly 0")


def _range(function) -> str | None:
    """The repaired check: decades between the largest and the smallest norm."""
    decades_lost = expect_function(function, ", decades_lost")
    for name, norms in NORMS.items():
        given = _number(_called(decades_lost, np.array(norms)))
        why = _wrong_range(name, np.array(norms), given, float(np.log10(max(norms) / min(norms))))
        if why:
            return why
    return _of_zero(decades_lost)


def _called(function, norms):
    """What the function makes of the norms; NotYetError says so if it has sorted them in place."""
    try:
        return call(function, norms=norms)
    except NotYetError:
        again = norms.copy()
        function(again)
        if not np.array_equal(np.sort(again), np.sort(norms)):
            raise
    raise NotYetError(
        "the array norms was given in the order of the layers, and your code has sorted it in place, as norms.sort() "
        "does. Whoever called it still needs that order, and np.sort(norms) makes a new array"
    )


def _number(given) -> float:
    """One number of decades; NotYetError says why there is none."""
    if np.ndim(given) and np.size(given) != 1:
        return float(expect_shaped(given, "the answer, which is one number and not one of each layer,", ()))
    return float(expect_shaped(given, "the number of decades", np.shape(given)).item())


def _wrong_range(name: str, norms, given: float, right: float) -> str | None:
    if abs(given - right) < 1e-4 * max(1.0, right):
        return None
    total = float(np.linalg.norm(norms))
    ends = float(np.log10(norms[0] / norms[-1]))
    steps = abs(np.diff(np.log10(norms)))
    slips = {
        "largest over smallest is right, as a ratio. Take its log10, so that it becomes decades": 10**right,
        "the size is right. But a range is 0 or more, and yours has the sign of smallest over largest": -right,
        "largest over smallest is right. But that is the natural logarithm, and a decade is a factor of ten": (
            right * np.log(10)
        ),
        "that is still the norm of all of them together, which is what hides a small one": total,
        "that is a logarithm, but of the norm of all of them together, which is what hides a small one": (
            float(np.log10(total))
        ),
        "a log10 is there. But it compares the first layer with the last; look for the largest and the smallest, "
        "wherever they are": abs(ends),
        "a log10 is there. But it is of the first layer over the last; look for the largest and the smallest, wherever "
        "they are, in this order": ends,
        "that is a difference. A decade is a factor of ten, so take the logarithm of each first": float(np.ptp(norms)),
        "the largest, the smallest and a log10 are all there. But you take their difference first, and a decade is a "
        "factor, so that the logarithm of each comes before the difference": float(np.log10(np.ptp(norms))),
        "a log10 is there, and the largest. But it is compared with the first layer; look for the smallest": (
            float(np.log10(max(norms) / norms[0]))
        ),
        "a log10 is there, and the largest. But it is compared with the last layer; look for the smallest": (
            float(np.log10(max(norms) / norms[-1]))
        ),
        "a log10 is there, and the smallest. But it is compared with the first layer; look for the largest": (
            float(np.log10(norms[0] / min(norms)))
        ),
        "a log10 is there, and the smallest. But it is compared with the last layer; look for the largest": (
            float(np.log10(norms[-1] / min(norms)))
        ),
        "a log10 is there. But it is of one step between two layers; look for the largest and the smallest of all": (
            float(steps.max(initial=0))
        ),
    }
    for why, slip in slips.items():
        if abs(given - slip) < 1e-4 * max(1.0, abs(slip)):
            return f"of {name}, {why}"
    one, other = in_digits(given, right)
    if given in {np.floor(right), np.ceil(right), *(round(right, digits) for digits in range(4))}:
        return f"the decades are right, but rounded. Of {name} it says {one}, and unrounded it is {other}"
    epsilon = _epsilon(norms, given)
    if epsilon:
        return (
            f"large norms are compared rightly. But of {name} it says {one} in place of {other}, since an epsilon of "
            f"{epsilon:.3g} hides the small norms"
        )
    saying = f"of {name} it says {one}, and from least to most it is {other} decades"
    return f"it returns one number, as it should. But {saying}"


def _epsilon(norms, given: float) -> float | None:
    """The power of ten (or eps of float64 or float32) which, added or as a least, makes this of the norms, or None."""
    ratio = 10.0**given
    if not 1 < ratio < np.inf:
        return None
    most, least = max(norms), min(norms)
    usual = [*(10.0 ** np.arange(-300, 0)), *(float(np.finfo(dtype).eps) for dtype in (np.float32, np.float64))]
    found = (most / ratio - least, most / ratio, (most - ratio * least) / (ratio - 1))
    return next((e for e in usual if any(abs(one / e - 1) < 1e-3 for one in found)), None)


def _of_zero(function) -> str | None:
    for place, norms in ZEROS.items():
        try:
            given = _number(_called(function, np.array(norms)))
        except (ValueError, ArithmeticError) as problem:
            return (
                f"finite ranges are right. But a layer may receive exactly 0, here {place}, and with that your code "
                f"stops: {told(problem)}"
            )
        if given != np.inf:
            far = f"{place} receives exactly 0, which is infinitely far; yours says {given:.4g}"
            return f"finite ranges are right. But {far}{_why_finite(np.array(norms), given)}"
    return None


def _why_finite(norms, given: float) -> str:
    """What has probably taken the place of 0."""
    kept = norms[norms > 0]
    if abs(given - np.log10(max(kept) / min(kept))) < 1e-6:
        return ", because the 0 is left out"
    epsilon = _epsilon(norms, given)
    return f", because an epsilon of {epsilon:.3g} stands in for the 0" if epsilon else ""


def _state(function) -> str | None:
    """The verdict during training, from three norms: converged, vanished, or neither."""
    state = expect_function(function, ", state")
    given = {}
    for name, (norms, right) in MOMENTS.items():
        try:
            given[name] = _word(call(state, **dict(zip(ASKED, norms, strict=True))))
        except ArithmeticError as problem:
            return f"{WHILE_IT_RUNS[norms[1] == 0]}. For {name} your code stops: {told(problem)}"
        if given[name] != right:
            return _wrong_state(name, norms, given[name], right, fine=len(given) - 1)
    return None


def _word(given) -> str:
    """One of the three words; NotYetError says so if it is another thing."""
    if is_missing(given):
        raise NotYetError("it returns nothing yet for one of its cases. Let it return a word in each of them")
    word = str(given).strip().lower()
    if not isinstance(given, str) or word not in STATES:
        said = f"'{given}'" if isinstance(given, str) else f"{given!r}"
        raise NotYetError(f"it returns {said}, and the three words are 'converged', 'vanished' and 'neither'")
    return word


def _wrong_state(name: str, norms, given: str, right: str, fine: int) -> str:
    """What is right about the function, and the step that goes wrong in this case."""
    first, now, dh = norms
    left = now / first
    begin = f"{counted(fine, 'case')} {'is' if fine == 1 else 'are'} right. " if fine else "each case gets a word. "
    reaching = f"‖dh_1‖ is {dh / now:.2g} times ‖dlogits‖" if now else "‖dlogits‖ is 0"
    facts = f"In {name}, {left:.2g} of the error is left, and {reaching}. So it is {right}, and yours says {given}. "
    return begin + facts + _step(given, right)


def _step(given: str, right: str) -> str:
    if right == "converged":
        return "Ask first how much of the error is left, because then a small gradient is good news"
    if given == "converged":
        return (
            "A network has converged if dlogits is less than a quarter of what it was, so compare it with first_dlogits"
        )
    if right == "vanished":
        return "Divide dh_1 by dlogits, and compare the quotient with 1/1000"
    return "The size of dh_1 alone does not tell it, because it depends on dlogits. Divide one by the other"


def _treated(visits) -> str | None:
    """Three patients, each with the right diagnosis and a treatment that works."""
    visits = list(visits.values() if isinstance(visits, dict) else visits) if hasattr(visits, "__iter__") else []
    if len(visits) != 3 or not all(isinstance(one, Visit) for one in visits):
        return "hand over a list of three visits, one of each patient"
    for one in visits:
        if one.course is None:
            return f"patient {one.patient} has been visited, but still needs a diagnosis and a treatment, both by name"
    if len({one.illness for one in visits}) < 3:
        return "the visits are complete. But take patients of three different illnesses"
    for one in visits:
        why = _wrong_visit(one)
        if why:
            return f"of patient {one.patient}, {why}"
    return None


def _wrong_visit(one: Visit) -> str | None:
    again = visit(one.patient, one.ordered, *one.chosen)
    if (again.illness, again.passed) != (one.illness, one.passed):
        return "the visit is not what visit returns; run it again, and hand over the visit itself"
    if one.chosen[0] != one.illness:
        return f"the tests are done, but the diagnosis is not {one.chosen[0]}. {sentence(one.why)}"
    if one.passed or one.course is None:
        return None
    if one.illness == "healthy":
        return "healthy is right, and so it needs no treatment"
    if one.course.learns:
        return f"{one.illness} is right, but {one.chosen[1]} is not what it needs"
    after = f"After it, the network tells {one.course.accuracy:.0%} of the digits"
    return f"{one.illness} is right, but {one.chosen[1]} is not what it needs. {after}"


EXERCISES = {
    "worst_ratio": (_range, "the largest against the smallest, in decades: what no sum of squares can hide"),
    "state_in_training": (
        _state,
        "two ratios tell what no norm alone can: how much error is left, and whether it arrives",
    ),
    "treat_three": (_treated, "three patients that learn now, and for the right reason"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
