"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the explorer `cliff`.
"""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words.phrases import five, points


def sentence(record) -> str:
    """Say where both balls end, and which is lower; then the start, and how often the threshold was met."""
    start = f"From w = {record.w:.3g} and b = {record.b:.3g}"
    protocol = f"{start}, at learning rate {record.rate:.3g}, clipping shortens {_met(record)}."
    longest = f"The longest step is {_length(record.free)} long without clipping, and {_length(record.clipped)} with it"
    how = f"{longest}. The map is 3 wide. The loss is that of one unit after 50 time steps (Pascanu et al. 2013)."
    return "\n".join([_finding(record), protocol, how])


def alt(record) -> str:
    """Say in words what is drawn: the loss at a few steps of each path."""
    steps = five(0, record.steps)
    parts = []
    for name, path in (("without clipping", record.free), (f"clipped at {record.threshold:.3g}", record.clipped)):
        at = f"{points([path.loss[k] for k in steps], steps, 'after')}"
        parts.append(f"{name}: {at}{', where it is off the map' if has_left(record, path)[-1] else ''}")
    place = f"w {record.w:.3g}, b {record.b:.3g}"
    drawn = "Two landscapes of the loss, a plateau that ends at a steep wall, and a ball that rolls over each"
    return f"{drawn} from {place}, {grammar.count(record.steps, 'step')}. Loss {'; '.join(parts)}."


def has_left(record, path):
    """Return of each place of a path whether it is off the map."""
    surface = record.surface
    inside = (surface.w[0] <= path.w) & (path.w <= surface.w[-1])
    return ~(inside & (surface.b[0] <= path.b) & (path.b <= surface.b[-1]))


def place_of(record, path) -> str:
    """Return where the ball of a path is now, as it is written over its landscape."""
    return f"loss {_loss(path)}{', off the map' if has_left(record, path)[-1] else ''}"


def _finding(record) -> str:
    if not record.steps:
        return f"Both balls lie at the start, where the loss is {_loss(record.free)}."
    if not _times(record):
        off = " off the map" if has_left(record, record.free)[-1] else ""
        unclipped = f"The norm of the gradient never exceeds {record.threshold:.3g}, so clipping changes nothing."
        return f"{unclipped} Both balls end{off} at a loss of {_loss(record.free)}."
    return f"{_without(record)} {_with(record)}"


def _without(record) -> str:
    loss = _loss(record.free)
    if not has_left(record, record.free)[-1]:
        return f"Without clipping, the ball comes to a loss of {loss}."
    return f"Without clipping, the ball is thrown off the map, to a loss of {loss}."


def _with(record) -> str:
    free, clipped = _loss(record.free), _loss(record.clipped)
    lower = record.clipped.loss[-1] < record.free.loss[-1]
    clipped_at = f"Clipped at {record.threshold:.3g}"
    if has_left(record, record.clipped)[-1]:
        too = " as well" if has_left(record, record.free)[-1] else ""
        loss = "the same loss" if clipped == free else f"a {'lower' if lower else 'higher'} loss of {clipped}"
        return f"{clipped_at}, it is thrown off the map{too}, to {loss}."
    if clipped == free:
        return f"{clipped_at}, it comes to the same loss."
    if lower:
        return f"{clipped_at}, it comes to a lower loss of {clipped}."
    return f"{clipped_at}, it stays at a higher loss of {clipped}."


def _met(record) -> str:
    return f"{_times(record)} of {grammar.count(record.steps, 'step')}"


def _times(record) -> int:
    """In how many steps the gradient was clipped."""
    return int(np.sum(record.clipped.norm[:-1] > record.threshold))


def _loss(path) -> str:
    return grammar.number(path.loss[-1])


def _length(path) -> str:
    return f"{path.longest:.0f}" if 100 <= path.longest < 1e5 else grammar.number(path.longest)
