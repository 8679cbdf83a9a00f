"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the gates of LSTM and GRU.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.cells import CELLS
from ...kit.words.phrases import five, lines, points, verdict, whose

STARTS = {"xavier": "Xavier", "pytorch": "PyTorch", "keras": "Keras"}


def reach_sentence(records) -> str:
    """Say which net keeps its gradient best and which worst, and then what arrives at the first state in each."""
    one = records[0]
    first = [(f"the {_net_in_words(record)}", record.ratio) for record in records]
    ordered = sorted(first, key=lambda net: _away(net[1]))
    worst = "" if len(records) == 1 else f"{_capital(_keeps(*ordered[-1]))}."
    nets = f"{whose(one.seeds)}, width {one.width}, inputs of size {one.sigma:g}."
    each = "; ".join(f"{grammar.number(record.ratio)} with {short_name(record, records)}" for record in records)
    state = "state, which is h and c in an LSTM" if any(record.cell == "lstm" for record in records) else "state"
    how = f"A gradient is sent from the last h. This share of it reaches the first {state}: {each}."
    return lines((_best(*ordered[0], one.T), worst), nets, how)


def short_name(record, records) -> str:
    """Return what tells a record's net from those of the other ``records``, as it is written at its curve."""
    if record.default != "xavier" or record.cell not in ("lstm", "gru"):
        return _net_in_words(record)
    bias = {"alone": f"forget bias {record.bias:g}", "chrono": "chrono biases"}.get(
        record.mode, f"forget {record.bias:g}, input {0 - record.bias:g}"
    )
    bias = f"update bias {record.bias:g}" if record.cell == "gru" else bias
    alike = all(other.cell == record.cell for other in records)
    return bias if alike else f"{CELLS[record.cell].label}, {bias}"


def sentence(record) -> str:
    """Say of a GatesRecord: which net keeps its gradient best, the networks, and the LSTM's two parts."""
    best, *others = sorted(_first(record), key=lambda net: _away(net[1]))
    second, third = (_keeps(*net) for net in others)
    finding = _best(*best, record.T - 1), f"{_capital(second)}, and {third}."
    biases = f"{_bias(record.forget_bias, record.mode)}, update bias {record.update_bias:g}".capitalize()
    protocol = f"{biases}, network {record.seed}, width {record.width}, inputs of size {record.sigma:g}."
    over = grammar.count(record.batch, "sample")
    what = f"What is kept is the share of a random gradient of the last state, as a root mean square over {over}."
    parts = [grammar.number(getattr(record, name)[0]) for name in ("highway", "gates", "total")]
    split = "From the LSTM's last c alone to its first c, "
    split += "{} comes along the highway alone, {} along all paths with a detour, and {} in total."
    return lines(finding, protocol, (what, split.format(*parts)))


def alt(record) -> str:
    """Say in words what the picture shows."""
    places = five(1, record.T)
    rows = {CELLS[cell].label: kept for cell, kept in record.kept.items()}
    rows |= {"the LSTM's highway": record.highway, "its paths with a detour": record.gates}
    said = "; ".join(f"{name}: {points(row[np.array(places) - 1], places, 'at step')}" for name, row in rows.items())
    drawn = "A row of lit cells for each net, a cell for each step, and the LSTM's highway as a band with detours"
    return f"{drawn}. {said}."


def _first(record) -> list[tuple[str, float]]:
    """Each net of a GatesRecord, and what the first step has of its gradient."""
    return [(f"the {CELLS[cell].label}", float(kept[0])) for cell, kept in record.kept.items()]


def _best(net: str, size: float, steps: int) -> str:
    over = f"over {grammar.count(steps, 'step')}"
    if size < 1:
        kept = f"{net} keeps {grammar.number(size)} of its gradient {over}"
    else:
        kept = f"{net} makes its gradient {_times(size)} {over}"
    return f"{_capital(kept)}, so the gradient {verdict(size)}."


def _keeps(net: str, size: float) -> str:
    return f"{net} keeps {grammar.number(size)}" if size < 1 else f"{net} makes it {_times(size)}"


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _times(size: float) -> str:
    return f"{grammar.number(size)} times as large" if np.isfinite(size) else "larger than float64 can hold"


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
    if record.default != "xavier":
        added = f" and {record.bias:g} added to its bias" if record.bias else ""
        return f"{label} with the default of {STARTS[record.default]}{added}"
    if record.cell == "gru":
        return f"{label} with update bias {record.bias:g}"
    return f"{label} with {_bias(record.bias, record.mode)}" if record.cell == "lstm" else label


def defaults_sentence(record) -> str:
    """Say how often the gradient vanishes, and at how many sizes of the inputs the LSTM keeps more than the RNN."""
    cases = record.medians.ravel()
    vanished = sum(verdict(size) == "vanishes" for size in cases)
    over = grammar.count(record.T, "step")
    counted = f"In {vanished} of {len(cases)} cases, the median gradient vanishes over {over}."
    rnn, lstm = (record.medians[..., record.cells.index(cell)] for cell in ("rnn", "lstm"))
    counts = dict(zip(record.defaults, (lstm > rnn).sum(axis=1), strict=True))
    first, *others = counts.items()
    sizes = grammar.count(len(record.sigmas), "input size")
    wins = f"With {STARTS[first[0]]}'s weights, the LSTM keeps more than the RNN at {first[1]} of {sizes}"
    *more, last = (f"with {STARTS[default]}'s at {count} of {len(record.sigmas)}" for default, count in others)
    wins = f"{', '.join([wins, *more])} and {last}."
    protocol = f"{whose(record.seeds)} in bold, and the smallest and the largest, width {record.width}."
    return lines((counted, wins), protocol)


def defaults_alt(record) -> str:
    """Say in words what is in the table, row by row."""
    names = [CELLS[cell].label for cell in record.cells]
    rows = []
    for default, medians_of in zip(record.defaults, record.medians, strict=True):
        for sigma, row in zip(record.sigmas, medians_of, strict=True):
            numbers = ", ".join(f"{name} {grammar.number(size)}" for name, size in zip(names, row, strict=True))
            rows.append(f"{STARTS[default]}, inputs of size {sigma:g}: {numbers}")
    return f"A table of what reaches the first state of each cell. {'; '.join(rows)}."
