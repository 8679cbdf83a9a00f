"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about order, chaos, and the edge between them.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.flow import counted, whose_weights
from ...kit.words.phrases import DRAWS, by_layer, lines, medians, predicted, size, so_it

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
    told = size(flow.ratio, "times that at the last") if np.isfinite(flow.ratio) else "beyond float64"
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


def trained_sentence(cells, deepest) -> str:
    """Where the deepest nets that learn are; which nets; and the deepest of each σ_w².   deepest : σ_w² -> layers."""
    most = max(deepest.values())
    best = [f"{w:g}" for w, depth in deepest.items() if depth == most]
    finding = f"The deepest nets that classify more than half have {most} layers, at σ_w² {' and '.join(best)}."
    seeds = len(cells[0].result["accuracy"])
    settings = f"tanh, width {cells[0].settings['width']}, 150 steps with momentum, the best of three learning rates"
    rest = ", ".join(f"{depth} at σ_w² {w:g}" for w, depth in deepest.items())
    return lines(finding, f"{medians(seeds).capitalize()}: {settings}.", f"The deepest that learn have {rest} layers.")


def pair_name(record) -> str:
    """What tells a pair of inputs from others: the net, and how alike they are."""
    return f"{grammar.look(record.activation).label}, σ_w {record.sigma_w:.3g}"


def pairs_sentence(records) -> str:
    """What becomes of the correlation of each pair; which nets; and what theory says."""
    depth = records[0].correlation.shape[1]
    said = []
    for record in records:
        end = np.median(record.correlation[:, -1])
        said.append(f"{pair_name(record)}: the correlation goes from {record.c:.2g} to {end:.2f}.")
    nets = f"{medians(len(records[0].correlation)).capitalize()}: {depth} layers, width {records[0].width}."
    expected = ", ".join(f"{record.theory[-1]:.2f}" for record in records)
    return lines(said, nets, f"For these pairs theory predicts {expected}.")


def spectra_sentence(records, floor: int) -> str:
    """How much of a typical direction is left; and which nets."""
    said = []
    for record in records:
        middle = grammar.number(float(np.median(record.values)))
        said.append(f"With {DRAWS[record.draw].label} weights the middle singular value is {middle}.")
    first = records[0]
    net = f"{first.depth} layers of {first.activation}, σ_w {first.sigma_w:.3g}, width {first.width}"
    nets = f"{medians(len(first.values)).capitalize()}: {net}."
    return lines(said, nets, f"Values below {10.0**floor:.0e} are drawn at {10.0**floor:.0e}.")
