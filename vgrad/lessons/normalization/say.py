"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about batch norm and layer norm.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.flow import plain_layers
from ...kit.words.phrases import DIGITS, TWO_SAMPLES, WITH, by_layer, fewer, judged, of_networks, whose

OF_LAST = "of the last's"


def growth_sentence(records) -> str:
    """By how much a layer multiplies the gradient, for the smallest and the largest batch."""
    parts = []
    for record in records:
        points = []
        for k in (0, len(record.batches) // 2, -1):
            measured = np.median(record.factors[k])
            theory = record.theory[k]
            ours = f" (theory {theory:.{DIGITS}g})" if np.isfinite(theory) else ""
            points.append(f"{measured:.{DIGITS}g}{ours} at {record.batches[k]}")
        parts.append(f"{grammar.look(record.activation).label} {', '.join(points)}")
    first = records[0]
    networks = (
        f"medians of {grammar.count(first.factors.shape[1], 'network')}, {first.depth} layers, width {first.width}"
    )
    what = f"One layer {WITH[first.norm]} multiplies the gradient, by the number of samples in the batch"
    return f"{what}: {'; '.join(parts)}; {networks}."


def sentence(record) -> str:
    """What a NormsRecord says: a verdict for each norm, the factors a layer, what went wrong, and the networks."""
    finding = f"{_layers(record)}: {_findings(record)}."
    return " ".join([finding, *_factors(record), *_troubles(record), _networks(record)])


def alt(record) -> str:
    """The picture in words: for each curve the medians of five layers."""
    curves = [
        f"{WITH[norm]}, dh relative to the last layer is {by_layer(flow.relative['dh'])}"
        for norm, flow in record.flows.items()
    ]
    drawn = "; ".join(curves) or "no curve is switched on"
    return f"Gradient by layer on a log axis, {_layers(record)}, {_weights(record.net)}: {drawn}."


def _layers(record) -> str:
    return plain_layers(record.net) + ("" if record.place == "before" else ", norms after the activation")


def _weights(net) -> str:
    gain = "" if net.gain == 1 else f" × {net.gain:g}"
    return f"width {net.width}, {grammar.title(net.scheme)}{gain}, {net.batch} samples"


def _findings(record) -> str:
    if not record.flows:
        return "nothing is shown; switch on none, batch or layer"
    if record.net.depth == 1:
        return "with a single layer, the first is the last, and there is nothing to lose on the way"
    return "; ".join(_finding(norm, flow, first=k == 0) for k, (norm, flow) in enumerate(record.flows.items()))


def _finding(norm: str, flow, first: bool) -> str:
    if not np.isfinite(flow.ratio):
        return f"{WITH[norm]} it overflows"
    start = f"{WITH[norm]} the first layer's dh is" if first else WITH[norm]
    return f"{start} {judged(flow.ratio, flow.theory['dh'][0], OF_LAST if first else '')}"


def _factors(record) -> list[str]:
    """By how much one layer multiplies the gradient, on the geometric average."""
    if record.net.depth == 1 or not record.flows:
        return []
    by_norm = {norm: flow.ratio ** (1 / (record.net.depth - 1)) for norm, flow in record.flows.items()}
    said = [f"{by:.{DIGITS}g} {WITH[norm]}" for norm, by in by_norm.items() if 0 < by < np.inf]
    return [f"A layer multiplies it by {', '.join(said)}."] if said else []


def _troubles(record) -> list[str]:
    """Where nothing arrives, what two samples do, and where the work budget bit."""
    said = [
        f"In {of_networks(flow.silent, flow.net.seeds)} {WITH[norm]} the first layer receives exactly nothing."
        for norm, flow in record.flows.items()
        if flow.silent
    ]
    if record.net.batch == 2 and "batch" in record.flows:
        said.append(TWO_SAMPLES)
    return said + (fewer(record.net.seeds, _ran(record)) if record.flows else [])


def _networks(record) -> str:
    same = ", the same for each curve" if len(record.flows) > 1 else ""
    return f"{whose(_ran(record))}{same}: {_weights(record.net)}."


def _ran(record) -> int:
    return min([flow.net.seeds for flow in record.flows.values()], default=record.net.seeds)
