"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the size of the first weights.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.flow import counted, plain_layers, whose_weights
from ...kit.words.phrases import DRAWS, by_layer, fewer, lines, predicted, size, so_it

ALIKE = 0.5  # of h: when two samples differ in less of it, a correlation of over 3/4


def sentence(record) -> str:
    """What a FlowRecord says both ways: each way first, then what tells samples apart; and which networks."""
    findings = [_finding(name, record, first=k == 0) for k, name in enumerate(record.shown)]
    nothing = [] if findings else ["Nothing is shown, because h, dh and apart are switched off."]
    return lines([*findings, *nothing, *_troubles(record)], f"{whose_weights(record)}.")


def alt(record) -> str:
    """The picture in words: medians of five layers of each curve."""
    said = [f"{name} is {by_layer(record.relative[name])}" for name in record.shown]
    drawn = "; ".join(said) or "no curve is switched on"
    return f"Signal and gradient by layer on a log axis, {plain_layers(record.net)}: {drawn}."


ENDS = {  # where a curve ends, how its sentence starts, and of what the size is told
    "h": (-1, "the last h is", "times the input's size"),
    "dh": (0, "the first layer's dh is", "times the last's"),
    "apart": (-1, "samples differ in", "of h"),
}


def _finding(name: str, record, first: bool) -> str:
    """What has become of a curve at its end, and what follows, with theory beside a size that is not 0."""
    end, start, of_what = ENDS[name]
    ratio = float(record.relative[name].median[end])
    start = f"In {counted(record.net)} {start}" if first else start[0].upper() + start[1:]
    theory = predicted(record.theory[name][end] if ratio else np.nan)
    if not np.isfinite(ratio):
        return f"{start} beyond float64, {so_it(ratio)}."
    follows = so_it(ratio)
    if name == "apart":
        follows = "so they have grown alike" if ratio < ALIKE else "so they stay apart"
    return f"{start} {size(ratio, of_what)}, {follows}.{theory}"


def _troubles(record) -> list[str]:
    said = []
    if "apart" in record.shown and record.relative["apart"].median[-1] < 1e-7:
        said.append("So little is mostly rounding, and so the samples have become one.")
    return said + fewer(record.seeds_asked, record.net.seeds)


def sweep_sentence(records) -> str:
    """The scale at which each size is kept, as measured, as theory has it, and by its formula."""
    parts = []
    for record in records:
        what = grammar.look(record.activation).label + ("" if record.size == 1 else f", x of size {record.size:g}")
        found = f"at {_place(record.optimum)} (theory {_place(record.expected)}, formula {record.formula:.3g})"
        parts.append(f"{record.way} of {what}, {found}")
    first = records[0]
    nets = f"width {first.width}, medians of {grammar.count(first.decades.shape[1], 'network')}"
    nets = f"{grammar.count(first.depth, 'layer')}, {nets}"
    return f"The σ_w at which a size comes through as large as it started: {'; '.join(parts)}; {nets}."


def _place(sigma_w: float) -> str:
    return f"{sigma_w:.3g}" if np.isfinite(sigma_w) else "none of these"


PANELS = {"h": "h, going forward", "dz": "dz, coming back", "dW": "dW, of the weights"}


def glorot_sentence(records) -> str:
    """How the sizes of h and of the gradient change from the first layer to the last, for each draw."""
    parts = []
    for record in records:
        h, dz, dW = (np.median(record.each(name), axis=0) for name in PANELS)
        ends = f"h goes from {grammar.number(h[0])} to {grammar.number(h[-1])}"
        back = f"the first layer's dz is {grammar.number(dz[0])} of the last's, its dW {grammar.number(dW[0])}"
        parts.append(f"{DRAWS[record.net.scheme].label}: {ends}, {back}")
    net = records[0].net
    nets = f"{plain_layers(net)}, width {net.width}, medians of {grammar.count(net.seeds, 'network')}"
    return f"{'; '.join(parts)}. {nets}."
