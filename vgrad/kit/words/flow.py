"""A FlowRecord in words: one sentence for under the picture, and the text that stands for the picture itself."""

from __future__ import annotations

import numpy as np

from ..marks import grammar
from .phrases import TWO_SAMPLES, by_layer, fewer, lines, of_networks, predicted, size, so_it, whose


def sentence(record) -> str:
    """What a FlowRecord says: the finding and what went wrong; which networks they were; and how they differ."""
    findings = [*_findings(record), *_troubles(record)]
    units = ["Each column is a layer, and it is drawn with five units."] if record.view == "units" else []
    return lines(findings, _networks(record), [*units, *_spread(record), record.protocol])


def alt(record) -> str:
    """The picture in words: what is drawn, and the medians of five layers."""
    curves = [f"{name} relative to the last layer is {by_layer(record.relative[name])}" for name in record.shown]
    drawn = "; ".join(curves) or "no curve is switched on"
    units = "Columns of units, one for each layer, lit by dh. " if record.view == "units" else ""
    return (
        f"{units}Gradient by layer on a {record.scale} axis, {layers_of(record.net)}, {_weights(record.net)}: {drawn}."
    )


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


def _findings(record) -> list[str]:
    """For each gradient shown, the first layer against the last, and what follows; theory of the first of them."""
    if not record.shown:
        return [f"Nothing is shown of {counted(record.net)}, because dh, dz and dW are switched off."]
    if record.net.depth == 1:
        return [f"With {counted(record.net)}, the first is the last, and there is nothing to lose on the way."]
    return [_finding(name, record, first=k == 0) for k, name in enumerate(record.shown)]


def _finding(name: str, record, first: bool) -> str:
    ratio = record.relative[name].median[0]
    start = f"The gradient {name} at the first of {counted(record.net)}" if first else f"There {name}"
    if not np.isfinite(ratio):
        return f"{start} {_lost(getattr(record, name)[:, [0, -1]])}."
    told = size(ratio, "times that at the last" if first else "times that of the last layer")
    theory = record.theory[name][0]
    said = f"{start} is {told}, {so_it(ratio)}."
    return said + predicted(theory) if first else said


def counted(net) -> str:
    """The layers in short: "30 tanh layers"."""
    label = grammar.look(net.activation).label
    return f"{net.depth} {label} layer{'s' if net.depth > 1 else ''}"


def _lost(first_and_last) -> str:
    """Why most of the ratios that are no number are none, of the norms of the first and the last layer, (seeds, 2)."""
    over = ~np.isfinite(first_and_last).all(axis=1)
    nothing = ~over & (first_and_last[:, 1] == 0) & (first_and_last[:, 0] > 0)
    if nothing.sum() > over.sum():
        return "has nothing to be compared with, because at the last it is exactly 0"
    return "overflows"


def _networks(record) -> str:
    """How many networks, and of what kind."""
    net = record.net
    alpha = net.alpha if net.alpha in grammar.ALPHAS else net.branch_factor
    dressing = grammar.dressing(net.norm, net.skip, alpha)
    return f"{whose(net.seeds)}: {_weights(net)}{f', {dressing}' if dressing else ''}."


def _spread(record) -> list[str]:
    """How far the networks differ in the first gradient that is shown."""
    if not record.shown or record.net.seeds < 2:
        return []
    low, _, high = (row[0] for row in record.relative[record.shown[0]])
    if not (low > 0 and np.isfinite(high)):
        return []
    ends = f"from {grammar.number(low)} to {grammar.number(high)}"
    return [f"In the middle 80 % of the networks, {record.shown[0]} is {ends}."]


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
        return ["All weights are 0, and so nothing passes."]
    said = []
    if record.underflow:
        few = of_networks(record.underflow, net.seeds)
        said.append(f"In {few} it underflows, because {net.precision} has no number as small as that.")
    dead = record.silent - record.underflow
    if dead > 0:
        why = "a layer of dead units lets nothing through" if net.activation == "relu" else "slopes round to 0"
        said.append(f"In {of_networks(dead, net.seeds)} it is exactly 0, because {why}.")
    return said
