"""The table of this lesson that takes too long to compute while one reads."""

from __future__ import annotations

from ...kit.experiments.stored import Table, Tables
from .measure import board

TABLES = Tables(
    board.TABLE.parent,
    scoreboard=Table(
        "every solution: its gradient before training, what it learns of the digits, and what a step of training costs",
        board.measure,
        board.cells(),
    ),
)
