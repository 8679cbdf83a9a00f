"""The main explorer: where does the gradient go in a deep net?"""

from __future__ import annotations

from functools import partial

from ...kit.experiments.flow import CHOICES, FlowRecord, flow
from ...kit.explorers.controls import activation_choice, choice, networks, row, scale, switch, three_digits, whole
from ...kit.explorers.framework import Explorer
from ...kit.marks import grammar
from ...kit.marks.flow import FlowPlot
from ...kit.marks.picture import LivePicture
from ...kit.marks.units import UnitsPlot
from ...kit.marks.views import Views
from ...kit.words.flow import alt, sentence
from .draw import DistributionPlot
from .measure import distribution
from .records import DistributionRecord
from .say import distribution_alt, distribution_sentence

PRESETS = {
    "1 · Sigmoid vanishes": dict(activation="sigmoid"),
    "2 · He keeps ReLU": dict(activation="relu", scheme="he_normal"),
    "3 · Too large explodes": dict(activation="relu", scheme="he_normal", gain=1.5),
    "4 · Only eight units": dict(activation="relu", scheme="he_normal", width=8, depth=40, batch=1, seeds=64),
    "5 · Batch norm explodes": dict(activation="relu", scheme="he_normal", norm="batch"),
    "6 · Skips keep it": dict(depth=100, activation="relu", scheme="he_normal", skip="activation_last, 1/depth"),
}
NORMS = {
    "none": "none", "batch norm": "batch", "layer norm": "layer", "batch norm, after φ": "batch_after",
    "layer norm, after φ": "layer_after",
}  # fmt: skip
SKIPS = {
    "none": "none",
    "h + φ(hW)": "activation_last, 1",
    "h + φ(hW) / √depth": "activation_last, 1/sqrt(depth)", "h + φ(hW) / depth": "activation_last, 1/depth",
    "h + φ(h)W": "activation_first, 1", "h + φ(h)W / √depth": "activation_first, 1/sqrt(depth)",
    "h + φ(hW₁)W₂": "branch, 1",
    "h + φ(hW₁)W₂ / √depth": "branch, 1/sqrt(depth)", "h + φ(hW₁)W₂ / depth": "branch, 1/depth",
}  # fmt: skip
SWITCHES = ("dh", "dz", "dW", "log")
VIEWS = {"curve": "curve", "units": "units", "distribution": "distribution"}
FIRST = ("depth", "activation", "gain")


def gradient_flow(**values) -> Explorer:
    """Per-layer ‖dh‖, ‖dz‖ and ‖dW‖ of many random networks, with theory.   values : where its controls start."""
    schemes = {grammar.title(name): name for name in CHOICES["scheme"]}
    controls = {
        "depth": whole("depth", 30, 1, 100),
        "width": whole("width", 32, 4, 256),
        "activation": activation_choice("tanh"),
        "scheme": choice("weights", "xavier_normal", schemes),
        "view": choice("seen as", "curve", VIEWS),
        "gain": scale("gain", 1.0, 0.1, 20.0),
        "norm": choice("norm", "none", NORMS),
        "skip": choice("skip", "none", SKIPS),
        "seeds": networks(16, 64),
        "batch": whole("batch", 16, 1, 128),
        "precision": choice("precision", "float64", {name: name for name in CHOICES["precision"]}),
        "dh": switch("dh", True, "dL/dh: what arrives at each layer's output"),
        "dz": switch("dz", False, "dL/dz: at the activation's input"),
        "dW": switch("dW", False, "dL/dW: what the layer would learn from"),
        "log": switch("log axis", True, "a step up is ten times more, instead of as much more"),
    }
    rows = [control.row for name, control in controls.items() if name not in (*FIRST, *SWITCHES)]
    rows.append(row("show", *(controls[name] for name in SWITCHES)))
    return Explorer(
        gradient_flow, controls, _measure, partial(Views, _kind),
        sentence=_sentence, alt=_alt, presets=PRESETS, first=FIRST, rows=rows, start=values,
    )  # fmt: skip


def _measure(*, gain, norm, skip, batch, dh, dz, dW, log, view, **settings) -> FlowRecord | DistributionRecord:
    """The record of the controls' values, and what the picture shows of it."""
    shown = tuple(name for name, on in (("dh", dh), ("dz", dz), ("dW", dW)) if on)
    form, _, alpha = skip.partition(", ")
    settings |= {} if form == "none" else dict(skip=form, alpha=1.0 if alpha == "1" else alpha)
    if norm != "none":
        settings |= dict(norm=norm)
    batch = max(batch, 2) if norm.startswith("batch") else batch  # of one sample there is no batch norm
    record = flow(gain=three_digits(gain), batch=batch, **settings)
    if view == "distribution":
        return distribution(record)
    if view == "units":
        return record._replace(view=view)
    return record._replace(shown=shown, scale="log" if log else "linear")


def _kind(record) -> type[LivePicture]:
    """What draws a record."""
    if isinstance(record, DistributionRecord):
        return DistributionPlot
    return UnitsPlot if record.view == "units" else FlowPlot


def _sentence(record) -> str:
    return distribution_sentence(record) if isinstance(record, DistributionRecord) else sentence(record)


def _alt(record) -> str:
    return distribution_alt(record) if isinstance(record, DistributionRecord) else alt(record)


EXPLORERS = {"gradient_flow": gradient_flow}
