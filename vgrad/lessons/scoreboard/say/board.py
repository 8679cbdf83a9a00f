"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the explorer `scoreboard`.
"""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words.phrases import five, points, solved_count
from ..records import LEARNT


def sentence(view) -> str:
    """Say of the chosen net what its gradient does and what it learns, and below it how that was measured."""
    return "\n".join((_finding(view), _protocol(view.chosen), _besides(view)))


def _finding(view) -> str:
    row = view.chosen
    if row is view.baseline:
        accuracy = median(row.accuracy)
        return f"A net without a hidden layer, which has no way to lose its gradient on, classifies {accuracy:.0%}."
    what = "layer" if row.deep else "step"
    verdict = view.verdicts[view.rows.index(row)]
    return f"{row.label}: the gradient {_moved(row)} until the first {what}, so it {verdict}. {_told(view)}"


def alt(view) -> str:
    """Say in words what is drawn: every dot, and the way of the chosen net's gradient."""
    rows = zip(view.rows, view.verdicts, view.learning, strict=True)
    said = "; ".join(f"{row.label}: {decades(row)}, {verdict}, {share(row)}, {word}" for row, verdict, word in rows)
    learnt = "accuracy" if view.chosen.deep else "the share of networks that solve the adding problem"
    larger = " A larger dot is a net whose step of training costs more." if view.priced else ""
    row = view.chosen
    stride = 2 if row.settings.get("skip") == "branch" else 1
    way = by_place(grammar.decades(row.layers[1]), "layer" if row.deep else "step", int(row.deep), stride)
    return (
        f"A plane with a dot for each net: decades of its gradient from left to right, {learnt} upwards. {said}."
        f"{larger} Below it the gradient of {view.chosen.label}, in decades: {way}."
    )


def by_place(numbers, what: str, first: int, stride: int = 1) -> str:
    """Return five numbers of a curve and their places: "-1.2 at layer 1, 0.0 at layer 50".

    first : number of the first layer or step; stride : from one number of the curve to the next, 2 of blocks.
    """
    at = five(0, len(numbers) - 1) if len(numbers) > 1 else [0]
    places = [first + stride * k for k in at]
    return points([numbers[k] for k in at], places, f"at {what}", said=lambda x: f"{x:+.1f}")


def _moved(row) -> str:
    """What the median gradient loses or gains on its way."""
    middle = median(row.decades)
    return f"{'gains' if middle > 0 else 'loses'} {abs(middle):.1f} decades"


def _told(view) -> str:
    """What the net learns, beside the baseline."""
    row = view.chosen
    if row.deep and row.finite == 0:
        return "In training its numbers do not stay finite, whatever the learning rate."
    if row.deep:
        without = f"{median(view.baseline.accuracy):.0%} without a hidden layer"
        return f"After training it classifies {median(row.accuracy):.0%} of the digits, compared with {without}."
    return f"The adding problem is solved by {share(row)} networks."


def _protocol(row) -> str:
    measured = f"Gradient: median of {len(row.decades)} fresh networks, {span(row.decades)} decades."
    if not row.deep:
        return f"{measured} Learning: {len(row.solved)} networks, {len(row.layers[1]) - 1} steps of time."
    return f"{measured} Accuracy: median of {len(row.accuracy)} networks, {layers(row)}."


def layers(row) -> str:
    """Return of what a deep net is made: "50 layers", "25 blocks of two layers"."""
    if row.settings.get("skip") == "branch":
        return f"{row.settings['depth'] - 1} blocks of two layers"
    return f"{len(row.layers[1])} layers" if row.settings.get("depth") != 0 else "one layer"


def _besides(view) -> str:
    """What else was measured, and how the others do."""
    row = view.chosen
    counted = [(at, word) for at, word in zip(view.rows, view.verdicts, strict=True) if at.trained]
    healthy = [at for at, word in counted if word == "holds"]
    learning = sum(at.learnt > LEARNT for at in healthy)
    nets = "nets whose hidden layers are trained" if row.deep else "recurrent nets"
    return (
        f"{_new_digits(view)}A step of training costs {median(row.cost):.1f} times a plain net's. "
        f"Of the {len(counted)} {nets}, {len(healthy)} hold the gradient within {count(view.within, 'decade')}, "
        f"and {learning} of those learn. Lesson {row.lesson[:2]} explains this net."
    )


def _new_digits(view) -> str:
    """How a deep net does on the test set, and how many of its runs stay finite."""
    row = view.chosen
    if not row.deep:
        return ""
    runs = f"At all learning rates together, {row.finite:.0%} of all its runs stay finite."
    if row.finite == 0:
        return f"{runs} "
    beside = "" if row is view.baseline else f", and without a hidden layer {median(view.baseline.test):.0%}"
    return f"On new digits it is right in {median(row.test):.0%}{beside}. {runs} "


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
