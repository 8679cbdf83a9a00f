"""The exercises of the lesson on the scoreboard.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.compare import in_digits
from ...kit.exercises import UntouchedError, expect_function
from ...kit.judging import call, expect_parts, expect_shaped, named
from ...kit.verdicts import Investigations
from .measure.board import treat
from .records import Treated

KEEP = {
    "sigmoid": (dict(activation="sigmoid"), "sigmoid"),
    "relu batch": (dict(activation="relu"), "ReLU"),
    "relu skip": (dict(activation="relu"), "ReLU and its skip"),
}
SAID = ("vanishes", "holds", "explodes")
AS_GIVEN = {"clip_norm": 1.0}  # what the page does to each of the three nets
WORST = 0.05  # decades by which a net measured anew may differ


def _three_cures(given) -> str | None:
    given = list(given.values()) if isinstance(given, dict) else given
    if not isinstance(given, (list, tuple)) or not all(isinstance(one, Treated) for one in given):
        return "hand over the list of the three records that treat returns"
    by_name = {one.name: one for one in given}
    if len(given) > 3:
        return f"hand over three records, one of each net; these are {len(given)}"
    for name in KEEP:
        if name not in by_name:
            verb = "is" if len(by_name) == 1 else "are"
            there = f"{named([*by_name])} {verb} there" if given else "the list is still empty"
            return f"{there}. Three nets are asked for, and this one is missing: {name}"
    for name in KEEP:
        why = _not_kept(by_name[name]) or _no_cure(by_name[name]) or _measured_anew(by_name[name])
        if why and all(by_name[each].changes == AS_GIVEN for each in KEEP):
            raise UntouchedError(why)
        if why:
            return why
    return None


def _not_kept(one: Treated) -> str | None:
    kept, words = KEEP[one.name]
    settings = one.settings
    kept_skip = one.name != "relu skip" or settings.get("skip") is not None
    if not kept_skip or any(settings.get(key) != value for key, value in kept.items()):
        return f"{one.name} is to keep {words}; change something else of it"
    if settings.get("alpha", 1.0) == 0 or settings.get("gain", 1.0) == 0 or settings.get("scheme") == "zeros":
        return f"{one.name}: what is multiplied by 0 does not explode, and does not learn; let its layers count"
    return None


def _no_cure(one: Treated) -> str | None:
    before = np.median(one.before)
    after = np.median(one.after)
    if abs(after) < 1:
        return None
    if set(one.changes) == {"clip_norm"}:
        return f"{one.name}: clipping changes no layer's share of the gradient; it is still {after:+.1f} decades"
    did = "as before" if abs(after - before) < 0.05 else f"it was {before:+.1f}"
    return f"{one.name} is changed, and was measured: {after:+.1f} decades now, {did}. Within one decade is what holds"


def _measured_anew(one: Treated) -> str | None:
    again = treat(one.name, **one.changes)
    if abs(np.median(again.after) - np.median(one.after)) < WORST and again.settings == one.settings:
        return None
    return (
        f"{one.name} holds in this record. But with these changes treat measures {np.median(again.after):+.1f} "
        f"decades, so hand over what treat returns"
    )


CASES = {
    "three networks": [[1.3e-3, 1.0, 17.0], [230.0, 7.0, 1.9], [3.1, 1.2, 2.2]],
    "one network": [[1e-3, 0.1, 1.0]],
    "four networks": [[1e-3, 1.0], [5e-2, 1.0], [1.0, 4.0], [1e3, 1.0]],
    "one lost gradient": [[0.0, 1.0, 2.0], [1e-2, 3.0, 2.0], [1e-4, 3.0, 2.0]],
    "growth": [[1e5, 1.0, 1.0], [1e3, 3.0, 1.0], [1e4, 2.0, 1.0]],
    "a network that just vanishes": [[0.05, 1.0]],
    "a network that just explodes": [[13.0, 1.0]],
    "a network that just holds": [[7.0, 1.0]],
    "networks of which one explodes": [[0.9, 3.0, 1.0], [2.0, 0.1, 1.0], [1e7, 1.0, 1.0]],
    "a single layer": [[3.0], [0.2]],
}
NUMBERS = ("the median", "the lowest", "the highest")
FOUR = "four things: the median of the decades, the lowest, the highest, a word"


def _row(norms) -> tuple[float, float, float, str]:
    with np.errstate(divide="ignore"):
        decades = np.log10(norms[:, 0] / norms[:, -1])
    middle = float(np.median(decades))
    return middle, float(decades.min()), float(decades.max()), _word(middle)


def _word(decades: float) -> str:
    if decades < -1:
        return "vanishes"
    return "explodes" if decades > 1 else "holds"


def _row_by_hand(function) -> str | None:
    row = expect_function(function, ", row")
    for what, rows in CASES.items():
        norms = np.array(rows)
        given = expect_parts(call(row, norms=norms), 4, FOUR)
        numbers = [_number(name, part) for name, part in zip(NUMBERS, given, strict=False)]
        why = _wrong_numbers(numbers, norms) or _wrong_word(given[3], numbers[0])
        if why:
            return f"of {what}, {why}"
    return None


def _number(name: str, given) -> float:
    shape = np.shape(given) if np.size(given) == 1 else ()
    return float(expect_shaped(given, name, shape).item())


def _wrong_numbers(given, norms) -> str | None:
    *right, _ = _row(norms)
    mean = float(np.mean(np.log10(norms[:, 0] / norms[:, -1]))) if np.all(norms > 0) else np.nan
    if _same(given[1], right[2]) and _same(given[2], right[1]) and not _same(right[1], right[2]):
        return "all numbers are there. But the lowest and the highest have changed places"
    hint = _wrong_together(given, right, norms)
    if hint:
        return hint
    for name, one, other in zip(NUMBERS, given, right, strict=False):
        if _same(one, other):
            continue
        if np.isnan(one):
            return (
                f"{name} is NaN. A gradient of exactly 0 is at -inf decades, and whatever interpolates between that "
                f"and a neighbour, as np.quantile does, subtracts infinities; take min and max for the spread"
            )
        if _same(one, -other):
            return f"{name} has the right size. But it is first layer over last, so that vanishing is negative"
        if _same(one, other * np.log(10)):
            return f"{name} is a natural logarithm. A decade is a factor of ten, so take log10"
        if other < 300 and _same(one, 10.0**other):
            return f"{name} is a ratio, first layer over last. Take its log10, so that it becomes decades"
        if name == NUMBERS[0] and _same(one, mean):
            return "the median is a mean, which one lost network pulls away; take np.median"
        return "{} is {} with yours, and should be {}".format(name, *in_digits(one, other))
    return None


def _wrong_together(given, right, norms) -> str | None:
    """What there is to say to all three numbers at once."""
    every = np.log10(norms[0] / norms[-1])
    if len(norms) > 1 and all(map(_same, given, (np.median(every), every.min(), every.max()))):
        return (
            "a logarithm of a ratio is there. But it is the first network over the last, at each layer; networks are "
            "rows, and layers are columns"
        )
    if all(map(_same, sorted(given), sorted(right))) and not all(map(_same, given, right)):
        return "all three numbers are right. But they stand in another order: first the median, then lowest and highest"
    return None


def _same(one: float, other: float) -> bool:
    return bool(np.isclose(one, other, rtol=1e-4, atol=1e-5))


def _wrong_word(given, decades: float) -> str | None:
    if not isinstance(given, str):
        return "the numbers are right. The fourth thing should be a word, vanishes, holds or explodes"
    said = given.strip().lower()
    if said == _word(decades):
        return None
    if said not in SAID:
        return f"the numbers are right. But {given!r} is none of the words, which are vanishes, holds and explodes"
    return f"the numbers are right. But at a median of {decades:+.1f} decades the word is not {given!r}"


EXERCISES = {
    "three_cures": (_three_cures, "three nets, three cures, and each was measured"),
    "row_by_hand": (_row_by_hand, "a row that can stand in the scoreboard: median, spread and verdict"),
}
_exercises = Investigations(
    EXERCISES,
    quantities={
        "test": ("test accuracy", "accuracy", "new digits", "learn"),
        "best": ("training accuracy", "training digits"),
        "decades": ("gradient", "vanish", "explode"),
    },
    settings={
        "activation": ("sigmoid", "tanh", "ReLU", "GELU"),
        "scheme": ("weights", "Xavier", "He"),
        "gain": ("weights", "larger"),
        "norm": ("batch norm", "layer norm", "pre-norm", "post-norm"),
        "skip": ("path", "skip connection"),
        "alpha": ("branch", "divided"),
        "depth": ("deep", "layers"),
        "width": ("wide", "narrow", "units"),
        "frozen": ("freeze", "freezing"),
        "warmup": ("warm-up",),
        "clip_norm": ("clip",),
        "rates": ("learning rate",),
        "steps": ("longer", "step"),
    },
)
answer = _exercises.answer
