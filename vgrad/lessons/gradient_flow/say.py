"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the gradient by layer.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.phrases import VERDICTS, five, lines, of_networks, points, size, verdict

DIFFERS = 0.5  # decades between theory and what was measured, which is a factor of 3
ZERO = "▼ 0"
OVER = "▲ ∞"


def bars_sentence(records, quantity: str) -> str:
    """The first layer's bar divided by the last layer's for each activation, and how many bars can hardly be seen."""
    hidden = sum(int((getattr(r, quantity) < 0.025 * getattr(r, quantity).max()).sum()) for r in records)
    ratios = [
        f"{grammar.number(getattr(r, quantity)[0] / getattr(r, quantity)[-1])} with {grammar.look(r.activation).label}"
        for r in records
    ]
    bars = len(records) * len(getattr(records[0], quantity))
    first = f"The first layer's bar, divided by the last layer's bar, is {joined(ratios)}."
    hides = f"On the linear axis, {hidden} of {bars} bars are under 2.5 % of the highest, so they can hardly be seen."
    return lines([first, hides], f"One network for each activation: {_bar(quantity)}, divided by its largest.")


def bars_alt(records, quantity: str) -> str:
    """The bars in words: those of five layers, for each activation."""
    told = []
    for record in records:
        sizes = getattr(record, quantity) / getattr(record, quantity).max()
        layers = five(1, len(sizes))
        told.append(
            f"{grammar.look(record.activation).label} {points(sizes[np.subtract(layers, 1)], layers, 'at layer')}"
        )
    return (
        f"Bars of {_bar(quantity)}, divided by its largest, on a linear and on a logarithmic axis: {'; '.join(told)}."
    )


def _bar(quantity: str) -> str:
    """What a bar shows."""
    return "mean |dz|" if quantity == "magnitudes" else f"‖{quantity}‖"


def grid_sentence(records) -> str:
    """How many of many pairs vanish, explode and hold."""
    verdicts = [verdict(record.ratio) for record in records]
    counts = [f"{count} {words if count > 1 else word}" for word, words in VERDICTS.items()
              if (count := verdicts.count(word))]  # fmt: skip
    finding = f"Of {grammar.count(len(records), 'pair')} of activation and initialization, {joined(counts)}."
    return f"{finding}\n{_protocol(records)}"


def _protocol(records) -> str:
    """What was measured of each pair, in the numbers that they have."""
    nets = [record.net for record in records]
    depth, width, seeds = (joined(sorted({getattr(net, of) for net in nets})) for of in ("depth", "width", "seeds"))
    networks = "1 network" if seeds == "1" else f"{seeds} networks"
    return f"Each network has {depth} {'layer' if depth == '1' else 'layers'} of {width} units. Medians of {networks}."


def grid_alt(records, columns: int) -> str:
    """Say in words what is in the table, row by row."""
    rows = [records[k : k + columns] for k in range(0, len(records), columns)]
    said = ". ".join("; ".join(map(_said, row)) for row in rows)
    return f"A table of the decades that the gradient loses or gains in the backward pass to layer 1. {said}."


def _said(record) -> str:
    theory = differing_theory(record)
    beside = "" if theory is None else f" (theory {in_cell(theory)})"
    marks = {ZERO: "exactly 0", OVER: "not finite"}
    cell = in_cell(first_decades(record))
    return f"{pair(record)} {marks.get(cell, cell)}{beside}"


def pair(record) -> str:
    """Return the activation and the initialization of a record, such as "ReLU, He normal"."""
    return f"{grammar.look(record.net.activation).label}, {grammar.title(record.net.scheme)}"


def first_decades(record) -> float:
    """Return log10 of the median ‖dh_1‖ / ‖dh_depth‖: -inf of 0, and NaN or inf where it is not finite."""
    return float(grammar.decades(record.ratio))


def differing_theory(record) -> float | None:
    """Return theory's decades if they differ visibly from those that were measured, and None otherwise."""
    theory = float(grammar.decades(record.theory["dh"][0]))
    near = abs(theory - first_decades(record)) < DIFFERS
    return None if near or not np.isfinite(theory) else theory


def in_cell(decades: float) -> str:
    """Return decades as a table shows them, or the mark of what is exactly 0 or no longer finite."""
    if np.isneginf(decades):
        return ZERO
    return OVER if not np.isfinite(decades) else f"{decades:+.1f}".replace("-0.0", "0.0").replace("+0.0", "0.0")


def joined(parts) -> str:
    """Return a list in words: "4", "4 and 5", "4, 5 and 6"."""
    *others, last = map(str, parts)
    return f"{', '.join(others)} and {last}" if others else last


def spread_sentence(records, by: str) -> str:
    """What the first layer receives in the networks of the first and of the last column."""
    ends = [records[0], records[-1]] if len(records) > 1 else [records[0]]
    nets = [record.net for record in records]
    networks = joined(sorted({net.seeds for net in nets}))
    each = "" if networks == "1" else "s"
    layers = joined(sorted({net.depth for net in nets}))
    labels = joined(dict.fromkeys(grammar.look(net.activation).label for net in nets))
    schemes = joined(dict.fromkeys(grammar.title(net.scheme) for net in nets))
    of_what = f"{layers} {labels} {'layer' if layers == '1' else 'layers'}, {schemes}"
    return lines([_column(record, by) for record in ends], f"{networks} network{each} in each column: {of_what}.")


def _column(record, by: str) -> str:
    """What the networks of one column give to their first layers."""
    start = f"At {by} {getattr(record.net, by)}, the first layer receives"
    if record.silent:
        return f"{start} exactly 0 in {of_networks(record.silent, record.net.seeds)}."
    low, _, high = (row[0] for row in record.relative["dh"])
    if not np.isfinite(high):
        return f"{start} in some networks what is not finite."
    low, high = grammar.number(low), grammar.number(high)
    return f"{start} {low} to {high} of the last layer's dh in the middle 80 % of the networks."


def spread_alt(records, by: str) -> str:
    """The columns in words: their median, where the middle 80 % of the networks lie, and how many pass nothing."""
    parts = []
    for record in records:
        low, median, high = (grammar.number(row[0]) for row in record.relative["dh"])
        silent = f", {of_networks(record.silent, record.net.seeds)} exactly 0" if record.silent else ""
        parts.append(f"{by} {getattr(record.net, by)}: median {median}, middle 80 % from {low} to {high}{silent}")
    return f"A dot for each network, which is its first layer's dh relative to its last. {'; '.join(parts)}."


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
