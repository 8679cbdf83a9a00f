"""The table of solutions as it is usually taught, and what the scoreboard says of each of its cells.

A taught cell says "yes", "no" or "partly" to: does it cure this illness?  Beside it stand nets of the scoreboard that
have the cure, chosen so that some are ill without it and others show what it needs beside itself. If all of these are
well, the measured answer is "yes"; if none is, "no"; else "partly".
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from .... import require
from ....require import Flag, NonNegative, guarded
from ..records import LEARNT, Board, Judgement, Row, Taught, View

ILLNESSES = ("vanishing", "exploding")
LINE = 1.0  # decades within which a gradient holds
_GATED = ("lstm 0", "lstm 1", "lstm chrono", "gru 0", "gru 1")
TAUGHT: dict[str, Taught] = {
    "gradient clipping": Taught(("no", "yes"), (("sigmoid clip",), ("relu large clip", "relu skip clip"))),
    "better initialization": Taught(("partly", "partly"), (("sigmoid", "relu", "tanh"), ("relu", "relu skip"))),
    "ReLU": Taught(("yes", "no"), (("relu xavier", "relu"), ("relu large",))),
    "batch norm": Taught(("yes", "yes"), (("sigmoid batch",), ("relu large batch", "relu batch"))),
    "skip connections": Taught(("yes", "yes"), (("sigmoid skip", "relu skip depth"), ("relu skip depth", "relu skip"))),
    "LSTM and GRU": Taught(("yes", "partly"), (_GATED, ("lstm 3", "lstm paired"))),
}

TheBoard = Annotated[Board, require.thing("a Board", lambda board: isinstance(board, Board))]
ARow = Annotated[Row, require.thing("a Row of a Board", lambda row: isinstance(row, Row))]


@guarded
def verdict(row: ARow, line: NonNegative = LINE) -> str:
    """Return whether the median network's gradient "vanishes", "explodes", or "holds".

    It holds if it stays within ``line`` decades.
    """
    decades = float(np.median(row.decades))
    if decades < -line:
        return "vanishes"
    return "explodes" if decades > line else "holds"


@guarded
def learns(row: ARow) -> str:
    """Return whether a net "learns", learns "partly", or "does not".

    A deep net learns if its median accuracy is over 0.8, and partly if it is over 0.5. A cell learns if all networks
    solved the problem, and partly if some did.
    """
    surely, partly = (0.8, LEARNT) if row.deep else (0.99, 0.0)
    if row.learnt > surely:
        return "learns"
    return "partly" if row.learnt > partly else "does not"


@guarded
def view(board: TheBoard, name: str, within: NonNegative = LINE, priced: Flag = False) -> View:
    """Return the scoreboard's part that the row called ``name`` belongs to, deep nets or cells.

    within : decades in which a gradient holds; priced : whether its picture tells what a step of training costs.
    """
    chosen = board.rows[require.choice("name", name, board.rows)]
    rows = tuple(row for row in board.rows.values() if row.deep == chosen.deep)
    verdicts = tuple(verdict(row, within) for row in rows)
    baseline = board["none"] if chosen.deep else None
    return View(chosen, within, rows, verdicts, tuple(learns(row) for row in rows), baseline, priced)


@guarded
def judge(board: TheBoard, line: NonNegative = LINE) -> list[Judgement]:
    """Judge every cell of the taught table by the scoreboard.   line : decades in which a gradient holds."""
    return [
        _judged(board, cure, illness, answer, names, line)
        for cure, row in TAUGHT.items()
        for illness, answer, names in zip(ILLNESSES, *row, strict=True)
    ]


def _judged(board, cure: str, illness: str, answer: str, names: tuple, line: float) -> Judgement:
    well = tuple(name for name in names if _well(board[name], illness, line))
    ill = tuple(name for name in names if name not in well)
    found = "yes" if well else "no"
    return Judgement(cure, illness, answer, "partly" if well and ill else found, well, ill)


def _well(row: Row, illness: str, line: float) -> bool:
    """Whether a net is free of the illness.

    Clipping changes only the step, and gates change in training. So these count by whether the net then learns.
    """
    if "clip_norm" in row.settings or (illness == "vanishing" and not row.deep):
        return row.learnt > LEARNT
    return verdict(row, line) != {"vanishing": "vanishes", "exploding": "explodes"}[illness]
