"""What learners hand over in the lesson on the report, its trial and the clinic."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np

from vgrad.lessons.diagnosis import visit

from . import Later


def with_math(norms):
    largest, smallest = max(norms), min(norms)
    if smallest == 0:
        return float("inf")
    return math.log10(largest / smallest)


def guarded(decades):
    """Decades where no norm is 0, and infinity where one is."""
    return lambda norms: decades(norms) if norms.all() else np.inf


def in_a_loop(norms):
    if 0 in norms:
        return math.inf
    most, least = -math.inf, math.inf
    for norm in norms:
        decades = np.log10(norm)
        most, least = max(most, decades), min(least, decades)
    return most - least


def by_pairs(norms):
    logs = np.log10(norms)
    return np.max(logs[:, None] - logs[None, :]) if np.isfinite(logs).all() else np.inf


def sorted_copy(norms):
    ordered = sorted(norms)
    return np.inf if ordered[0] == 0 else np.log(ordered[-1] / ordered[0]) / np.log(10)


def by_quotients(first_dlogits, dlogits, dh_1):
    if dlogits / first_dlogits < 1 / 4:
        return "converged"
    if dh_1 / dlogits < 1 / 1000:
        return "vanished"
    return "neither"


ERRORS, GAINS = (1 / 3, 0.3, 0.26, 0.24, 0.2, 0.1), (0.015, 0.01, 5e-3, 2e-3, 5e-4, 1e-4, 1e-5)


def by_limits(of_error=1 / 4, of_dh=1 / 1000, below=lambda first, now: now):
    """The verdict with other limits, and with dh_1 over another number, which is below(first, now)."""

    def state(first, now, dh):
        if now < of_error * first:
            return "converged"
        return "vanished" if dh < of_dh * below(first, now) else "neither"

    return state


def in_logarithms(first, now, dh):
    with np.errstate(divide="ignore", invalid="ignore"):
        left, reaches = np.log10(now) - np.log10(first), np.log10(dh) - np.log10(now)
    if left < np.log10(0.25):
        return "converged"
    return "vanished" if reaches < -3 else "neither"


class Report:
    def decades(self, sizes):
        return np.inf if np.min(sizes) == 0 else np.log10(np.max(sizes)) - np.log10(np.min(sizes))


def sorts_in_place(norms):
    norms.sort()
    return np.log10(norms[-1] / norms[0])


def logs_in_place(norms):
    np.log10(norms, out=norms)
    return np.ptp(norms)


def skips_noughts(norms):
    return np.ptp(np.log10(norms[norms > 0]))


def visits(*given):
    """Visits of patients, each with a diagnosis and a treatment."""
    return Later(lambda: [visit(number, diagnosis=illness, treatment=cure) for number, illness, cure in given])


THREE = ((5, "dead", "weights that fit"), (12, "rate too small", "rate × 100"), (16, "vanishing", "batch norm"))


def changed(number, **fields):
    """The three right visits, of which one is another one's record."""
    return Later(lambda: [one._replace(**fields) if one.patient == number else one for one in visits(*THREE).make()])


