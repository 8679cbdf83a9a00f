"""The clinic's patient as columns of units, with what is known of each of them.

The columns get their colour by the gradient profile, and a row of numbers below them. A mark in a unit says that its
slope is flat, that it is a copy of another unit, or that its gradient is lost by the precision of training.
"""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection

from ....kit.marks import grammar, heatmap

CARD = 2.55  # inches, what the list and the stamp take
LETTERS = 13
UNITS = 7  # that are drawn of each layer
UNKNOWN = "#e4e4e4"  # of a unit before the profile
MOST = (2, 4, 8, 12)  # decades of the colours
MARKS = {  # of a unit: the test that shows it, its mark, and what that means; by the field of a File
    "flat": ("activations", "x", "× flat"),
    "equal": ("updates", "$=$", "= copies"),
    "lost": ("profile", "$0$", "0 lost"),
}
LINES = {"x": 1.6}  # the width of a mark's lines
WAYS = {  # what stands below the columns, by whether the gradient is known before training, and in training
    (False, False): "what does the gradient do?  order the gradient profile",
    (True, False): "◀  decades of the gradient, on its way back from the last layer",
    (False, True): "◀  decades of the gradient after 10 steps of training",
    (True, True): "◀  decades of the gradient, before training and after 10 steps of it",
}


def columns(page, record):
    """Draw a column of units for each layer, with marks and numbers as far as tests are ordered; return the dots."""
    file = record.file
    depth = len(file.dh)
    left, width, low, high = CARD + 0.45, 5.6, 3.02, 4.16
    step = min(width / depth, 0.75)
    x = left + width / 2 + step * (np.arange(depth) - (depth - 1) / 2)
    y = np.linspace(low, high, UNITS)
    ends = [(k, i, j) for k in range(depth - 1) for i in range(UNITS) for j in (i - 1, i, i + 1) if 0 <= j < UNITS]
    lines = [((x[k], y[i]), (x[k + 1], y[j])) for k, i, j in ends]
    page.add_collection(LineCollection(lines, colors="#d4d4d4", linewidths=0.8, zorder=0))
    known = "profile" in record.ordered
    decades = grammar.decades(file.dh)
    colors = _colors(decades) if known else np.tile(heatmap.colours(np.zeros(1), 2), (depth, 1))
    places = np.array([(at, unit) for at in x for unit in y])
    face = np.repeat(colors, UNITS, axis=0) if known else UNKNOWN
    dots = page.scatter(*places.T, s=120, c=face, edgecolors=grammar.FAINT, linewidths=0.9)
    marks = [_marked(page, places, record, name) for name in MARKS]
    said = dict(ha="center", va="center", fontsize=LETTERS)
    page.text(x[0], high + 0.25, "layer 1", **said)
    page.text(x[-1], high + 0.25, f"layer {depth}", **said)
    page.text(x.mean(), high + 0.25, "   ".join(filter(None, marks)), color=grammar.FAINT, **(said | dict(fontsize=12)))
    rows = [grammar.decades(file.later)] if "later" in record.ordered else []
    _below(page, x, low - 0.26, [decades, *rows] if known else rows, WAYS[known, bool(rows)])
    return dots


def _marked(page, places, record, name: str) -> str | None:
    """Mark the share of each layer's units that has this sign, if its test was ordered; return what the mark means."""
    test, marker, meaning = MARKS[name]
    shares = np.nan_to_num(getattr(record.file, name))
    several = np.array([unit < round(UNITS * share) for share in shares for unit in range(UNITS)])
    if test not in record.ordered or not several.any():
        return None
    page.scatter(*places[several].T, s=62, marker=marker, color=grammar.INK, linewidths=LINES.get(marker, 0.4))
    return meaning


def _below(page, x, y: float, rows: list, words: str) -> None:
    """The decades of each column in a row or two, and which way the gradient goes, or a question before any test."""
    for decades in rows:
        for k in range(0, len(x), 1 if len(x) <= 10 else 2):
            ink = grammar.VANISHING if decades[k] < -grammar.HEALTHY else grammar.INK
            ink = grammar.EXPLODING if not decades[k] <= grammar.HEALTHY else ink
            page.text(x[k], y, _decade(decades[k]), ha="center", va="center", fontsize=LETTERS, color=ink)
        y -= 0.22
    page.text(x.mean(), y, words, ha="center", **(faint() | dict(fontsize=12 if rows else LETTERS)))


def _decade(decade: float) -> str:
    if np.isneginf(decade):
        return "▼ 0"
    return f"{decade:+.1f}" if np.isfinite(decade) else "▲ ∞"


def _colors(decades):
    largest = np.max(np.abs(decades), where=np.isfinite(decades), initial=0)
    return heatmap.colours(decades, grammar.up_to(largest, MOST))


def faint() -> dict:
    """Return the style of words that stand where nothing is known yet."""
    return dict(va="center", fontsize=LETTERS, color=grammar.FAINT, style="italic")
