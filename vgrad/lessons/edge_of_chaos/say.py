"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about order, chaos, and the edge between them.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.flow import counted, whose_weights
from ...kit.words.phrases import by_layer, lines, predicted, size, so_it

EDGE = 0.01  # of |χ - 1|: nearer to it, we say "at the edge"


def sentence(record) -> str:
    """Where the place lies, and what became of the gradient; which networks; and over how many layers it changes."""
    flow = record.flow
    name = grammar.look(flow.net.activation).label
    multiplied = f"a layer multiplies dh² by χ = {record.chi:.3g}"
    place = f"At {_place(flow)} {name} is {_at(record.chi)}, because {multiplied}."
    change = f"The layers change dh² by a factor of e over ξ, which is {_layers(record.depth_scale)}."
    forward = f"The last h is {grammar.number(flow.forward)} times the input's size."
    return lines([place, _back(flow)], f"{whose_weights(flow)}.", [change, forward])


def _back(flow) -> str:
    told = size(flow.ratio, "times the last's") if np.isfinite(flow.ratio) else "beyond float64"
    theory = predicted(flow.theory["dh"][0])
    return f"The gradient dh at the first of {counted(flow.net)} is {told}, {so_it(flow.ratio)}.{theory}"


def _at(chi: float) -> str:
    phase = phase_of(chi)
    return "at the edge" if phase == "the edge" else f"in {phase}"


def phase_of(chi: float) -> str:
    """Which of three it is: "order", "chaos", or "the edge"."""
    if abs(chi - 1) < EDGE:
        return "the edge"
    return "order" if chi < 1 else "chaos"


def _place(flow) -> str:
    return f"σ_w {flow.sigma_w:.3g}, σ_b {flow.sigma_b:.3g}"


def _layers(scale: float) -> str:
    if scale > 1000:
        return "more than 1000 layers"
    return f"{scale:.0f} layers" if scale >= 100 else f"{scale:.2g} layers"


def alt(record) -> str:
    """The picture in words: the place on the chart, and the medians of five layers."""
    flow = record.flow
    place = f"a point at {_place(flow)}, in {phase_of(record.chi)}"
    chart = f"A chart of χ over σ_w and σ_b for {flow.net.activation}, with {place}"
    return f"{chart}; beside it dh by layer: {by_layer(flow.relative['dh'])}."
