"""The tables of this lesson that take too long to compute while one reads."""

from __future__ import annotations

from pathlib import Path

from ...kit.experiments.stored import Table, Tables
from . import measure

TABLES = Tables(
    Path(__file__).with_name("tables"),
    phase_map=Table(
        "accuracy of tanh nets by depth and by the variance of their weights, biases of variance 0.05",
        measure.trained,
        [
            dict(sigma_w2=sigma_w2, depth=depth, width=32)
            for sigma_w2 in (0.8, 1.1, 1.4, 1.76, 2.2, 2.8, 3.6)
            for depth in (5, 10, 20, 40, 80)
        ],
    ),
    saxe=Table(
        "steps that deep linear nets take to learn, of orthogonal weights and of normal ones",
        measure.steps_to_learn,
        [dict(draw=draw, depth=depth) for draw in ("orthogonal", "normal") for depth in (2, 4, 8, 16)],
    ),
)
