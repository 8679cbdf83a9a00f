"""The exercise on what a check should have been: how many decades lie between the largest norm and the smallest."""

from __future__ import annotations

import numpy as np

from ....kit.compare import in_digits
from ....kit.exercises import NotYetError, expect_function
from ....kit.judging import call, expect_shaped
from ....kit.slips import told

NORMS = {
    "a gradient with a hole in the middle": [0.7, 0.94, 0.051, 2.3e-4, 0.019, 5.2, 1.3],
    "a gradient that vanishes": [3.1e-9, 4.7e-6, 2.2e-3, 0.9],
    "a gradient that explodes": [2.7e5, 1.4e3, 33.0, 1.2],
    "a gradient that holds": [2.0, 1.5, 1.0, 1.2],
    "a gradient with a hill in the middle": [0.5, 7.0, 3e6, 20.0, 0.5],
    "two layers": [3.0, 0.2],
    "a single layer": [0.03],
    "thirty layers": [*np.geomspace(1e-4, 1e-12, 15), *np.geomspace(1e-10, 1e2, 15)],
    "thirty layers that lose a decade each": [*np.geomspace(1e-30, 0.1, 30)],
    "four equal layers": [1e-7] * 4,
}
ZEROS = {
    "the first layer": [0.0, 1e-3, 1.0],
    "the last layer": [1.0, 1e-3, 0.0],
    "one layer in the middle": [1.0, 2.0, 0.0, 0.5, 3.0],
    "every layer": [0.0, 0.0, 0.0],
}


def decades(function) -> str | None:
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
    if given == np.inf:
        return f"large norms are compared rightly. But of {name} it says inf, though no norm is 0"
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
                f"finite ranges are right. But a norm may be exactly 0, here that of {place}, and with that your code "
                f"stops: {told(problem)}"
            )
        except NotYetError as hint:
            raise NotYetError(f"finite ranges are right. But where {place} receives exactly 0, {hint}") from None
        nowhere = np.isnan(given) and not any(norms)  # 0/0 is a fair answer where nothing arrives at all
        if given != np.inf and not nowhere:
            far = f"{place} receives exactly 0, which is infinitely far, and yours says {given:.4g}"
            return f"finite ranges are right. But {far}{_why_finite(np.array(norms), given)}"
    return None


def _why_finite(norms, given: float) -> str:
    """What has probably taken the place of 0."""
    kept = norms[norms > 0]
    if np.isnan(given):
        return ", because 0/0 or inf - inf is NaN. So answer before you divide"
    if not kept.size:
        return ""
    if abs(given - np.log10(max(kept) / min(kept))) < 1e-6:
        return ", because the 0 is left out"
    epsilon = _epsilon(norms, given)
    return f", because an epsilon of {epsilon:.3g} stands in for the 0" if epsilon else ""
