"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the gates of LSTM and GRU.
"""

from __future__ import annotations

from ...kit.marks import grammar
from ...kit.words.cells import CELLS, cell_label, record_label
from ...kit.words.phrases import medians, verdict


def reach_sentence(records) -> str:
    """Say what arrives at the first state, in each net, and the verdict."""
    parts = [_kept(record_label(record), record.ratio) for record in records]
    one = records[0]
    nets = f"{medians(one.seeds)}, width {one.width}, inputs of size {one.sigma:g}"
    return f"After {one.T} steps back, of the gradient of the last h {'; '.join(parts)}; {nets}."


def sentence(record) -> str:
    """Say of a GatesRecord: what arrives in each cell, the LSTM's two parts, and the networks."""
    found = "; ".join(_kept(name, ratio) for name, ratio in _ends(record))
    parts = [grammar.number(getattr(record, name)[0]) for name in ("highway", "gates", "total")]
    split = "Of the LSTM's last c by its first, {} comes along the highway, {} through the gates, {} in all."
    found = f"Of the last state by the first, {grammar.count(record.T - 1, 'step')} apart: {found}."
    return " ".join([found, split.format(*parts), _net(record)])


def alt(record) -> str:
    """Say in words what the picture shows."""
    half = record.T // 2
    maps = "; ".join(f"{CELLS[cell].label} {grammar.number(norms[half, 0])}" for cell, norms in record.maps.items())
    drawn = "Three maps of the Jacobian's size between all pairs of steps, and curves of the LSTM's highway and gates"
    return f"{drawn}. At t = {half + 1} by k = 1: {maps}. {_net(record)}"


def _kept(name: str, ratio: float) -> str:
    """What a net keeps of the gradient, and the verdict."""
    return f"{name} keeps {grammar.number(ratio)}, it {verdict(ratio)}"


def _ends(record) -> list[tuple[str, float]]:
    names = {"rnn": cell_label("rnn"), "lstm": cell_label("lstm", record.forget_bias, record.mode)}
    names["gru"] = cell_label("gru", record.update_bias)
    return [(names[cell], float(norms[-1, 0])) for cell, norms in record.maps.items()]


def _net(record) -> str:
    samples = grammar.count(record.batch, "sample")
    return f"Network {record.seed} of each: width {record.width}, inputs of size {record.sigma:g}, {samples}."
