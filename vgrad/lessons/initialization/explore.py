"""How large should the first weights be?  The signal forward and the gradient back, in one picture."""

from __future__ import annotations

from ...kit.experiments.flow import CHOICES, FlowRecord, flow
from ...kit.explorers.controls import activation_choice, choice, networks, row, scale, switch, three_digits, whole
from ...kit.explorers.framework import Explorer
from ...kit.marks import grammar
from . import draw, say

PRESETS = {
    "1 · Xavier halves ReLU": dict(activation="relu"),
    "2 · He keeps both": dict(activation="relu", scheme="he_normal"),
    "3 · Forward kept, backward not": dict(scheme="scaled_normal", gain=2.0),
    "4 · Xavier, but sigmoid": dict(activation="sigmoid"),
    "5 · A linear net vanishes too": dict(activation="identity", gain=0.577),
    "6 · Perfect norms, dead signal": dict(
        activation="relu", scheme="he_normal", depth=50, width=256, seeds=5, apart=True
    ),
}
SWITCHES = ("h", "dh", "apart")
FIRST = ("activation", "scheme", "gain")


def signal_propagation(**values) -> Explorer:
    """The sizes of h and dh by layer, what tells samples apart, and theory.   values : where its controls start."""
    schemes = {grammar.title(name): name for name in CHOICES["scheme"]}
    controls = {
        "activation": activation_choice("tanh"),
        "scheme": choice("weights", "xavier_normal", schemes),
        "gain": scale("gain", 1.0, 0.1, 20.0),
        "depth": whole("depth", 30, 1, 100),
        "width": whole("width", 64, 4, 256),
        "seeds": networks(8, 32),
        "h": switch("h", True, "the size of each layer's output, over the input's"),
        "dh": switch("dh", True, "the size of the gradient, over the last layer's"),
        "apart": switch("apart", False, "the share of h in which two samples differ"),
    }
    rows = [control.row for name, control in controls.items() if name not in (*FIRST, *SWITCHES)]
    rows.append(row("show", *(controls[name] for name in SWITCHES)))
    return Explorer(
        signal_propagation, controls, _measure, draw.SignalPlot, sentence=say.sentence,
        alt=say.alt, presets=PRESETS, first=FIRST, rows=rows, start=values,
    )  # fmt: skip


def _measure(*, gain, h, dh, apart, **settings) -> FlowRecord:
    """The record of the controls' values, of networks without biases, and which curves are shown."""
    record = flow(gain=three_digits(gain), sigma_b=0.0, batch=8, apart=apart, **settings)
    return record._replace(shown=tuple(name for name, on in zip(SWITCHES, (h, dh, apart), strict=True) if on))


EXPLORERS = {"signal_propagation": signal_propagation}
