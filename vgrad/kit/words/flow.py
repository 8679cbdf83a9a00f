"""A flow record in words: one sentence for under the picture, and the text that stands for the picture itself."""

from __future__ import annotations

import numpy as np

from ..marks import grammar
from .phrases import fewer, of_networks, verdict, whose


@grammar.asked
def sentence(record) -> str:
    """What a flow record says: first the finding, then what went wrong, which networks they were, and the protocol."""
    look, layers = grammar.look(record.activation), grammar.count(record.depth, "layer")
    dressing = grammar.dressing(record.norm, record.skip, record.alpha)
    finding = f"{layers} of {look.label}{f' with {dressing}' if dressing else ''}: {_findings(record)}."
    return " ".join([finding, *_troubles(record), f"{_networks(record)}.", f"Protocol: {record.protocol}."])


@grammar.asked
def alt(record) -> str:
    """The picture in words: what is drawn, and the medians of five layers."""
    layers = np.unique(np.linspace(1, record.depth, 5).round().astype(int))
    curves, look = [], grammar.look(record.activation)
    for name in record.shown:
        points = ", ".join(f"{grammar.number(record.relative[name].median[k - 1])} at layer {k}" for k in layers)
        curves.append(f"{name} relative to the last layer is {points}")
    drawn = "; ".join(curves) or "no curve is switched on"
    dressing = grammar.dressing(record.norm, record.skip, record.alpha)
    layers = f"{grammar.count(record.depth, 'layer')} of {look.label}{f' with {dressing}' if dressing else ''}"
    return f"Gradient by layer on a {record.scale} axis, {layers}, {_net(record)}: {drawn}."


def _net(record) -> str:
    gain = "" if record.gain == 1 else f" × {record.gain:.4g}"
    samples = grammar.count(record.batch, "sample")
    return f"width {record.width}, {grammar.title(record.scheme)}{gain}, {samples}, {record.precision}"


def _findings(record) -> str:
    """For each gradient shown: first layer against last, theory beside it, and the verdict."""
    if not record.shown:
        return "nothing is shown; switch on dh, dz or dW"
    if record.depth == 1:
        return "with a single layer, the first is the last, and there is nothing to lose on the way"
    return "; ".join(_finding(name, record, first=k == 0) for k, name in enumerate(record.shown))


def _finding(name: str, record, first: bool) -> str:
    ratio, theory = record.relative[name].median[0], record.theory[name][0]
    start = f"the first layer's {name}" if first else name
    if not np.isfinite(ratio):
        first_and_last = getattr(record, name)[:, [0, -1]]
        lost = np.isfinite(first_and_last).all(axis=1) & (first_and_last[:, 1] == 0) & (first_and_last[:, 0] > 0)
        over = ~np.isfinite(first_and_last).all(axis=1)
        nothing = "has nothing to be compared with, as the last layer's is exactly 0"
        return f"{start} {nothing if lost.sum() > over.sum() else 'overflows'}"
    size = "exactly 0" if ratio == 0 else grammar.number(ratio) + (" of the last's" if first else "")
    ours = f" (theory {grammar.number(theory)})" if np.isfinite(theory) else ""
    nearly = "" if ratio == 0 or 1 / 3 < ratio < 3 else "shrinks, but " if ratio < 1 else "grows, but "
    word = verdict(ratio)
    return f"{start} is {size}{ours}: it {nearly if word == 'holds' else ''}{word}"


def _networks(record) -> str:
    """How many networks, of what kind, and how far they differ."""
    spread = ""
    if record.shown and record.seeds > 1:
        low, _, high = (row[0] for row in record.relative[record.shown[0]])
        if low > 0 and np.isfinite(high):
            spread = f"; {record.shown[0]} of 8 in 10 from {grammar.number(low)} to {grammar.number(high)}"
    return f"{whose(record.seeds)}: {_net(record)}{spread}"


def _troubles(record) -> list[str]:
    """What a precision, a dead unit or the work budget did, if anything."""
    said, entries = [], record.entries
    if record.overflow:
        said.append(f"Going forward, {record.precision} overflows at layer {record.overflow}.")
    broken = np.flatnonzero((entries.infs > 0) | (entries.nans > 0))
    if broken.size:
        said.append(f"Coming back, some of the gradient is no longer finite at layer {broken[-1] + 1}.")
    if record.gain == 0:
        said.append("All weights are 0, so nothing passes.")
    elif record.underflow:
        said.append(
            f"In {of_networks(record.underflow, record)} it is too small for {record.precision} "
            "and becomes 0: underflow."
        )
    dead = record.silent - record.underflow
    if dead > 0 and record.gain:
        why = "a layer of dead units lets nothing through" if record.activation == "relu" else "slopes round to 0"
        said.append(f"In {of_networks(dead, record)} {why}: the gradient is exactly 0.")
    if entries.subnormals[0] >= 0.005 and not record.silent:
        said.append(f"At the first layer {entries.subnormals[0]:.0%} of it is subnormal in {record.precision}.")
    if (record.norm or "").startswith("batch") and record.batch == 2:
        said.append("Two samples are the fewest that batch norm can work on, and it leaves of each unit only a sign.")
    return said + fewer(record.seeds_asked, record.seeds)
