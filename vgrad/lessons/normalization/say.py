"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about batch norm and layer norm.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.flow import plain_layers
from ...kit.words.phrases import DIGITS, TWO_SAMPLES, WITH, by_layer, fewer, lines, of_networks, size, so_it, whose


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
    """What a NormsRecord says: for each norm what follows, and what went wrong; which networks; a layer's factors."""
    return lines([*_findings(record), *_troubles(record)], _networks(record), [*_factors(record), *_theory(record)])


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


def _findings(record) -> list[str]:
    if not record.flows:
        return ["Nothing is shown, because none, batch and layer are switched off."]
    if record.net.depth == 1:
        return ["With a single layer, the first is the last, and there is nothing to lose on the way."]
    return [_finding(norm, flow, first=k == 0) for k, (norm, flow) in enumerate(record.flows.items())]


def _finding(norm: str, flow, first: bool) -> str:
    start = WITH[norm].capitalize()
    if first:
        start += f", dh at the first of {flow.net.depth} layers"
    if not np.isfinite(flow.ratio):
        return f"{start} overflows." if first else f"{start} it overflows."
    told = size(flow.ratio, "times its last" if first else "")
    return f"{start} is {told}, {so_it(flow.ratio)}." if first else f"{start} it is {told}, {so_it(flow.ratio)}."


def _theory(record) -> list[str]:
    """What theory predicts of the first layer's dh, for each norm."""
    ratios = {norm: flow.theory["dh"][0] for norm, flow in record.flows.items() if record.net.depth > 1}
    said = [f"{grammar.number(ratio)} {WITH[norm]}" for norm, ratio in ratios.items() if np.isfinite(ratio)]
    return [f"Theory predicts {', '.join(said)}."] if said else []


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
    place = "" if record.place == "before" else ", norms after the activation"
    name = grammar.look(record.net.activation).label
    return f"{whose(_ran(record))}{same}: {name}, {_weights(record.net)}{place}."


def _ran(record) -> int:
    return min([flow.net.seeds for flow in record.flows.values()], default=record.net.seeds)
