"""The exercises of the lesson on the scoreboard, the table as it is taught, and the myths.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import Exercises

CLAIMS = "Four claims that are often made. Three fall when they are measured; which one stands?"
KEEP = {
    "sigmoid": (dict(activation="sigmoid"), "sigmoid"),
    "relu batch": (dict(activation="relu"), "ReLU"),
    "relu skip": (dict(activation="relu", skip="post"), "ReLU and its skip"),
}


def _three_cures(given) -> str | None:
    if not isinstance(given, (list, tuple)) or any(not hasattr(one, "after") for one in given):
        return "hand over the list of the three records that treat returns"
    by_name = {one.name: one for one in given}
    for name in KEEP:
        if name not in by_name:
            return f"one of the three is missing: {name}"
    for name, (kept, words) in KEEP.items():
        settings = by_name[name].settings
        if any(settings.get(key) != value for key, value in kept.items()):
            return f"{name} is to keep {words}: change something else of it"
    for name in KEEP:
        if not abs(np.median(by_name[name].after)) < 1:
            return _no_cure(by_name[name])
    return None


def _no_cure(one) -> str:
    before = np.median(one.before)
    after = np.median(one.after)
    if set(one.changes) == {"clip_norm"}:
        return f"{one.name}: clipping changes no layer's share of the gradient; it is still {after:+.1f} decades"
    did = "as before" if abs(after - before) < 0.05 else f"it was {before:+.1f}"
    return f"{one.name}: {after:+.1f} decades now, {did}; within one decade is what holds"


CASES = {
    "one network": [[1e-3, 0.1, 1.0]],
    "three networks": [[1e-3, 1.0, 10.0], [200.0, 7.0, 2.0], [3.0, 1.0, 2.0]],
    "one lost gradient": [[0.0, 1.0, 2.0], [1e-2, 3.0, 2.0], [1e-4, 3.0, 2.0]],
    "growth": [[1e5, 1.0, 1.0], [1e3, 3.0, 1.0], [1e4, 2.0, 1.0]],
    "a network that just vanishes": [[0.05, 1.0]],
    "a network that just holds": [[7.0, 1.0]],
}


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
    for what, rows in CASES.items():
        norms = np.array(rows)
        with np.errstate(divide="ignore"):
            given = function(norms.copy())
        if not isinstance(given, tuple) or len(given) != 4:
            return "return four things, with commas between: the median of the decades, the lowest, the highest, a word"
        why = _wrong_row(given, _row(norms))
        if why:
            return f"of {what}: {why}"
    return None


def _wrong_row(given, right) -> str | None:
    names = ("the median", "the lowest", "the highest")
    for name, one, other in zip(names, given, right, strict=False):
        if one is ... or not np.isscalar(one) or isinstance(one, str):
            return f"{name} is not a number yet"
        if not np.isclose(one, other, rtol=1e-6):
            if np.isclose(one, -other, rtol=1e-6):
                return f"{name} has the wrong sign: first layer over last, so that vanishing is negative"
            if np.isclose(one, other * np.log(10), rtol=1e-6):
                return f"{name} is in natural logarithms; decades are log10"
            return f"{name} is {one:.3g}, and should be {other:.3g}"
    if given[3] == right[3]:
        return None
    return f"at a median of {right[0]:+.1f} decades the word is not {given[3]!r}; the words: vanishes, holds, explodes"


def _false_cell(given) -> str | None:
    if not isinstance(given, tuple) or len(given) != 2 or not hasattr(given[0], "verdicts"):
        return "hand over two things: the table, and the name of its false row"
    table, name = given
    if name is ...:
        return "put the name of a net where the three dots are, as it stands in the table"
    if name not in table.labels:
        return f"no row is called {name!r}; write it as the table does"
    at = table.labels.index(name)
    if _word(table.decades[at]) != table.verdicts[at]:
        return None
    return f"{table.decades[at]:+.1f} decades: {table.verdicts[at]} is right there"


EXERCISES = {
    "three_cures": (_three_cures, "three nets, three cures, and each was measured"),
    "row_by_hand": (_row_by_hand, "a row that can stand in the scoreboard: median, spread and verdict"),
    "false_cell": (_false_cell, "its number says otherwise, and the number was measured"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
solution = _exercises.solution
