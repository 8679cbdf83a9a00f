"""How a recurrent cell is named and drawn, together with the bias that opens its gates."""

from __future__ import annotations

from ... import require
from ..marks import grammar

CELLS = {  # colours and markers that are those of norms and skips elsewhere, and never beside them
    "rnn": grammar.Look("#5a5a5a", "x", "RNN"),
    "irnn": grammar.Look("#a66a00", "d", "IRNN"),
    "lstm": grammar.Look("#8f2fb0", "*", "LSTM"),
    "gru": grammar.Look("#00716b", "H", "GRU"),
}
LSTM_MODES = {"alone": "", "paired": ", b_i = {minus}", "chrono": ", chrono"}


@grammar.asked
def cell_label(cell: str, bias: float = 0.0, mode: str = "alone") -> str:
    """A net for people: "LSTM b_f = 3, b_i = -3"."""
    label = CELLS[require.choice("cell", cell, CELLS)].label
    require.choice("mode", mode, LSTM_MODES)
    if cell == "lstm" and mode != "chrono":
        return f"{label} b_f = {bias:g}{LSTM_MODES[mode].format(minus=f'{0 - bias:g}')}"
    return f"{label}{LSTM_MODES[mode]}" if cell != "gru" else f"{label} b_u = {bias:g}"


@grammar.asked
def record_label(record) -> str:
    """The name of a record's net."""
    return cell_label(record.cell, record.bias, record.mode)
