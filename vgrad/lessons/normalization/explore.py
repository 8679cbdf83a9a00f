"""Does a norm cure it?  The same networks without a norm, with batch norm and with layer norm."""

from __future__ import annotations

from ...kit.experiments import flow
from ...kit.explorers.controls import activation_choice, choice, networks, row, scale, switch, three_digits, whole
from ...kit.explorers.framework import Explorer
from . import draw, measure, records, say

PRESETS = {
    "1 · Batch norm rescues sigmoid": dict(layer_norm=False),
    "2 · Layer norm does not rescue sigmoid": dict(batch_norm=False),
    "3 · Batch norm explodes ReLU": dict(activation="relu", depth=50, layer_norm=False),
    "4 · Layer norm fixes ReLU": dict(activation="relu", depth=50, batch_norm=False),
    "5 · Tiny batches": dict(activation="identity", batch=6, depth=50, width=64),
    "6 · Norms forget the gain": dict(activation="relu", depth=50, gain=3.0),
}
PLACES = {"before the activation": "before", "after the activation": "after"}
SWITCHES = {"no_norm": "none", "batch_norm": "batch", "layer_norm": "layer"}
FIRST = ("activation", "batch", "depth")


def normalization(**values) -> Explorer:
    """‖dh‖ by layer with none, batch and layer norm, and theory.   values : where its controls start."""
    controls = {
        "activation": activation_choice("sigmoid"),
        "batch": whole("batch", 16, 2, 128),
        "depth": whole("depth", 30, 1, 100),
        "width": whole("width", 32, 4, 128),
        "gain": scale("gain", 1.0, 0.1, 20.0),
        "place": choice("norm", "before", PLACES),
        "seeds": networks(8, 32),
        "no_norm": switch("none", True, "without a norm"),
        "batch_norm": switch("batch", True, "each unit, over the samples"),
        "layer_norm": switch("layer", True, "each sample, over the units"),
    }
    rows = [control.row for name, control in controls.items() if name not in (*FIRST, *SWITCHES)]
    rows.append(row("show", *(controls[name] for name in SWITCHES)))
    return Explorer(
        normalization, controls, _measure, draw.NormsPlot,
        sentence=say.sentence, alt=say.alt, presets=PRESETS, first=FIRST, rows=rows, start=values,
    )  # fmt: skip


def _measure(*, gain, no_norm, batch_norm, layer_norm, **settings) -> records.NormsRecord:
    """The record of the controls' values; a norm that is not shown is not run."""
    shown = [name for name, on in zip(SWITCHES.values(), (no_norm, batch_norm, layer_norm), strict=True) if on]
    a_third = flow.MULTIPLY_ADDS // len(SWITCHES)  # of what one flow may cost
    return measure.compare(norms=shown, gain=three_digits(gain), multiply_adds=a_third, **settings)


EXPLORERS = {"normalization": normalization}
