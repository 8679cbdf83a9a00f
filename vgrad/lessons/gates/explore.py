"""How do gates keep the message?  An RNN, an LSTM and a GRU side by side, and the LSTM's highway and detours."""

from __future__ import annotations

from ...kit.explorers.controls import choice, real, whole
from ...kit.explorers.framework import Explorer
from . import draw, measure, say

MODES = {"alone": "alone", "and its negative for the input gate": "paired", "chrono: drawn for T steps": "chrono"}
PRESETS = {
    "The default bias": dict(forget_bias=0.0, update_bias=0.0, T=100),
    "Forget bias 1": dict(T=100),
    "It grows": dict(forget_bias=4.0, update_bias=4.0, T=100, width=32),
    "The input gate closed": dict(forget_bias=5.0, mode="paired", update_bias=5.0, T=100),
    "Chrono": dict(mode="chrono", update_bias=3.0, T=100),
    "No inputs": dict(sigma=0.0),
}


def gates(**values) -> Explorer:
    """Explore maps of ‖d state_t / d state_k‖, and the LSTM's dc_T / dc_k in two parts.

    values : where its controls start.
    """
    controls = {
        "forget_bias": real("LSTM b_f", 1.0, -1.0, 5.0, 0.1),
        "mode": choice("b_f is set", "alone", MODES),
        "update_bias": real("GRU b_u", 1.0, -1.0, 5.0, 0.1),
        "T": whole("steps T", 50, 2, 100),
        "width": whole("width", 16, 2, 32),
        "sigma": real("inputs", 1.0, 0.0, 3.0, 0.05),
        "seed": whole("network", 0, 0, 9),
    }
    return Explorer(
        "gates", controls, measure.compare, draw.GatesPlot,
        sentence=say.sentence, alt=say.alt, presets=PRESETS, start=values,
    )  # fmt: skip


EXPLORERS = {"gates": gates}