RIGHT = {
    "worst_ratio": {
        "no guard": lambda norms: np.ptp(np.log10(norms)),
        "as the lesson has it": guarded(lambda norms: np.log10(norms.max() / norms.min())),
        "a difference of logarithms": guarded(lambda norms: np.ptp(np.log10(norms))),
        "with math": with_math,
        "in a loop": in_a_loop,
        "by pairs": by_pairs,
        "of a sorted copy": sorted_copy,
        "in float32": guarded(lambda norms: np.ptp(np.log10(norms.astype(np.float32)))),
        "an array of no dimension": guarded(lambda norms: np.array(np.log10(norms.max() / norms.min()))),
        "a method": Report().decades,
    },
    "state_in_training": {
        "by quotients": by_quotients,
        "by products": lambda first, now, dh: (
            "converged" if 4 * now < first else "vanished" if 1000 * dh < now else "neither"
        ),
        "vanished is asked first": lambda first, now, dh: (
            "vanished" if now >= first / 4 and dh < now / 1000 else "converged" if now < first / 4 else "neither"
        ),
        "in logarithms": in_logarithms,
        "in capitals": lambda *norms: by_quotients(*norms).upper(),
        "of NumPy's words": lambda *norms: np.str_(by_quotients(*norms)),
        "up to the limit": lambda first, now, dh: (
            "converged" if now / first <= 0.25 else "vanished" if dh / now <= 1e-3 else "neither"
        ),
        "the share that is gone": lambda first, now, dh: (
            "converged" if 1 - now / first > 0.75 else "vanished" if dh / now < 1e-3 else "neither"
        ),
    },
    "treat_three": {
        "the lesson's": visits(*THREE),
        "in another order": visits(*THREE[::-1]),
        "a tuple": Later(lambda: tuple(visits(*THREE).make())),
        "by number": Later(lambda: {one.patient: one for one in visits(*THREE).make()}),
        "other treatments": visits(
            (5, "dead", "batch norm"), (12, "rate too small", "rate × 100"), (16, "vanishing", "a path, 1/depth")
        ),
        "a healthy one": visits(*THREE[:2], (6, "healthy", "leave it alone")),
    },
}
WRONG = {
    "worst_ratio": {
        "the ratio": (lambda norms: norms.max() / norms.min(), "log10"),
        "the sign": (lambda norms: np.log10(norms.min() / norms.max()), "sign"),
        "natural": (lambda norms: np.log(norms.max() / norms.min()), "natural"),
        "in doublings": (lambda norms: np.log2(norms.max() / norms.min()), "decades"),
        "the norm": (np.linalg.norm, "norm of all"),
        "its logarithm": (lambda norms: np.log10(np.linalg.norm(norms)), "logarithm"),
        "the ends": (lambda norms: abs(np.log10(norms[0] / norms[-1])), "first layer with the last"),
        "the ends, with a sign": (lambda norms: np.log10(norms[0] / norms[-1]), "first layer"),
        "last over first": (lambda norms: np.log10(norms[-1] / norms[0]), "first layer with the last"),
        "the largest step": (lambda norms: abs(np.diff(np.log10(norms))).max(initial=0), "one step"),
        "a difference": (np.ptp, "logarithm"),
        "of each": (np.log10, "one number"),
        "the largest against the first": (lambda norms: np.log10(norms.max() / norms[0]), "with the first layer"),
        "the largest against the last": (lambda norms: np.log10(norms.max() / norms[-1]), "with the last layer"),
        "the first against the smallest": (lambda norms: np.log10(norms[0] / norms.min()), "look for the largest"),
        "the last against the smallest": (lambda norms: np.log10(norms[-1] / norms.min()), "look for the largest"),
        "of the difference": (lambda norms: np.log10(norms.max() - norms.min()), "their difference first"),
        "rounded": (lambda norms: round(np.ptp(np.log10(norms)), 1), "but rounded"),
        "rounded to a whole number": (lambda norms: np.round(np.ptp(np.log10(norms))), "but rounded"),
        "rounded down": (lambda norms: int(np.ptp(np.log10(norms))), "but rounded"),
        "the mean against the least": (lambda norms: np.log10(norms.mean() / norms.min()), "decades"),
        "half": (lambda norms: np.ptp(np.log10(norms)) / 2, "decades"),
        "a floor": (lambda norms: np.ptp(np.log10(np.maximum(norms, 1e-15))), "an epsilon of 1e-15"),
        "a high floor": (lambda norms: np.ptp(np.log10(np.maximum(norms, 1e-10))), "an epsilon of 1e-10"),
        "an epsilon": (lambda norms: np.ptp(np.log10(norms + 1e-30)), "an epsilon of 1e-30"),
        "a large epsilon": (lambda norms: np.ptp(np.log10(norms + 1e-8)), "an epsilon of 1e-08"),
        "an epsilon below": (lambda norms: np.log10(norms.max() / (norms.min() + 1e-8)), "an epsilon of 1e-08"),
        "an epsilon of float64": (
            lambda norms: np.ptp(np.log10(norms + np.finfo(float).eps)), "an epsilon of 2.22e-16",
        ),
        "noughts skipped": (skips_noughts, "the 0 is left out"),
        "math of nought": (lambda norms: math.log10(max(norms)) - math.log10(min(norms)), "ValueError"),
        "division by nought": (lambda norms: math.log10(float(max(norms)) / float(min(norms))), "divided by 0"),
        "minus infinity": (lambda norms: -np.inf if norms.min() == 0 else np.ptp(np.log10(norms)), "exactly 0"),
        "no word for nought": (
            lambda norms: None if norms.min() == 0 else np.ptp(np.log10(norms)), "where the first layer receives",
        ),
        "a text for infinity": (lambda norms: "inf" if norms.min() == 0 else np.ptp(np.log10(norms)), "it holds text"),
        "no range where all are nought": (
            lambda norms: np.ptp(np.log10(norms)) if norms.any() else 0.0, "every layer receives exactly 0",
        ),
        "as good as nought": (
            lambda norms: np.inf if norms.min() < 1e-15 else np.ptp(np.log10(norms)), "though no norm is 0",
        ),
        "as good as nought at 1e-12": (
            lambda norms: np.inf if norms.min() < 1e-12 else np.ptp(np.log10(norms)), "though no norm is 0",
        ),
        "four layers": (lambda norms: np.ptp(np.log10(norms[:4])), "decades"),
        "sorted in place": (sorts_in_place, "np.sort(norms) makes a new array"),
        "logarithms in place": (logs_in_place, "has changed"),
    },
    "state_in_training": {
        "nothing arrives, and it stops": (
            lambda first, now, dh: (
                "converged" if now < first / 4 else "vanished" if float(now) / float(dh) > 1000 else "neither"
            ),
            "dh_1 may be exactly 0",
        ),
        "the wrong order": (
            lambda first, now, dh: "vanished" if 1000 * dh < now else "converged" if now < first / 4 else "neither",
            "Ask first how much of the error is left",
        ),
        "dh_1 alone": (
            lambda first, now, dh: "converged" if now < first / 4 else "vanished" if dh < 1e-3 else "neither",
            "divide one by the other",
        ),
        "dh_1 against the start": (
            lambda first, now, dh: "vanished" if dh < first / 1000 else "converged" if now < first / 4 else "neither",
            "Ask first how much of the error is left",
        ),
        "dlogits alone": (
            lambda first, now, dh: "converged" if now < 0.02 else "vanished" if 1000 * dh < now else "neither",
            "divide it by first_dlogits",
        ),
        "half of the error": (
            lambda first, now, dh: "converged" if now < first / 2 else "vanished" if 1000 * dh < now else "neither",
            "less than a quarter",
        ),
        "upside down": (
            lambda first, now, dh: "converged" if first < now / 4 else "vanished" if 1000 * dh < now else "neither",
            "divide it by first_dlogits",
        ),
        "the other quotient": (
            lambda first, now, dh: "converged" if now < first / 4 else "vanished" if now < dh / 1000 else "neither",
            "compare the quotient with 1/1000",
        ),
        "never vanished": (
            lambda first, now, dh: "converged" if now < first / 4 else "neither", "compare the quotient with 1/1000",
        ),
        "against the first dlogits": (by_limits(below=lambda first, now: first), "dlogits as it is now"),
        "against both dlogits": (by_limits(below=lambda first, now: first + now), "dlogits as it is now"),
        "against a mean of both": (by_limits(below=lambda first, now: (first * now) ** 0.5), "dlogits as it is now"),
        "against a square": (by_limits(below=lambda first, now: now**2 / first), "dlogits as it is now"),
        "only the error": (
            lambda first, now, dh: "converged" if now < first / 4 else "vanished", "divide one by the other",
        ),
        "divides by 0": (
            lambda first, now, dh: "converged" if first / now > 4 else "vanished" if dh / now < 1e-3 else "neither",
            "dlogits may be exactly 0",
        ),
        "always": (lambda first, now, dh: "neither", "1 case is right"),
        "another word": (lambda first, now, dh: "learning", "'learning'"),
        "a truth": (lambda first, now, dh: now < first / 4, "three words"),
        "nothing in one case": (
            lambda first, now, dh: "converged" if now < first / 4 else "vanished" if 1000 * dh < now else None,
            "nothing yet for one of its cases",
        ),
        "changes its mind": (lambda first, now, dh: ("converged", "vanished"), "three words"),
    },
    "treat_three": {
        "a wrong diagnosis": (visits((5, "vanishing", "weights that fit"), *THREE[1:]), "not vanishing"),
        "another wrong diagnosis": (visits(*THREE[:2], (16, "saturated", "batch norm")), "not saturated"),
        "a wrong treatment": (visits(*THREE[:2], (16, "vanishing", "clip the gradient")), "not what it needs"),
        "left alone": (visits(THREE[0], (12, "rate too small", "leave it alone"), THREE[2]), "not what it needs"),
        "the wrong way": (visits(THREE[0], (12, "rate too small", "rate ÷ 100"), THREE[2]), "not what it needs"),
        "a healthy one treated": (visits(*THREE[:2], (6, "healthy", "batch norm")), "no treatment"),
        "one patient three times": (visits(*[THREE[0]] * 3), "different illnesses"),
        "two of one illness": (visits(THREE[0], THREE[0], THREE[2]), "different illnesses"),
        "one": (visits(THREE[0]), "three visits"),
        "the visit itself": (Later(lambda: visits(THREE[0]).make()[0]), "three visits"),
        "no diagnosis": (Later(lambda: [visit(number) for number in (5, 12, 16)]), "still needs a diagnosis"),
        "no treatment": (
            Later(lambda: [visit(number, diagnosis=illness) for number, illness, _ in THREE]), "a treatment",
        ),
        "names alone": (["dead", "rate too small", "vanishing"], "three visits"),
        "called healthy": (changed(16, illness="healthy", chosen=("healthy", "leave it alone")), "visit itself"),
        "called passed": (
            changed(16, chosen=("vanishing", "clip the gradient")), "visit itself",
        ),
        "made by hand": (
            [SimpleNamespace(passed=True, illness=k, chosen=(k, ""), patient=k) for k in range(3)], "three visits",
        ),
    },
}  # fmt: skip
for limit in ERRORS:
    WRONG["state_in_training"][f"{limit:g} of the error"] = by_limits(limit), "compare the quotient with 1/4"
for limit in GAINS:
    WRONG["state_in_training"][f"{limit:g} of dlogits"] = by_limits(of_dh=limit), "compare the quotient with 1/1000"
