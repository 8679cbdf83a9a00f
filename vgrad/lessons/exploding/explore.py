"""Does clipping mend it?  The loss of a one-unit RNN as a map, and descent with and without clipping."""

from __future__ import annotations

from ...kit.explorers.controls import real, scale, three_digits, whole
from ...kit.explorers.framework import Explorer
from . import records
from .draw import cliff as draw
from .measure import cliff as measure
from .say import cliff as say

PRESETS = {
    "A jump": dict(w=5.15, b=-3.35, threshold=100.0),
    "Clipping saves it": dict(w=4.45, b=-3.0),
    "Clipping is worse here": dict(w=4.55, b=-2.9, steps=50),
    "Too low a threshold": dict(threshold=0.01),
    "No cliff near": dict(w=4.15, b=-2.05),
}


def cliff(**values) -> Explorer:
    """Explore two paths over the loss surface of Pascanu et al. 2013, figure 6.   values : where its controls start."""
    controls = {
        "w": real("start w", 4.55, *measure.W, 0.05),
        "b": real("start b", -3.05, *measure.B, 0.05),
        "rate": scale("rate", 0.3, 0.001, 3.0),
        "threshold": scale("threshold", 1.0, 0.01, 100.0),
        "steps": whole("steps", 60, 1, measure.STEPS),
    }
    return Explorer(
        "cliff", controls, _measure, draw.CliffPlot,
        sentence=say.sentence, alt=say.alt, presets=PRESETS, start=values,
    )  # fmt: skip


def _measure(*, w, b, rate, threshold, **settings) -> records.CliffRecord:
    """The record of the controls' values, as their number boxes show them."""
    place = dict(w=round(w, 6), b=round(b, 6))
    return measure.walk(**place, rate=three_digits(rate), threshold=three_digits(threshold), **settings)


EXPLORERS = {"cliff": cliff}
