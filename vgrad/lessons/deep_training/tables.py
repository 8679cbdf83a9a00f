"""The tables of these lessons on depth that take too long to compute while one reads."""

from __future__ import annotations

import statistics
from itertools import product
from pathlib import Path
from typing import Any

from ... import require
from ...kit.experiments.stored import Cell, Table, Tables
from . import measure

SIGMOID = dict(activation="sigmoid", steps=100)
SIGMOIDS = [dict(blocks=50, norm=norm) for norm in ("none", "pre", "post")]
SIGMOIDS += [dict(blocks=50, norm=norm, frozen=True) for norm in ("pre", "post")] + [dict(blocks=0)]
STARTS = [*(dict(start=start) for start in ("1", "1/sqrt(blocks)", "0")), dict(start="0", frozen=True), dict(blocks=0)]
PLACES = [dict(norm=norm, warmup=warmup) for norm, warmup in product(("pre", "post"), (0, 100))]
PLACES += [dict(norm="post", start="1/sqrt(blocks)"), dict(norm="pre", frozen=True), dict(blocks=0)]
SPIRALS = [*(dict(blocks=blocks) for blocks in (0, 1, 2, 4)), dict(blocks=4, frozen=True)]

TABLES = Tables(
    Path(__file__).with_name("tables"),
    path_depth=Table(
        "accuracy of networks of up to a thousand layers, each with a path around it",
        measure.deep,
        [dict(depth=depth, steps=80) for depth in (50, 100, 200, 500, 1000)] + [dict(depth=50, steps=400)],
    ),
    sigmoid_blocks=Table(
        "fifty sigmoid blocks and a linear readout of the pixels, after 100 steps of Adam on the digits",
        measure.trained,
        [dict(**kind, **SIGMOID, rate=rate) for rate, kind in product((1e-3, 3e-3), SIGMOIDS)],
    ),
    small_branches=Table(
        "24 ReLU blocks without a norm, whose branches start small or not, after 200 steps of Adam on the digits",
        measure.trained,
        [dict(**kind, rate=rate, steps=200) for rate, kind in product((3e-3,), STARTS)],
    ),
    warm_up=Table(
        "24 ReLU blocks with pre-norm or post-norm, with and without a warm-up, after 200 steps of Adam on the digits",
        measure.trained,
        [dict(**kind, rate=rate, steps=200) for rate, kind in product((1e-3, 3e-3), PLACES)],
    ),
    spiral_blocks=Table(
        "ReLU blocks that tell two spirals apart, after 500 steps of Adam",
        measure.trained,
        [
            dict(**kind, task="spirals", start="0", rate=rate, steps=500)
            for rate, kind in product((3e-3, 1e-2), SPIRALS)
        ],
    ),
)


def best(name: str, **settings: Any) -> Cell:
    """Return the cell of a stored table with these settings, at the learning rate that is best on the training batches.

    Settings that all cells share need not be given, and neither does the rate. A rate that is given is taken. Raises
    ValueError where the table has no such cell.
    """
    cells = TABLES.load(name)
    shared = {"rate"} | {key for key in cells[0].settings if len({str(c.settings.get(key)) for c in cells}) == 1}
    left_out = shared - settings.keys()
    found = [cell for cell in cells if {k: v for k, v in cell.settings.items() if k not in left_out} == settings]
    require.instance("settings", settings, found, f"those of a cell of the table {name}")
    return max(found, key=lambda cell: statistics.median(cell.result["accuracy"]))
