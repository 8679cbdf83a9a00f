"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about skip connections.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.marks.ways import ends
from ...kit.words.phrases import fewer, verdict, whose

FORMS = {None: "no path", "post": "h + φ(h W)", "pre": "h + φ(h) W", "branch": "h + φ(h W₁) W₂"}
OVER = {"1": "", "sqrt(depth)": "/√depth", "depth": "/depth"}


def last_sentence(record) -> str:
    """By how much the gradient of the last block changes with the depth, with pre-norm and with post-norm."""
    first, last = record.depths[0], record.depths[-1]
    by = {place: np.median(dW[-1]) / np.median(dW[0]) for place, dW in record.dW.items()}
    law = ((1 + 2 * first) / (1 + 2 * last)) ** 0.5
    pre = f"pre-norm {grammar.number(by['pre'])} (theory {grammar.number(law)}), post-norm {grammar.number(by['post'])}"
    networks = f"Medians of {grammar.count(record.dW['pre'].shape[1], 'network')}, width {record.width}"
    return f"From {first} to {last} blocks, dW of the last block is multiplied by: {pre}. {networks}."


@grammar.asked
def sentence(record) -> str:
    """What a PathRecord says: forward, back, a layer's factors, and the networks."""
    return " ".join(
        [f"{_layers(record)}: {_findings(record)}.", *_factors(record), *_troubles(record), _networks(record)]
    )


@grammar.asked
def alt(record) -> str:
    """The picture in words: for each curve the medians of five layers."""
    return f"Sizes by layer on a log axis, {_layers(record)}, {_net(record)}: {ends(record)}."


def _layers(record) -> str:
    layers = grammar.count(record.depth, "layer")
    flow = record.flow
    path = FORMS[flow.skip]
    if flow.skip and (record.alpha, record.over) != (1, "1"):
        path += f", α = {record.alpha:g}{OVER[record.over]}"
    norm = f", {grammar.dressing(flow.norm, None, 1)}" if flow.norm else ""
    return f"{layers} of {grammar.look(flow.activation).label}, {path}{norm}"


def _net(record) -> str:
    flow = record.flow
    return f"width {flow.width}, {grammar.title(flow.scheme)}, {grammar.count(flow.batch, 'sample')}"


def _findings(record) -> str:
    forward = _finding("going forward, h becomes", record.forward, record.theory["h"][-1], " of the input's size")
    if record.depth == 1:
        return f"{forward}; with a single layer, dh has no way to go"
    back = _finding("coming back, dh becomes", record.back, record.theory["dh"][0], " of the last layer's")
    return f"{forward}; {back}"


def _finding(start: str, ratio: float, theory: float, of_what: str) -> str:
    if not np.isfinite(ratio):
        return f"{start} too large a number: it overflows"
    size = "exactly 0" if ratio == 0 else grammar.number(ratio) + of_what
    ours = f" (theory {grammar.number(theory)})" if np.isfinite(theory) else ""
    return f"{start} {size}{ours}: it {verdict(ratio)}"


def _factors(record) -> list[str]:
    """By how much one layer multiplies h and dh, on the geometric average."""
    if record.depth == 1 or not (0 < record.forward < np.inf and 0 < record.back < np.inf):
        return []
    forward, back = record.forward ** (1 / record.depth), record.back ** (1 / (record.depth - 1))
    return [f"A layer multiplies h by {forward:.3g}, dh by {back:.3g}."]


def _troubles(record) -> list[str]:
    said, flow = [], record.flow
    if flow.silent:
        silent = f"{round(flow.silent * flow.seeds)} of {grammar.count(flow.seeds, 'network')}"
        said.append(f"In {silent} the first layer receives exactly nothing.")
    return said + fewer(record.seeds_asked, flow.seeds)


def _networks(record) -> str:
    return f"{whose(record.seeds)}: {_net(record)}."
