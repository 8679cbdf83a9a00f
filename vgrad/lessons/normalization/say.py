"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about batch norm and layer norm.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.phrases import DIGITS, WITH, fewer, verdict, whose


def growth_sentence(records) -> str:
    """By how much a layer multiplies the gradient, for the smallest and the largest batch."""
    parts = []
    for record in records:
        points = []
        for k in (0, len(record.batches) // 2, -1):
            measured, theory = np.median(record.factors[k]), record.theory[k]
            ours = f" (theory {theory:.{DIGITS}g})" if np.isfinite(theory) else ""
            points.append(f"{measured:.{DIGITS}g}{ours} at {record.batches[k]}")
        parts.append(f"{grammar.look(record.activation).label} {', '.join(points)}")
    first = records[0]
    networks = (
        f"medians of {grammar.count(first.factors.shape[1], 'network')}, {first.depth} layers, width {first.width}"
    )
    what = f"One layer {WITH[first.norm]} multiplies the gradient, by the number of samples in the batch"
    return f"{what}: {'; '.join(parts)}; {networks}."


@grammar.asked
def sentence(record) -> str:
    """What a NormsRecord says: a verdict for each norm, the factors a layer, what went wrong, and the networks."""
    finding = f"{_layers(record)}: {_findings(record)}."
    return " ".join([finding, *_factors(record), *_troubles(record), _networks(record)])


@grammar.asked
def alt(record) -> str:
    """The picture in words: for each curve the medians of five layers."""
    layers = np.unique(np.linspace(1, record.depth, 5).round().astype(int))
    curves = []
    for norm, flow in record.flows.items():
        points = ", ".join(f"{grammar.number(flow.relative['dh'].median[k - 1])} at layer {k}" for k in layers)
        curves.append(f"{WITH[norm]}, dh relative to the last layer is {points}")
    drawn = "; ".join(curves) or "no curve is switched on"
    return f"Gradient by layer on a log axis, {_layers(record)}, {_net(record)}: {drawn}."


def _layers(record) -> str:
    place = "" if record.place == "before" else ", norms after the activation"
    return f"{grammar.count(record.depth, 'layer')} of {grammar.look(record.activation).label}{place}"


def _net(record) -> str:
    gain = "" if record.gain == 1 else f" × {record.gain:g}"
    return f"width {record.width}, {grammar.title(record.scheme)}{gain}, {record.batch} samples"


def _findings(record) -> str:
    if not record.flows:
        return "nothing is shown; switch on none, batch or layer"
    if record.depth == 1:
        return "with a single layer, the first is the last, and there is nothing to lose on the way"
    return "; ".join(_finding(norm, flow, first=k == 0) for k, (norm, flow) in enumerate(record.flows.items()))


def _finding(norm: str, flow, first: bool) -> str:
    ratio, theory = flow.ratio, flow.theory["dh"][0]
    if not np.isfinite(ratio):
        return f"{WITH[norm]} it overflows"
    of_what = "the first layer's dh is " if first else ""
    size = "exactly 0" if ratio == 0 else grammar.number(ratio) + (" of the last's" if first else "")
    ours = f" (theory {grammar.number(theory)})" if np.isfinite(theory) else ""
    return f"{WITH[norm]} {of_what}{size}{ours}: it {verdict(ratio)}"


def _factors(record) -> list[str]:
    """By how much one layer multiplies the gradient, on the geometric average."""
    if record.depth == 1 or not record.flows:
        return []
    by_norm = {norm: flow.ratio ** (1 / (record.depth - 1)) for norm, flow in record.flows.items()}
    said = [f"{by:.{DIGITS}g} {WITH[norm]}" for norm, by in by_norm.items() if 0 < by < np.inf]
    return [f"A layer multiplies it by {', '.join(said)}."] if said else []


def _troubles(record) -> list[str]:
    """Where nothing arrives, what two samples do, and where the work budget bit."""
    said = []
    for norm, flow in record.flows.items():
        if flow.silent:
            silent = f"{round(flow.silent * flow.seeds)} of {grammar.count(flow.seeds, 'network')}"
            said.append(f"In {silent} {WITH[norm]} the first layer receives exactly nothing.")
    if record.batch == 2 and "batch" in record.flows:
        said.append("Two samples are the fewest that batch norm can work on, and it leaves of each unit only a sign.")
    return said + (fewer(record.seeds, _ran(record)) if record.flows else [])


def _networks(record) -> str:
    ran = _ran(record)
    same = ", the same for each curve" if len(record.flows) > 1 else ""
    return f"{whose(ran)}{same}: {_net(record)}."


def _ran(record) -> int:
    return min([flow.seeds for flow in record.flows.values()], default=record.seeds)
