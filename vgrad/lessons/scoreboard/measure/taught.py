"""The table of solutions as it is usually taught, and what the scoreboard says of each of its cells.

A taught cell says "yes", "no" or "partly" to: does it cure this illness?  Beside it stand the rows of the scoreboard in
which a net that had the illness, or may get it, was given the cure. If all of these are well, the measured answer is
"yes"; if none is, "no"; else "partly".
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .... import require
from ....kit.experiments.protocol import checked
from ..records import Board, Forged, Judgement, Row, Taught, View

ILLNESSES = ("vanishing", "exploding")
LINE = 1.0  # decades within which a gradient holds
LEARNT = 0.5  # accuracy, or share of networks, over which a net learns
_GATED = ("lstm 0", "lstm 1", "lstm chrono", "gru 0", "gru 1")
TAUGHT: dict[str, Taught] = {
    "gradient clipping": Taught(("no", "yes"), (("sigmoid clip",), ("relu large clip", "relu skip clip"))),
    "better initialization": Taught(("partly", "partly"), (("sigmoid", "relu", "tanh"), ("relu", "relu skip"))),
    "ReLU": Taught(("yes", "no"), (("relu xavier", "relu"), ("relu large",))),
    "batch norm": Taught(("yes", "yes"), (("sigmoid batch",), ("relu large batch", "relu batch"))),
    "skip connections": Taught(("yes", "yes"), (("sigmoid skip", "relu skip depth"), ("relu skip depth", "relu skip"))),
    "LSTM and GRU": Taught(("yes", "partly"), (_GATED, ("lstm 3", "lstm paired"))),
}


@checked()
def verdict(row: Row, line: float = LINE) -> str:
    """Whether the median network's gradient "vanishes", "explodes", or "holds": stays within so many decades."""
    decades = float(np.median(row.decades))
    return "vanishes" if decades < -line else "explodes" if decades > line else "holds"


@checked()
def learns(row: Row) -> str:
    """Whether it "learns", "partly", or "does not": the median accuracy over 0.8 or 0.5; of cells all, some, none."""
    surely, partly = (0.8, LEARNT) if row.deep else (0.99, 0.0)
    return "learns" if row.learnt > surely else "partly" if row.learnt > partly else "does not"


ORDERS: dict[str, Callable[[Row], float]] = {
    "the series": lambda row: 0.0,
    "gradient": lambda row: abs(np.median(row.decades)),
    "spread": lambda row: np.ptp(np.maximum(row.decades, -99)),
    "learning": lambda row: -row.learnt,
    "cost": lambda row: np.median(row.cost),
}


@checked()
def view(board: Board, name: str, order: str = "the series", within: float = LINE) -> View:
    """The scoreboard's part that a row belongs to.   order : one in ORDERS, the best first."""
    chosen, key = board[require.choice("name", name, board.rows)], ORDERS[require.choice("order", order, ORDERS)]
    rows = tuple(sorted((row for row in board.rows.values() if row.deep == chosen.deep), key=key))
    verdicts = tuple(verdict(row, within) for row in rows)
    return View(chosen, order, within, rows, verdicts, tuple(learns(row) for row in rows))


@checked()
def judge(board: Board, line: float = LINE) -> list[Judgement]:
    """Every cell of the taught table, by the scoreboard."""
    return [
        _judged(board, cure, illness, answer, names, line)
        for cure, row in TAUGHT.items()
        for illness, answer, names in zip(ILLNESSES, *row, strict=True)
    ]


def _judged(board, cure: str, illness: str, answer: str, names: tuple, line: float) -> Judgement:
    well = tuple(name for name in names if _well(board[name], illness, line))
    found = "no" if not well else "yes" if well == names else "partly"
    return Judgement(cure, illness, answer, found, well, tuple(name for name in names if name not in well))


def _well(row: Row, illness: str, line: float) -> bool:
    """Free of the illness.

    Clipping leaves the gradient's way as it is, and gates learn to open: these count by whether the net then learns.
    """
    if "clip_norm" in row.settings or (illness == "vanishing" and not row.deep):
        return row.learnt > LEARNT
    return verdict(row, line) != {"vanishing": "vanishes", "exploding": "explodes"}[illness]


@checked()
def forge(board: Board, seed: int = 0, rows: int = 6) -> Forged:
    """A few rows, true but for one verdict."""
    rng = np.random.default_rng(seed)
    chosen = [board.rows[name] for name in rng.permutation([*board.rows])[:rows]]
    verdicts, false = [verdict(row) for row in chosen], rng.integers(rows)
    others = [word for word in ("vanishes", "explodes", "holds") if word != verdicts[false]]
    verdicts[false] = others[rng.integers(len(others))]
    decades = tuple(float(np.median(row.decades)) for row in chosen)
    return Forged(tuple(row.label for row in chosen), decades, tuple(verdicts))
