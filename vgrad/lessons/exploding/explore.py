"""Does clipping mend it?  The loss of a one-unit RNN as a landscape, and two balls that roll over it."""

from __future__ import annotations

from functools import lru_cache

from ...kit.explorers.controls import real, scale, three_digits, whole
from ...kit.explorers.rolling import RollExplorer
from . import records
from .draw import cliff as draw
from .measure import cliff as measure
from .say import cliff as say

LAST = 60  # step of descent
PRESETS = {
    "1 · At the cliff": dict(w=4.45, b=-3.0),
    "2 · A threshold of 100": dict(w=5.15, b=-3.35, threshold=100.0),
    "3 · A threshold of 0.01": dict(threshold=0.01),
    "4 · Another start": dict(w=4.55, b=-2.9, steps=50),
    "5 · Far from the cliff": dict(w=4.15, b=-2.05),
}


def cliff(**values) -> RollExplorer:
    """Explore two paths over the loss surface of Pascanu et al. 2013, figure 6.   values : where its controls start."""
    controls = {
        "steps": whole("step", LAST, 0, LAST),
        "threshold": scale("threshold", 1.0, 0.01, 100.0),
        "w": real("start w", 4.55, *measure.W, 0.05),
        "b": real("start b", -3.05, *measure.B, 0.05),
        "rate": scale("learning rate", 0.3, 0.001, 3.0),
    }
    return RollExplorer(
        cliff, controls, _measure, draw.CliffPlot, sentence=say.sentence, alt=say.alt, presets=PRESETS,
        first=("steps", "threshold", "w"), start=values,
    )  # fmt: skip


def _measure(*, w, b, rate, threshold, steps) -> records.CliffRecord:
    """The record of the controls' values, as their number boxes show them."""
    return _whole_walk(round(w, 6), round(b, 6), three_digits(rate), three_digits(threshold)).until(steps)


@lru_cache(maxsize=8)
def _whole_walk(w: float, b: float, rate: float, threshold: float) -> records.CliffRecord:
    """The walk to the last step, of which each step is a part."""
    return measure.walk(w=w, b=b, rate=rate, threshold=threshold, steps=LAST)


EXPLORERS = {"cliff": cliff}
