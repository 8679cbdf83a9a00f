"""Where do the numbers end?  The window of numbers of a format, and the gradient of each layer in it."""

from __future__ import annotations

from ...kit.explorers.controls import activation_choice, choice, networks, scale, three_digits, whole
from ...kit.explorers.framework import Explorer
from . import records
from .draw import window as draw
from .measure import window as measure
from .say import window as say

PRESETS = {
    "1 · float16: the gradient is zero": dict(scale=0),
    "2 · A loss scale saves it": dict(scale=20),
    "3 · Too large a scale overflows": dict(scale=44),
    "4 · bfloat16 needs no scale": dict(precision="bfloat16", scale=0),
    "5 · An ordinary loss needs none": dict(scale=0, factor=0),
    "6 · Vanishing: no scale fits": dict(activation="sigmoid", depth=20, scale=38),
}


def precision(**values) -> Explorer:
    """Explore what becomes of the gradient in a format, with a loss scale.   values : where its controls start."""
    controls = {
        "precision": choice("format", "float16", {name: name for name in records.WINDOWS}),
        "depth": whole("depth", 8, 1, 30),
        "scale": whole("scale 2^", 2, 0, 60),
        "factor": whole("factor 2^", -20, -40, 0),
        "activation": activation_choice("tanh"),
        "gain": scale("gain", 1.0, 0.1, 10.0),
        "width": whole("width", 32, 8, 64),
        "quantity": choice("gradient", "dW", {"of the weights, dW": "dW", "of the outputs, dh": "dh"}),
        "seeds": networks(5, 8),
    }
    return Explorer(
        precision, controls, _measure, draw.WindowPlot,
        sentence=say.window_sentence, alt=say.window_alt, presets=PRESETS, start=values,
    )  # fmt: skip


def _measure(*, gain, **settings) -> records.WindowRecord:
    """The record of the controls' values, with the gain as its number box shows it."""
    return measure.in_format(gain=three_digits(gain), **settings)


EXPLORERS = {"precision": precision}
