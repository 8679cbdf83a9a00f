"""How a recurrent cell is named and drawn, together with the bias that opens its gates."""

from __future__ import annotations

from typing import Annotated, Any

from ...require import Finite, guarded, one_of, thing
from ..marks import grammar

CELLS = {  # colours and markers that are those of norms and skips elsewhere, and never beside them
    "rnn": grammar.Look("#5a5a5a", "x", "RNN"),
    "irnn": grammar.Look("#a66a00", "d", "IRNN"),
    "lstm": grammar.Look("#8f2fb0", "*", "LSTM"),
    "gru": grammar.Look("#00716b", "H", "GRU"),
    "linear": grammar.Look("#b3006b", ">", "linear recurrence"),
    "selective": grammar.Look("#5c5f9e", "8", "linear, selective gate"),
}
LSTM_MODES = {"alone": "", "paired": ", b_i = {minus}", "chrono": ", chrono"}


Cell = Annotated[str, one_of(CELLS)]
Mode = Annotated[str, one_of(LSTM_MODES)]
NetRecord = Annotated[
    Any, thing("a record of one net", lambda it: isinstance(it, tuple) and hasattr(it, "cell") and hasattr(it, "mode"))
]


@guarded
def cell_label(cell: Cell, bias: Finite = 0.0, mode: Mode = "alone") -> str:
    """Return a net's name for people, such as "LSTM b_f = 3, b_i = -3"."""
    label = CELLS[cell].label
    if cell == "gru":
        return f"{label} b_u = {bias:g}"
    opened = f" b_f = {bias:g}" if cell == "lstm" and mode != "chrono" else ""
    return f"{label}{opened}{LSTM_MODES[mode].format(minus=f'{0 - bias:g}')}"


@guarded
def record_label(record: NetRecord) -> str:
    """Return the name of a record's net."""
    return cell_label(record.cell, record.bias, record.mode)
