"""A row of the scoreboard: the decades of several networks, and the word for their median."""

from __future__ import annotations

import numpy as np

from ....kit.compare import in_digits
from ....kit.exercises import NotYetError, expect_function
from ....kit.judging import call, expect_parts, expect_shaped
from ....kit.slips import told

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
    "networks of which one holds": [[1e-2, 1.0], [1e-3, 1.0], [0.5, 1.0]],
    "networks of which half vanish": [[0.3, 1.0], [0.3, 1.0], [1e-2, 1.0], [1e-3, 1.0]],
    "networks of which half explode": [[1.0, 1.0], [1.0, 1.0], [63.0, 1.0], [1e3, 1.0]],
}
SAID = ("vanishes", "holds", "explodes")
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


def row_by_hand(function) -> str | None:
    """Return why a function that makes a row of the scoreboard is not right yet, or None."""
    row = expect_function(function, ", row")
    for what, rows in CASES.items():
        norms = np.array(rows)
        given = expect_parts(_called(row, norms), 4, FOUR)
        numbers = [_number(name, part) for name, part in zip(NUMBERS, given, strict=False)]
        why = _wrong_numbers(numbers, norms) or _wrong_word(given[3], numbers[0])
        if why:
            return f"of {what}, {why}"
    return None


def _called(row, norms):
    """What the function makes of the norms; NotYetError says so if it stops at a norm of 0."""
    try:
        return call(row, norms=norms)
    except (ValueError, ArithmeticError) as problem:
        if norms.all():
            raise
        raise NotYetError(
            f"norms above 0 are right. But the norm of a first layer may be exactly 0, which is -inf decades, and with "
            f"that your code stops: {told(problem)}"
        ) from None


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
            return "the median is a mean, which one lost network pulls away. Take np.median"
        if name == NUMBERS[0] and _same(one, np.log10(np.median(norms[:, 0] / norms[:, -1]))):
            return "the median is taken of the ratios. Take the logarithm of each first, and then the median of these"
        return "{} is {} with yours, and should be {}".format(name, *in_digits(one, other))
    return None


def _wrong_together(given, right, norms) -> str | None:
    """What there is to say to all three numbers at once."""
    if all(map(_same, given, right)):
        return None
    if all(map(_same, sorted(given), sorted(right))):
        return "all three numbers are right. But they stand in another order: first the median, then lowest and highest"
    for hint, decades in _other_decades(norms).items():
        if all(map(_same, given, (np.median(decades), decades.min(), decades.max()))):
            return f"a logarithm of a ratio is there. But it is {hint}"
    return None


def _other_decades(norms) -> dict[str, np.ndarray]:
    """What is often taken for the decades of the networks, in words that follow "it is"."""
    decades = np.log10(norms[:, 0] / norms[:, -1])
    return {
        "the first network over the last, at each layer, and networks are rows, and layers are columns": np.log10(
            norms[0] / norms[-1]
        ),
        "that of the first network alone, and a row of the board is made of all": decades[:1],
        "its size alone, and a gradient that vanishes has a negative number of decades": abs(decades),
        "of the largest norm over the smallest, and the first layer over the last is asked for": np.log10(
            norms.max(axis=1) / norms.min(axis=1)
        ),
    }


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
    return (
        f"the numbers are right. But at a median of {decades:+.2f} decades the word is not {given!r}, because it goes "
        f"by the median alone, and what is within one decade holds"
    )
