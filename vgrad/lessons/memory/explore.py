"""Who can learn from afar?  Networks that learn the adding problem, live: the loss, and the gradient over time."""

from __future__ import annotations

from ...kit.explorers.controls import choice, networks, real, scale, three_digits, whole
from ...kit.explorers.training import TrainExplorer
from .draw import adding as draw
from .measure import adding as measure
from .say import adding as say

PRESETS = {
    "1 · A GRU adds": dict(T=50),
    "2 · An RNN does not": dict(cell="rnn"),
    "3 · LSTM, forget bias 0": dict(cell="lstm", bias=0.0),
    "4 · LSTM, both gates set": dict(cell="lstm paired", bias=3.0),
    "5 · Linear: it all arrives": dict(cell="linear"),
    "6 · A linear cell that selects": dict(cell="selective"),
}
CELLS = {
    "RNN": "rnn",
    "RNN of ReLUs (IRNN)": "irnn",
    "LSTM": "lstm",
    "LSTM, both gates set": "lstm paired",
    "LSTM, chrono biases": "lstm chrono",
    "GRU": "gru",
    "linear recurrence": "linear",
    "linear, selective gate": "selective",
}
SPANS = {"all steps": "all"} | {f"the last {k} steps": str(k) for k in (20, 10, 5, 2)} | {"the last step": "1"}


def train_memory(**values) -> TrainExplorer:
    """Explore loss by step, and the gradient by time, while networks train.   values : where its controls start."""
    controls = {
        "cell": choice("cell", "gru", CELLS),
        "bias": real("gate bias", 1.0, -1.0, 5.0, 0.1),
        "T": whole("length", 30, 4, 100),
        "rate": scale("learning rate", 0.01, 1e-4, 10.0, box_step=None),  # any rate can be typed
        "steps": whole("steps", 300, 50, 800),
        "seeds": networks(3, 5),
        "span": choice("gradient of", "all", SPANS),
    }
    return TrainExplorer(
        train_memory, controls, _watch, draw.MemoryPlot,
        sentence=say.sentence, alt=say.alt, presets=PRESETS,
        first=("cell", "bias", "T"), start=values,
    )  # fmt: skip


def _watch(*, cell, bias, rate, span, **settings):
    """The records of the controls' values; a cell without a gate has no bias."""
    kind, _, mode = cell.partition(" ")
    has_bias = kind in ("lstm", "gru") and mode != "chrono"
    settings |= dict(bias=bias if has_bias else 0.0, mode=mode or "alone", rate=three_digits(rate))
    settings["span"] = None if span == "all" else int(span)
    return measure.watch(kind, **settings)


EXPLORERS = {"train_memory": train_memory}
