"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the explorer `scoreboard`.
"""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words.phrases import five, points, solved_count
from ..records import GUESSING, LEARNT


def sentence(view) -> str:
    """Say of the chosen net what its gradient does and what it learns, and below it how that was measured."""
    row = view.chosen
    what = "layer" if row.deep else "step"
    verdict = view.verdicts[view.rows.index(row)]
    return "\n".join(
        (
            f"{row.label}: the gradient {_moved(row)} until the first {what}, so it {verdict}. {_told(row)}",
            _protocol(row),
            _besides(view),
        )
    )


def alt(view) -> str:
    """Say in words what is drawn: every dot, and the way of the chosen net's gradient."""
    rows = zip(view.rows, view.verdicts, view.learning, strict=True)
    said = "; ".join(f"{row.label}: {decades(row)}, {verdict}, {share(row)}, {word}" for row, verdict, word in rows)
    learnt = "accuracy" if view.chosen.deep else "the share of networks that solve the adding problem"
    larger = " A larger dot is a net whose step of training costs more." if view.priced else ""
    way = by_place(grammar.decades(view.chosen.layers[1]), "layer" if view.chosen.deep else "step", view.chosen.deep)
    return (
        f"A plane with a dot for each net: decades of its gradient from left to right, {learnt} upwards. {said}."
        f"{larger} Below it the gradient of {view.chosen.label}, in decades: {way}."
    )


def by_place(numbers, what: str, from_one: bool) -> str:
    """Return five numbers of a curve and their places: "-1.2 at layer 1, 0.0 at layer 50"."""
    first = int(from_one)
    places = five(first, first + len(numbers) - 1)
    return points([numbers[place - first] for place in places], places, f"at {what}", said=lambda x: f"{x:+.1f}")


def _moved(row) -> str:
    """What the median gradient loses or gains on its way."""
    middle = median(row.decades)
    return f"{'gains' if middle > 0 else 'loses'} {abs(middle):.1f} decades"


def _told(row) -> str:
    """What the net learns."""
    if row.deep and row.finite == 0:
        return "In training its numbers do not stay finite, whatever the learning rate."
    if row.deep:
        return f"After training it classifies {median(row.accuracy):.0%} of the digits{_guessing(row)}."
    return f"The adding problem is solved by {share(row)} networks."


def _guessing(row) -> str:
    """Where an accuracy is hardly more than that of guessing, say so."""
    return f", and guessing would get {GUESSING:.0%}" if row.learnt < 2 * GUESSING else ""


def _protocol(row) -> str:
    measured = f"Gradient: median of {len(row.decades)} fresh networks, {span(row.decades)} decades."
    if not row.deep:
        return f"{measured} Learning: {len(row.solved)} networks, {len(row.layers[1]) - 1} steps of time."
    return f"{measured} Accuracy: median of {len(row.accuracy)} networks, {len(row.layers[1])} layers."


def _besides(view) -> str:
    """What else was measured, and how the others do."""
    row = view.chosen
    healthy = [at for at, word in zip(view.rows, view.verdicts, strict=True) if word == "holds"]
    learning = sum(at.learnt > LEARNT for at in healthy)
    runs = f" {row.finite:.0%} of all its runs stay finite." if row.deep else ""
    return (
        f"A step of training costs {median(row.cost):.1f} times a plain net's.{runs} "
        f"Within {count(view.within, 'decade')}, {len(healthy)} of these {len(view.rows)} gradients hold, "
        f"and {learning} of these nets learn. Lesson {row.lesson[:2]} explains this net."
    )


def count(within: float, thing: str) -> str:
    """Return so many decades: "1 decade", "0.25 decades"."""
    return f"{within:g} {thing}" if within == 1 else f"{within:g} {thing}s"


def share(row) -> str:
    """Return the accuracy, its median and range; of a cell, how many networks solved it."""
    if row.deep and row.finite == 0:
        return "not finite"
    if row.deep:
        return f"{median(row.accuracy):.0%} ({row.accuracy.min():.0%} to {row.accuracy.max():.0%})"
    return solved_count(row.solved)


def decades(row) -> str:
    """Return the median, the lowest and the highest, for people."""
    return f"{median(row.decades):+.1f}, {span(row.decades)}"


def span(numbers) -> str:
    """Return the lowest to the highest of some decades; -inf is a gradient of exactly 0."""
    low, high = ("0" if np.isinf(end) else f"{end:+.1f}" for end in (numbers.min(), numbers.max()))
    return f"{'exactly 0' if low == '0' else low} to {high}"


def median(numbers) -> float:
    """Return the median, as a Python number."""
    return float(np.median(numbers))
