"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the gradient by layer.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.phrases import VERDICTS, five, lines, of_networks, points, size, verdict


def bars_sentence(records, quantity: str) -> str:
    """Which bars are too small to be seen, and the ratio of the first layer's to the last's for each activation."""
    hidden = sum(int((getattr(r, quantity) < 0.025 * getattr(r, quantity).max()).sum()) for r in records)
    name = "mean |dL/dz|" if quantity == "magnitudes" else f"‖{quantity}‖"
    ratios = ", ".join(
        f"{grammar.number(getattr(r, quantity)[0] / getattr(r, quantity)[-1])} for {grammar.look(r.activation).label}"
        for r in records
    )
    bars = len(records) * len(getattr(records[0], quantity))
    hides = f"on the linear axis {hidden} of {bars} bars are under 2.5 %"
    return f"{name}, each net's divided by its largest. First layer over last: {ratios}; {hides}."


def grid_sentence(records) -> str:
    """How many of many pairs vanish, explode and hold, and which activations do so whatever the initialization."""
    verdicts = [verdict(record.ratio) for record in records]
    counts = ", ".join(f"{verdicts.count(word)} {words}" for word, words in VERDICTS.items() if word in verdicts)
    by_activation = {}
    for record, word in zip(records, verdicts, strict=True):
        by_activation.setdefault(grammar.look(record.net.activation).label, set()).add(word)
    always = [
        f"{', '.join(names)} {words if len(names) > 1 else word} in every row"
        for word, words in VERDICTS.items()
        if (names := [name for name, found in by_activation.items() if found == {word}])
    ]
    pairs = f"{len(records)} pairs of activation and initialization, {records[0].net.depth} layers"
    return "; ".join([f"{pairs}: {counts}", *always]) + "."


def spread_sentence(records, by: str) -> str:
    """How far the networks of each record lie apart, and how many of them pass nothing."""
    parts = []
    for record in records:
        low, median, high = (grammar.number(row[0]) for row in record.relative["dh"])
        silent = f", {of_networks(record.silent, record.net.seeds)} exactly 0" if record.silent else ""
        parts.append(f"{by} {getattr(record.net, by)}: median {median}, 8 in 10 from {low} to {high}{silent}")
    networks = " or ".join(map(str, sorted({record.net.seeds for record in records})))
    networks += " network each" if networks == "1" else " networks each"
    return f"The first layer's dh relative to the last's, {networks}. {'; '.join(parts)}."


def distribution_sentence(record) -> str:
    """Where most entries of the first layer's gradient lie, and which of them are exactly 0 or not finite."""
    net = record.net
    layers = grammar.count(net.depth, f"{grammar.look(net.activation).label} layer")
    networks = grammar.count(net.seeds, "network")
    samples = grammar.count(net.batch, "sample")
    protocol = f"All entries of {networks}: width {net.width}, {samples}, {net.precision}."
    troubles = [
        f"{share:.0%} of them are {what}."
        for share, what in ((record.zeros[0], "exactly 0"), (record.broken[0], "no longer finite"))
        if 0 < share < 1
    ]
    finding = f"At the first of {layers}, {_where(*record.quantiles[:, 0])}"
    return lines([finding, *troubles], protocol, "An entry is relative to the root mean square at the last layer.")


def _where(low: float, median: float, high: float) -> str:
    """Where the entries of one layer lie, of three of their quantiles."""
    if not np.isfinite(high):
        return "entries of dh overflow."
    if high == 0:
        return "at least 9 of 10 entries of dh are exactly 0."
    return f"the median entry of dh is {size(median)}. Of 10 entries, 8 lie between {size(low)} and {size(high)}."


def distribution_alt(record) -> str:
    """The violins in words: the medians of five layers."""
    layers = five(1, record.net.depth)
    told = points([record.quantiles[1, k - 1] for k in layers], layers, "at layer")
    return f"A violin for each layer, as wide as there are entries of dh of that size. The median size is {told}."
