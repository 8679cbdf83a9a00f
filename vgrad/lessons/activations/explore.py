"""What does one layer do to the gradient?  An activation, its slope, and the slopes of its units."""

from __future__ import annotations

from ...kit.explorers.controls import activation_choice, scale, three_digits
from ...kit.explorers.framework import Explorer
from . import draw, measure, records, say

PRESETS = {
    "1 · At most a quarter": dict(activation="sigmoid", sigma=0.1),
    "2 · tanh has slopes of all sizes": dict(activation="tanh", sigma=1.0),
    "3 · ReLU is half 0, half 1": dict(activation="relu"),
    "4 · Saturated": dict(activation="tanh", sigma=10.0),
    "5 · Nearly linear": dict(activation="tanh", sigma=0.1),
    "6 · Slopes above 1": dict(activation="gelu", sigma=1.0),
}


def activation(**values) -> Explorer:
    """Explore φ, φ' and the slopes of units with z ~ N(0, σ²), with theory.   values : where its controls start."""
    controls = {
        "activation": activation_choice("sigmoid", "function"),
        "sigma": scale("size of z, σ", 1.0, 0.1, 100.0),
    }
    return Explorer(
        activation, controls, _measure, draw.ActivationPlot,
        sentence=say.sentence, alt=say.alt, presets=PRESETS, first=("activation", "sigma"), start=values,
    )  # fmt: skip


def _measure(*, activation, sigma) -> records.SlopesRecord:
    """The record of the controls' values: σ as its number box shows it."""
    return measure.slopes(activation=activation, sigma=three_digits(sigma))


EXPLORERS = {"activation": activation}
