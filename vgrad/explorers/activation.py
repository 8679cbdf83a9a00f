"""What does one layer do to the message?  An activation, its slope, and the slopes of its units."""

from __future__ import annotations

from .. import experiments, plots
from .controls import activation_choice, scale, three_digits
from .framework import Explorer

PRESETS = {
    "At most a quarter": dict(activation="sigmoid", sigma=0.1),
    "tanh is not 0.65": dict(activation="tanh", sigma=1.0),
    "ReLU is half 0, half 1": dict(activation="relu"),
    "Saturated": dict(activation="tanh", sigma=10.0),
    "Nearly linear": dict(activation="tanh", sigma=0.1),
    "Slopes above 1": dict(activation="gelu", sigma=1.0),
}


def activation(**values) -> Explorer:
    """φ, φ' and the slopes of units with z ~ N(0, σ²), with theory.   values : where its controls start."""
    controls = {
        "activation": activation_choice("sigmoid", "function"),
        "sigma": scale("σ of z", 1.0, 0.1, 100.0),
    }
    return Explorer(
        "activation", controls, _measure, plots.ActivationPlot,
        sentence=plots.activation.sentence, alt=plots.activation.alt, presets=PRESETS, start=values,
    )  # fmt: skip


def _measure(*, activation, sigma) -> experiments.activation.SlopesRecord:
    """The record of the controls' values: σ as its number box shows it."""
    return experiments.activation.slopes(activation=activation, sigma=three_digits(sigma))
