"""Order, chaos and the edge: a place on the chart of σ_w and σ_b, and beside it a net from there."""

from __future__ import annotations

from ...kit.explorers.controls import activation_choice, networks, real, whole
from ...kit.explorers.framework import Explorer
from . import draw, measure, records, say

PRESETS = {
    "1 · Order": dict(sigma_w=1.0, sigma_b=0.2),
    "2 · Chaos": dict(sigma_w=2.5, sigma_b=0.2),
    "3 · The edge": dict(sigma_w=1.32, sigma_b=0.22),
    "4 · Xavier": dict(sigma_w=1.0, sigma_b=0.0),
    "5 · Sigmoid: order, nearly everywhere": dict(activation="sigmoid", sigma_w=4.0),
    "6 · ReLU: biases do not matter": dict(activation="relu", sigma_w=1.41, sigma_b=0.5),
}


def phase_diagram(**values) -> Explorer:
    """χ over σ_w and σ_b, a net's layers, and ξ.   values : where its controls start."""
    controls = {
        "sigma_w": real("weights σ_w", 1.8, 0.0, 4.0, 0.01),
        "sigma_b": real("biases σ_b", 0.2, 0.0, 1.0, 0.01),
        "activation": activation_choice("tanh", among=measure.ACTIVATIONS),
        "depth": whole("depth", 30, 1, 100),
        "width": whole("width", 64, 4, 128),
        "seeds": networks(8, 32),
    }
    return Explorer(
        phase_diagram, controls, _measure, draw.PhasePlot,
        sentence=say.sentence, alt=say.alt, presets=PRESETS, first=("sigma_w", "sigma_b", "activation"), start=values,
    )  # fmt: skip


def _measure(*, sigma_w, sigma_b, **settings) -> records.PhaseRecord:
    """The record of the controls' values, of two decimals as their boxes show them."""
    return measure.point(sigma_w=round(sigma_w, 2), sigma_b=round(sigma_b, 2), batch=8, **settings)


EXPLORERS = {"phase_diagram": phase_diagram}
