"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the size of the first weights.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.phrases import DRAWS, fewer, verdict, whose_weights

ALIKE = 0.5  # of h: when two samples differ in less of it, a correlation of over 3/4


@grammar.asked
def sentence(record) -> str:
    """What a SignalRecord says: each way first, then what tells samples apart, and the networks."""
    look = grammar.look(record.activation)
    finding = (
        f"{grammar.count(record.depth, 'layer')} of {look.label}: {'; '.join(_findings(record)) or 'nothing is shown'}."
    )
    return " ".join([finding, *_troubles(record), f"{whose_weights(record)}."])


@grammar.asked
def alt(record) -> str:
    """The picture in words: medians of five layers of each curve."""
    layers, said = sorted({round(1 + k * (record.depth - 1) / 4) for k in range(5)}), []
    for name in record.shown:
        points = ", ".join(f"{grammar.number(record.relative[name].median[k - 1])} at layer {k}" for k in layers)
        said.append(f"{name} is {points}")
    drawn = "; ".join(said) or "no curve is switched on"
    net = f"{grammar.count(record.depth, 'layer')} of {grammar.look(record.activation).label}"
    return f"Signal and gradient by layer on a log axis, {net}: {drawn}."


def _findings(record) -> list[str]:
    """A finding for each curve that is shown."""
    ends = {
        "h": ("the last h is", record.forward, record.theory["h"][-1], "times the input's size"),
        "dh": ("the first layer's dh is", record.ratio, record.theory["dh"][0], "of the last's"),
        "apart": ("samples differ in", float(record.relative["apart"].median[-1]), record.theory["apart"][-1], "of h"),
    }
    return [_finding(name, *ends[name]) for name in record.shown]


def _finding(name: str, start: str, size: float, theory: float, of_what: str) -> str:
    if not np.isfinite(size):
        return f"{start} beyond float64: it overflows"
    ours = f" (theory {grammar.number(theory)})" if np.isfinite(theory) else ""
    told = "exactly 0" if size == 0 else f"{grammar.number(size)} {of_what}{ours}"
    if name == "apart":
        return f"{start} {told}: {'they have grown alike' if size < ALIKE else 'they stay apart'}"
    return f"{start} {told}: it {verdict(size)}"


def _troubles(record) -> list[str]:
    said = []
    if "apart" in record.shown and record.relative["apart"].median[-1] < 1e-7:
        said.append("So little is mostly rounding: the samples have become one.")
    return said + fewer(record.seeds_asked, record.seeds)


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
        h, dz, dW = (np.median(getattr(record, name), axis=0) for name in PANELS)
        ends = f"h goes from {grammar.number(h[0])} to {grammar.number(h[-1])}"
        back = f"the first layer's dz is {grammar.number(dz[0])} of the last's, its dW {grammar.number(dW[0])}"
        parts.append(f"{DRAWS[record.scheme].label}: {ends}, {back}")
    first = records[0]
    nets = f"{grammar.count(first.depth, 'layer')} of {grammar.look(first.activation).label}, width {first.width}"
    return f"{'; '.join(parts)}. {nets}, medians of {grammar.count(first.seeds, 'network')}."
