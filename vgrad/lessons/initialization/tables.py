"""The table of this lesson that takes too long to compute while one reads."""

from __future__ import annotations

from pathlib import Path

from ...kit.experiments.stored import Table, Tables
from . import measure

TABLES = Tables(
    Path(__file__).with_name("tables"),
    he_figure=Table(
        "accuracy of ReLU nets by depth, with Xavier's weights and with He's",
        measure.he_or_xavier,
        [dict(scheme=scheme, depth=depth) for scheme in ("xavier_normal", "he_normal") for depth in (6, 10, 22, 30)],
    ),
)
