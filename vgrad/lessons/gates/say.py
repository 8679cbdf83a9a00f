"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the gates of LSTM and GRU.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.cells import CELLS
from ...kit.words.phrases import five, medians, points, verdict


def reach_sentence(records) -> str:
    """Say which net keeps its gradient best and which worst, and then what arrives at the first state in each."""
    one = records[0]
    first = [(f"the {_net_in_words(record)}", record.ratio) for record in records]
    ordered = sorted(first, key=lambda net: _away(net[1]))
    worst = "" if len(records) == 1 else f" {_keeps(*ordered[-1])}."
    nets = f"{medians(one.seeds).capitalize()}, width {one.width}, inputs of size {one.sigma:g}."
    each = "; ".join(f"{short_name(record, records)} {grammar.number(record.ratio)}" for record in records)
    how = f"Of the gradient of the last h, so much reaches the first state: {each}."
    return f"{_best(*ordered[0], one.T)}{worst}\n{nets}\n{how}"


def short_name(record, records) -> str:
    """Return what tells a record's net from those of the other ``records``, as it is written at its curve."""
    if record.cell not in ("lstm", "gru"):
        return CELLS[record.cell].label
    bias = {"alone": f"forget bias {record.bias:g}", "chrono": "chrono biases"}.get(
        record.mode, f"forget {record.bias:g}, input {0 - record.bias:g}"
    )
    bias = f"update bias {record.bias:g}" if record.cell == "gru" else bias
    alike = all(other.cell == record.cell for other in records)
    return bias if alike else f"{CELLS[record.cell].label}, {bias}"


def sentence(record) -> str:
    """Say of a GatesRecord: which net keeps its gradient best, the networks, and the LSTM's two parts."""
    ordered = sorted(_first(record), key=lambda net: _away(net[1]))
    finding = f"{_best(*ordered[0], record.T - 1)} {_keeps(*ordered[1])}, and {_keeps(*ordered[2], capital=False)}."
    biases = f"{_bias(record.forget_bias, record.mode)}, update bias {record.update_bias:g}".capitalize()
    protocol = f"{biases}, network {record.seed}, width {record.width}, inputs of size {record.sigma:g}."
    over = f"Measured is the Jacobian of the last state by the first, over {grammar.count(record.batch, 'sample')}."
    size = "Its size is given over that of the identity."
    parts = [grammar.number(getattr(record, name)[0]) for name in ("highway", "gates", "total")]
    split = "Along the LSTM's cell state, {} comes by the highway, {} by detours through the gates, and {} in all."
    return f"{finding}\n{protocol}\n{over} {size} {split.format(*parts)}"


def alt(record) -> str:
    """Say in words what the picture shows."""
    places = five(1, record.T)
    rows = {CELLS[cell].label: kept for cell, kept in record.kept.items()}
    rows |= {"the LSTM's highway": record.highway, "its detours": record.gates}
    said = "; ".join(f"{name}: {points(row[np.array(places) - 1], places, 'at step')}" for name, row in rows.items())
    drawn = "A row of lit cells for each net, a cell for each step, and the LSTM's highway as a band with detours"
    return f"{drawn}. {said}."


def _first(record) -> list[tuple[str, float]]:
    """Each net of a GatesRecord, and what the first step has of its gradient."""
    return [(f"the {CELLS[cell].label}", float(kept[0])) for cell, kept in record.kept.items()]


def _best(net: str, size: float, steps: int) -> str:
    over = f"Over {grammar.count(steps, 'step')}, {net} keeps its gradient best"
    share = f"{grammar.number(size)} of it" if size < 1 else _times(size)
    return f"{over}: {share} reaches the first, so it {verdict(size)}."


def _keeps(net: str, size: float, capital: bool = True) -> str:
    words = f"{net} keeps {grammar.number(size) if size < 1 else _times(size)}"
    return words[0].upper() + words[1:] if capital else words


def _times(size: float) -> str:
    return f"{grammar.number(size)} times as much" if np.isfinite(size) else "more than float64 holds"


def _away(size: float) -> float:
    """How many decades a size is away from 1."""
    decades = abs(float(grammar.decades(size)))
    return decades if np.isfinite(decades) else np.inf


def _bias(bias: float, mode: str) -> str:
    """What opens an LSTM, in words."""
    alone = f"forget bias {bias:g}"
    return {"alone": alone, "chrono": "chrono biases"}.get(mode, f"{alone} and input bias {0 - bias:g}")


def _net_in_words(record) -> str:
    label = CELLS[record.cell].label
    if record.cell == "gru":
        return f"{label} with update bias {record.bias:g}"
    return f"{label} with {_bias(record.bias, record.mode)}" if record.cell == "lstm" else label
