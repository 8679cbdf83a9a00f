"""A FlowRecord in words: one sentence for under the picture, and the text that stands for the picture itself."""

from __future__ import annotations

import numpy as np

from ..marks import grammar
from .phrases import TWO_SAMPLES, beside, by_layer, fewer, of_networks, size, verdict, whose


def sentence(record) -> str:
    """What a FlowRecord says: first the finding, then what went wrong, which networks they were, and the protocol."""
    finding = f"{layers_of(record.net)}: {_findings(record)}."
    return " ".join([finding, *_troubles(record), f"{_networks(record)}.", f"Protocol: {record.protocol}."])


def alt(record) -> str:
    """The picture in words: what is drawn, and the medians of five layers."""
    curves = [f"{name} relative to the last layer is {by_layer(record.relative[name])}" for name in record.shown]
    drawn = "; ".join(curves) or "no curve is switched on"
    return f"Gradient by layer on a {record.scale} axis, {layers_of(record.net)}, {_weights(record.net)}: {drawn}."


def layers_of(net) -> str:
    """How many layers of what, and what stands beside them: "30 layers of ReLU with batch norm"."""
    alpha = net.alpha if net.alpha in grammar.ALPHAS else net.branch_factor
    dressing = grammar.dressing(net.norm, net.skip, alpha)
    return plain_layers(net) + (f" with {dressing}" if dressing else "")


def plain_layers(net) -> str:
    """How many layers of what: "30 layers of ReLU"."""
    return f"{grammar.count(net.depth, 'layer')} of {grammar.look(net.activation).label}"


def whose_weights(record) -> str:
    """How many networks, and with what weights and biases: "Median of 8 networks: width 64, σ_w 1.5, σ_b 0.2, ..."."""
    net = record.net
    gain = "" if net.gain == 1 else f" × {net.gain:g}"
    scheme = "" if net.scheme == "scaled_normal" else f"{grammar.title(net.scheme)}{gain}, "
    of_what = f"width {net.width}, {scheme}σ_w {record.sigma_w:.3g}, σ_b {record.sigma_b:.3g}"
    return f"{whose(net.seeds)}: {of_what}, {net.batch} samples"


def _weights(net) -> str:
    gain = "" if net.gain == 1 else f" × {net.gain:.4g}"
    samples = grammar.count(net.batch, "sample")
    return f"width {net.width}, {grammar.title(net.scheme)}{gain}, {samples}, {net.precision}"


def _findings(record) -> str:
    """For each gradient shown: first layer against last, theory beside it, and the verdict."""
    if not record.shown:
        return "nothing is shown; switch on dh, dz or dW"
    if record.net.depth == 1:
        return "with a single layer, the first is the last, and there is nothing to lose on the way"
    return "; ".join(_finding(name, record, first=k == 0) for k, name in enumerate(record.shown))


def _finding(name: str, record, first: bool) -> str:
    ratio = record.relative[name].median[0]
    start = f"the first layer's {name}" if first else name
    if not np.isfinite(ratio):
        return f"{start} {_lost(getattr(record, name)[:, [0, -1]])}"
    told = size(ratio, "of the last's" if first else "") + beside(record.theory[name][0])
    word = verdict(ratio)
    return f"{start} is {told}: it {_nearly(ratio) if word == 'holds' else ''}{word}"


def _lost(first_and_last) -> str:
    """Why most of the ratios that are no number are none, of the norms of the first and the last layer, (seeds, 2)."""
    over = ~np.isfinite(first_and_last).all(axis=1)
    nothing = ~over & (first_and_last[:, 1] == 0) & (first_and_last[:, 0] > 0)
    if nothing.sum() > over.sum():
        return "has nothing to be compared with, as the last layer's is exactly 0"
    return "overflows"


def _nearly(ratio: float) -> str:
    if ratio == 0 or 1 / 3 < ratio < 3:
        return ""
    return "shrinks, but " if ratio < 1 else "grows, but "


def _networks(record) -> str:
    """How many networks, of what kind, and how far they differ."""
    spread = ""
    if record.shown and record.net.seeds > 1:
        low, _, high = (row[0] for row in record.relative[record.shown[0]])
        if low > 0 and np.isfinite(high):
            spread = f"; {record.shown[0]} of 8 in 10 from {grammar.number(low)} to {grammar.number(high)}"
    return f"{whose(record.net.seeds)}: {_weights(record.net)}{spread}"


def _troubles(record) -> list[str]:
    """What a precision, a dead unit or the work budget did, if anything."""
    net = record.net
    said = [*_broken(record), *_silenced(record)]
    subnormal = record.entries.subnormals[0]
    if subnormal >= 0.005 and not record.silent:
        said.append(f"At the first layer {subnormal:.0%} of it is subnormal in {net.precision}.")
    if (net.norm or "").startswith("batch") and net.batch == 2:
        said.append(TWO_SAMPLES)
    return said + fewer(record.seeds_asked, net.seeds)


def _broken(record) -> list[str]:
    """Where h and the gradient are no longer finite."""
    said = []
    if record.overflow:
        said.append(f"Going forward, {record.net.precision} overflows at layer {record.overflow}.")
    broken = np.flatnonzero((record.entries.infs > 0) | (record.entries.nans > 0))
    if broken.size:
        said.append(f"Coming back, some of the gradient is no longer finite at layer {broken[-1] + 1}.")
    return said


def _silenced(record) -> list[str]:
    """Why the gradient became exactly 0, and in how many networks."""
    net = record.net
    if net.gain == 0:
        return ["All weights are 0, so nothing passes."]
    said = []
    if record.underflow:
        few = of_networks(record.underflow, net.seeds)
        said.append(f"In {few} it is too small for {net.precision} and becomes 0: underflow.")
    dead = record.silent - record.underflow
    if dead > 0:
        why = "a layer of dead units lets nothing through" if net.activation == "relu" else "slopes round to 0"
        said.append(f"In {of_networks(dead, net.seeds)} {why}: the gradient is exactly 0.")
    return said
