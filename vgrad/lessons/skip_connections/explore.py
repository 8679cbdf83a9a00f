"""What does a path around the layer buy?  Both lanes of a network, and the sizes of h and dh by layer."""

from __future__ import annotations

from ...kit.experiments.flow import FlowRecord
from ...kit.explorers.controls import activation_choice, choice, networks, real, whole
from ...kit.explorers.framework import Explorer
from . import draw, measure, say

PRESETS = {
    "1 · No path: sigmoid vanishes": dict(form="none", activation="sigmoid"),
    "2 · A path cures sigmoid": dict(activation="sigmoid"),
    "3 · 2 to the depth": dict(depth=100, width=64),
    "4 · 1/√depth tames": dict(over="sqrt(depth)"),
    "5 · 1/depth: hardly a change": dict(over="depth", depth=100),
    "6 · A norm on the path": dict(activation="sigmoid", norm="layer_output"),
}
FORMS = {f"{form}: {say.FORMS[form]}": form for form in ("activation_first", "activation_last", "branch")} | {
    say.FORMS[None]: "none"
}
OVER = {"α": "1", "α/√depth": "sqrt(depth)", "α/depth": "depth"}
NORMS = {
    "none": "none", "batch: before φ": "batch", "layer: before φ": "layer",
    "layer_input: pre-norm": "layer_input", "layer_output: post-norm": "layer_output",
}  # fmt: skip


def skip(**values) -> Explorer:
    """The sizes of h and dh by layer, and theory.   values : where its controls start."""
    controls = {
        "form": choice("block", "activation_first", FORMS, label_width="40px"),
        "alpha": real("branch × α", 1.0, 0.0, 1.0, 0.01),
        "over": choice("divided", "1", OVER),
        "norm": choice("norm", "none", NORMS),
        "activation": activation_choice("relu"),
        "depth": whole("depth", 50, 1, 100),
        "width": whole("width", 32, 4, 128),
        "seeds": networks(8, 32),
    }
    return Explorer(
        skip, controls, _measure, draw.SkipPlot,
        sentence=say.sentence, alt=say.alt, presets=PRESETS, first=("form", "alpha", "depth"), start=values,
    )  # fmt: skip


def _measure(*, form, alpha, over, norm, **settings) -> FlowRecord:
    """The record of the controls' values, with an α of two decimals as its box shows it."""
    form, norm = (None if name == "none" else name for name in (form, norm))
    alpha = f"{round(alpha, 2):g}/{over}"
    return measure.both_ways(skip=form, alpha=alpha, norm=norm, **settings)


EXPLORERS = {"skip": skip}
