"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about skip connections.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.flow import counted, plain_layers
from ...kit.words.phrases import by_layer, fewer, lines, of_networks, predicted, size, so_it, whose

FORMS = {None: "no path", "activation_last": "h + φ(h W)", "activation_first": "h + φ(h) W", "branch": "h + φ(h W₁) W₂"}
OVER = {"": "", "1": "", "sqrt(depth)": "/√depth", "depth": "/depth"}


def last_sentence(record) -> str:
    """Say by how much the gradient of the last block changes with the depth, with pre-norm and with post-norm."""
    first = record.depths[0]
    last = record.depths[-1]
    by = {place: np.median(dW[-1]) / np.median(dW[0]) for place, dW in record.dW.items()}
    law = ((1 + 2 * first) / (1 + 2 * last)) ** 0.5
    pre = (
        f"With pre-norm, it is multiplied by {grammar.number(by['pre'])}, where theory predicts {grammar.number(law)}."
    )
    post = f"With post-norm, it is multiplied by {grammar.number(by['post'])}."
    networks = f"Medians of {grammar.count(record.dW['pre'].shape[1], 'network')}, width {record.width}."
    what = f"The gradient dW of the last block changes when there are {last} blocks in place of {first}."
    return lines([what, pre, post], networks)


def sentence(record) -> str:
    """Say of a FlowRecord what becomes of h and of dh, in which networks, and by how much a layer multiplies them."""
    networks = f"{whose(record.net.seeds)}: {_path(record.net)}, {_weights(record.net)}."
    return lines([*_findings(record), *_troubles(record)], networks, _factors(record))


def alt(record) -> str:
    """Say in words what is drawn: of each curve the medians of five layers, and the lanes above them."""
    h = f"h relative to the input is {by_layer(record.relative['h'])}"
    dh = f"dh relative to the last layer is {by_layer(record.relative['dh'])}"
    sizes = f"Sizes by layer on a log axis, {_layers(record.net)}, {_weights(record.net)}: {h}; {dh}."
    return f"{sizes} {_lanes(record.net)}"


def _lanes(net) -> str:
    """What is drawn above the curves."""
    if net.skip is None:
        return "Above the curves, the layers stand in one line."
    norm = ""
    if net.norm:
        norm = ", and a norm stands on it" if net.norm.endswith("output") else ", and a norm stands in each branch"
    return f"Above the curves, a path runs beside the branches{norm}."


def _layers(net) -> str:
    return f"{plain_layers(net)}, {_path(net)}"


def _path(net) -> str:
    norm = f", {grammar.dressing(net.norm, None, 1)}" if net.norm else ""
    return f"{FORMS[net.skip]}{_alpha(net) if net.skip else ''}{norm}"


def _alpha(net) -> str:
    """By what the branch is multiplied, if it is not 1: ", α = 0.5/√depth"."""
    number, _, over = str(net.alpha).partition("/")
    said = f"{float(number):g}{OVER[over]}"
    return "" if said == "1" else f", α = {said}"


def _weights(net) -> str:
    return f"width {net.width}, {grammar.title(net.scheme)}, {grammar.count(net.batch, 'sample')}"


def _findings(record) -> list[str]:
    h = f"In the forward pass through {counted(record.net)}, h becomes {_told(record.forward, 'times its first size')}"
    forward = f"{h}.{predicted(record.theory['h'][-1])}"
    if record.net.depth == 1:
        return [forward, "With a single layer, dh has no way to go."]
    dh = f"In the backward pass, dh becomes {_told(record.ratio, 'times its first size')}"
    return [forward, f"{dh}.{predicted(record.theory['dh'][0])}"]


def _told(ratio: float, of_what: str) -> str:
    return f"{size(ratio, of_what) if np.isfinite(ratio) else 'too large a number'}, {so_it(ratio)}"


def _factors(record) -> list[str]:
    """By how much one layer multiplies h and dh, on the geometric average."""
    depth = record.net.depth
    if depth == 1 or not (0 < record.forward < np.inf and 0 < record.ratio < np.inf):
        return []
    forward = record.forward ** (1 / depth)
    back = record.ratio ** (1 / (depth - 1))
    return [f"On average, a layer multiplies h by {forward:.3g} and dh by {back:.3g}."]


def _troubles(record) -> list[str]:
    said = []
    if record.silent:
        silent = of_networks(record.silent, record.net.seeds)
        said.append(f"In {silent} the first layer receives exactly nothing.")
    return said + fewer(record.seeds_asked, record.net.seeds)
