"""A path around each layer: how large h and dh become, where a norm stands, and whether the gradient is noise."""

from __future__ import annotations

import numpy as np

from .. import require
from . import curves, grammar
from .picture import Picture
from .ways import WaysPlot, ends
from .words import fewer, verdict, whose

FORMS = {None: "no path", "post": "h + φ(h W)", "pre": "h + φ(h) W", "branch": "h + φ(h W₁) W₂"}
OVER = {"1": "", "sqrt(depth)": "/√depth", "depth": "/depth"}


@grammar.asked
def paths(record) -> Picture:
    """A still picture of a PathRecord."""
    return Picture(WaysPlot(record).figure, sentence(record), alt(record))


@grammar.asked
def last_layer(record) -> Picture:
    """dW of the last block against the depth, pre- and post-norm."""
    axes = curves.axes(grammar.new_figure(), "‖dW‖ of the last block")
    unit, depths, labels = np.median(record.dW["pre"][0]), np.array(record.depths), []
    for place, look in (("pre", grammar.CURES["skip"]), ("post", grammar.CURES["layer"])):
        median = curves.curve(axes, depths, record.dW[place].T / unit, look)
        labels.append((median[-1], f"{place}-norm", look.color))
    axes.plot(depths, ((1 + 2 * depths[0]) / (1 + 2 * depths)) ** 0.5, **grammar.THEORY)
    axes.set(xscale="log", xlim=(depths[0] / 1.15, depths[-1] * 1.7), ylim=(0, None))
    curves.label_ends(axes, depths[-1], labels)
    axes.set_xticks(depths, depths)
    axes.set_xticks([], minor=True)
    axes.set_xlabel("blocks", fontsize=13)
    curves.legend(axes.figure, theory=True)
    return Picture(axes.figure, _last_sentence(record))


def _last_sentence(record) -> str:
    first, last = record.depths[0], record.depths[-1]
    by = {place: np.median(dW[-1]) / np.median(dW[0]) for place, dW in record.dW.items()}
    law = ((1 + 2 * first) / (1 + 2 * last)) ** 0.5
    pre = f"pre-norm {grammar.number(by['pre'])} (theory {grammar.number(law)}), post-norm {grammar.number(by['post'])}"
    networks = f"Medians of {grammar.count(record.dW['pre'].shape[1], 'network')}, width {record.width}"
    return f"From {first} to {last} blocks, dW of the last block is multiplied by: {pre}. {networks}."


@grammar.asked
def shattered(records) -> Picture:
    """How far along a line of inputs a gradient resembles itself: 1 is the same, 0 is noise.   lags : 5 or more."""
    require.whole("lags", min(len(r.correlation[0]) for r in records) - 1, 5)
    axes, labels = curves.axes(grammar.new_figure(), "correlation of the gradient with itself"), []
    lags = np.arange(records[0].correlation.shape[1])
    for record in records:
        look = grammar.cure(record.norm, record.skip, record.alpha)
        median = curves.curve(axes, lags, record.correlation, look)
        labels.append((median[-1], _path(record), look.color))
    axes.plot(lags[[0, -1]], [0, 0], **grammar.MARK)
    axes.set(xlim=(0, 1.6 * lags[-1]), ylim=(min(-0.3, axes.get_ylim()[0]), 1.02))
    curves.label_ends(axes, lags[-1], labels)
    axes.set_xticks(np.arange(0, lags[-1] + 1, 5))
    axes.set_xlabel(f"so many points on, of {records[0].points} on a line of inputs", fontsize=13)
    curves.legend(axes.figure)
    return Picture(axes.figure, _shattered_sentence(records))


def _path(record) -> str:
    """What a record's nets have beside their layers, and how much of it."""
    weaker = "" if isinstance(record.alpha, str) or record.alpha == 1 else f" × {record.alpha:g}"
    return grammar.cure(record.norm, record.skip, record.alpha).label + weaker


def _shattered_sentence(records) -> str:
    correlations = [np.median(record.correlation[:, (1, 5)], axis=0) for record in records]
    parts = [
        f"{_path(r)}: {next_to:z.1f} and {five:z.1f}" for r, (next_to, five) in zip(records, correlations, strict=True)
    ]
    first = records[0]
    nets = f"medians of {grammar.count(len(first.correlation), 'network')}, {first.depth} layers, width {first.width}"
    return f"Correlation of the gradient at neighbouring points, and five points apart: {'; '.join(parts)}; {nets}."


# --- in words -----------------------------------------------------------------------------------------------------


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
