"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the explorer `scoreboard`.
"""

from __future__ import annotations

import numpy as np

from ....kit.words.phrases import solved_count


def sentence(view) -> str:
    """The chosen row: its gradient, what it learns, what it costs, its lesson; and who is first in this order."""
    row = view.chosen
    at = view.rows.index(row)
    what = "layer" if row.deep else "step"
    others = f"{sum(word == 'holds' for word in view.verdicts)} of these {len(view.rows)}"
    return (
        f"{row.label}: the gradient of the first {what} is {median(row.decades):+.1f} decades from the last's, "
        f"{span(row.decades)} in {len(row.decades)} networks: it {view.verdicts[at]}. {_told(row)} "
        f"A step of training costs {median(row.cost):.1f} times a plain net's; lesson {row.lesson[:2]} explains it. "
        f"With the line at {view.within:g} the gradient of {others} holds; "
        f"by {view.order}, {view.rows[0].label} is first."
    )


def alt(view) -> str:
    """Say in words what is drawn: every row's verdicts."""
    rows = zip(view.rows, view.verdicts, view.learning, strict=True)
    said = "; ".join(f"{row.label}: {decades(row)}, {verdict}, {learning}" for row, verdict, learning in rows)
    return f"A table, and under it the gradient by layer of {view.chosen.label}. {said}."


def _told(row) -> str:
    if row.deep and row.finite == 0:
        return "Fifty layers of it do not stay finite in training, at any rate."
    if row.deep:
        return f"Fifty layers of it tell {share(row)} of the digits, and {row.finite:.0%} of all runs stay finite."
    return f"Over a hundred steps the adding problem is solved by {share(row)} networks."


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
