"""How do gates keep the message?  An RNN, an LSTM and a GRU side by side, and the LSTM's highway and detours."""

from __future__ import annotations

from ...kit.explorers.controls import choice, real, whole
from ...kit.explorers.framework import Explorer
from . import draw, measure, say

MODES = {"as it is": "alone", "minus the forget bias": "paired", "chrono: both drawn": "chrono"}
PRESETS = {
    "1 · Bias 0: the RNN keeps more": dict(forget_bias=0.0, update_bias=0.0, T=100),
    "2 · Bias 1: the detours carry": dict(T=100),
    "3 · Bias 4: it grows": dict(forget_bias=4.0, update_bias=4.0, T=100, width=32),
    "4 · The input gate closed": dict(forget_bias=5.0, mode="paired", update_bias=5.0, T=100),
    "5 · Chrono": dict(mode="chrono", update_bias=3.0, T=100),
    "6 · No inputs": dict(sigma=0.0),
}


def gates(**values) -> Explorer:
    """Explore what of the last state's gradient reaches each step, and the LSTM's highway and detours.

    values : where its controls start.
    """
    controls = {
        "forget_bias": real("forget bias", 1.0, -1.0, 5.0, 0.1),
        "mode": choice("input bias", "alone", MODES),
        "update_bias": real("update bias", 1.0, -1.0, 5.0, 0.1),
        "T": whole("steps", 50, 2, 100),
        "width": whole("width", 16, 2, 32),
        "sigma": real("input size", 1.0, 0.0, 3.0, 0.05),
        "seed": whole("network", 0, 0, 9),
    }
    return Explorer(
        gates, controls, measure.compare, draw.gates.GatesPlot,
        sentence=say.sentence, alt=say.alt, presets=PRESETS,
        first=("forget_bias", "update_bias", "T"), start=values,
    )  # fmt: skip


EXPLORERS = {"gates": gates}
