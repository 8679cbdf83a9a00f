"""The table of this lesson that takes too long to compute while one reads."""

from __future__ import annotations

from pathlib import Path

from ...kit.experiments.stored import Table, Tables
from . import measure

TABLES = Tables(
    Path(__file__).with_name("tables"),
    path_depth=Table(
        "accuracy of networks of up to a thousand layers, each with a path around it",
        measure.deep,
        [dict(depth=depth, steps=80) for depth in (50, 100, 200, 500, 1000)] + [dict(depth=50, steps=400)],
    ),
)
