"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the explorer `cliff`.
"""

from __future__ import annotations

from ....kit.marks import grammar
from ....kit.words.phrases import five, points


def sentence(record) -> str:
    """Both ends, which is lower, the longest steps, and how often the threshold was met."""
    free = record.free
    clipped = record.clipped
    place = f"From w {record.w:.3g}, b {record.b:.3g}, {grammar.count(record.steps, 'step')} at rate {record.rate:.3g}"
    met = int((clipped.norm[:-1] > record.threshold).sum())
    if not met:
        same = f"the gradient never exceeds {record.threshold:.3g}, so clipping changes nothing"
        return f"{place}: {same}. Both end at a loss of {_loss(free)}; {_longest(free)}{_off(record, free)}."
    ends = f"without clipping the loss ends at {_loss(free)}, clipped at {record.threshold:.3g} at {_loss(clipped)}"
    return (
        f"{place}: {ends}: clipping ends {_verdict(record)}. Without it {_longest(free)}{_off(record, free)}; with it "
        f"{_longest(clipped)}{_off(record, clipped)}. {_times(met)} of {record.steps} the gradient was longer than the "
        "threshold."
    )


def alt(record) -> str:
    """Say in words what is drawn: the loss at a few steps of each path."""
    steps = five(0, record.steps)
    parts = []
    for name, path in (("not clipped", record.free), ("clipped", record.clipped)):
        parts.append(f"{name}: {points([path.loss[k] for k in steps], steps, 'after')}")
    place = f"w {record.w:.3g}, b {record.b:.3g}"
    return (
        f"A map of the loss over w and b with two paths from {place}, and the loss along each. Loss {'; '.join(parts)}."
    )


def _verdict(record) -> str:
    if _loss(record.clipped) == _loss(record.free):
        return "as low"
    return "lower" if record.clipped.loss[-1] < record.free.loss[-1] else "higher"


def _loss(path) -> str:
    return grammar.number(path.loss[-1])


def _longest(path) -> str:
    longest = f"{path.longest:.0f}" if 100 <= path.longest < 1e5 else grammar.number(path.longest)
    return f"the longest step is {longest} long"


def _off(record, path) -> str:
    surface = record.surface
    inside = (surface.w[0] <= path.w[-1] <= surface.w[-1]) and (surface.b[0] <= path.b[-1] <= surface.b[-1])
    return "" if inside else ", and the path ends off the map"


def _times(met: int) -> str:
    return {1: "Once", 2: "Twice"}.get(met, f"{met} times")
