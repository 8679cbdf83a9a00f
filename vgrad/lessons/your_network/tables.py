"""The tables of this lesson that take too long to compute while one reads, and that need PyTorch."""

from __future__ import annotations

from pathlib import Path

from ...kit.experiments.stored import Table, Tables
from .measure import trial

TABLES = Tables(
    Path(__file__).with_name("tables"),
    your_network_trial=Table(
        "what the report of a PyTorch network looks at, at the start and after fifty steps, and how well it learns",
        trial.meet,
        trial.CELLS,
    ),
)
