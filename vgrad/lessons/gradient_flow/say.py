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
    counts = [f"{count} {words if count > 1 else word}" for word, words in VERDICTS.items()
              if (count := verdicts.count(word))]  # fmt: skip
    by_activation = {}
    for record, word in zip(records, verdicts, strict=True):
        by_activation.setdefault(grammar.look(record.net.activation).label, set()).add(word)
    always = [
        f" With every initialization here, {joined(names)} {words if len(names) > 1 else word}."
        for word, words in VERDICTS.items()
        if (names := [name for name, found in by_activation.items() if found == {word}])
    ]
    finding = f"Of {grammar.count(len(records), 'pair')} of activation and initialization, {joined(counts)}."
    return f"{finding}{''.join(always)}\n{_protocol(records)}"


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
    return f"A table of the decades that the gradient loses or gains on its way back to layer 1. {said}."


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
