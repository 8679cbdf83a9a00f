"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about order, chaos, and the edge between them.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.flow import counted, whose_weights
from ...kit.words.phrases import DRAWS, by_layer, lines, medians, predicted, size, so_it

EDGE = 0.01  # of |χ - 1|: nearer to it, we say "at the edge of chaos"


def sentence(record) -> str:
    """Where the place lies, and what became of the gradient; which networks; and over how many layers it changes."""
    flow = record.flow
    name = grammar.look(flow.net.activation).label
    place = f"At {_place(flow)} {name} is {_at(record.chi)}, because χ = {record.chi:.3g}."
    change = f"The depth scale ξ is {_layers(record.depth_scale)}."
    means = "In so many layers the squared norm of dh changes by a factor of e."
    forward = f"The last h is {grammar.number(flow.forward)} times the input's size."
    return lines([place, _back(flow)], f"{whose_weights(flow)}.", [change, means, forward])


def _back(flow) -> str:
    told = size(flow.ratio, "times that at the last") if np.isfinite(flow.ratio) else "beyond float64"
    theory = predicted(flow.theory["dh"][0])
    return f"The gradient dh at the first of {counted(flow.net)} is {told}, {so_it(flow.ratio)}.{theory}"


def _at(chi: float) -> str:
    said = {"order": "in the ordered phase", "chaos": "in the chaotic phase", "the edge": "at the edge of chaos"}
    return said[phase_of(chi)]


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
    place = f"a point at {_place(flow)}, {_at(record.chi)}"
    chart = f"A chart of χ over σ_w and σ_b for {flow.net.activation}, with {place}"
    return f"{chart}; beside it dh by layer: {by_layer(flow.relative['dh'])}."


def trained_sentence(record) -> str:
    """Where the deepest networks that learn are; which networks; and where the two rules differ."""
    deepest = (record.learned * record.depths[:, None]).max(axis=0)
    best = [f"{w:.2f}" for w, depth in zip(record.sigma_w, deepest, strict=True) if depth == deepest.max()]
    finding = f"The deepest networks that classify more than half have {deepest.max()} layers, at σ_w {_listed(best)}."
    settings = f"tanh, width {record.width}, 150 steps with momentum, the best of three learning rates"
    apart = np.argwhere(record.within(record.xi) != record.within(record.xi_c))
    cells = _listed([f"{record.depths[row]} layers at σ_w {record.sigma_w[column]:.2f}" for row, column in apart])
    told = f"The limits 6 ξ and 6 ξ_c differ in the framed cells, which are {cells}." if cells else ""
    return lines(finding, f"{medians(record.seeds).capitalize()}: {settings}.", told)


def trained_alt(record) -> str:
    """The picture in words: the deepest networks that learn, by σ_w."""
    deepest = (record.learned * record.depths[:, None]).max(axis=0)
    told = ", ".join(f"{depth} at σ_w {w:.2f}" for w, depth in zip(record.sigma_w, deepest, strict=True))
    return f"A table of accuracies, depth by σ_w. The deepest networks that learn have these layers: {told}."


def _listed(words) -> str:
    """Join words as a sentence does: "a", "a and b", "a, b, and c"."""
    if len(words) < 3:
        return " and ".join(words)
    return f"{', '.join(words[:-1])}, and {words[-1]}"


def pair_name(record) -> str:
    """What tells a pair of inputs from others: the net, and how alike they are."""
    return f"{grammar.look(record.activation).label}, σ_w {record.sigma_w:.3g}"


def pairs_sentence(records) -> str:
    """What becomes of the correlation of each pair; which nets; and what theory says."""
    depth = records[0].correlation.shape[1]
    said = []
    for record in records:
        end = np.median(record.correlation[:, -1])
        net = f"{grammar.look(record.activation).label} layers with σ_w {record.sigma_w:.3g}"
        said.append(f"In {net} the correlation goes from {record.c:.2g} to {end:.2f}.")
    nets = f"{medians(len(records[0].correlation)).capitalize()}: {depth} layers, width {records[0].width}."
    expected = ", ".join(f"{record.theory[-1]:.2f}" for record in records)
    return lines(said, nets, f"Theory, which is about infinitely wide layers, predicts {expected}.")


def spectra_sentence(records, floor: int) -> str:
    """How much of a typical direction is left; and which nets."""
    said = []
    for record in records:
        middle = grammar.number(float(np.median(record.values)))
        said.append(f"With {DRAWS[record.draw].label} weights the middle singular value is {middle}.")
    first = records[0]
    net = f"{grammar.count(first.depth, f'{first.activation} layer')}, σ_w {first.sigma_w:.3g}, width {first.width}"
    nets = f"{medians(len(first.values)).capitalize()}: {net}."
    return lines(said, nets, f"Values below {10.0**floor:.0e} are drawn at {10.0**floor:.0e}.")
