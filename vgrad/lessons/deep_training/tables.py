"""The tables of these lessons on depth that take too long to compute while one reads."""

from __future__ import annotations

import statistics
from itertools import product
from pathlib import Path
from typing import Any

from ... import require
from ...kit.experiments.stored import Cell, Table, Tables
from . import measure
from .records import SpiralsRecord

SIGMOID = dict(activation="sigmoid", steps=100)
SIGMOIDS = [dict(blocks=50, norm=norm) for norm in ("none", "pre", "post")]
SIGMOIDS += [dict(blocks=50, norm=norm, frozen=True) for norm in ("pre", "post")] + [dict(blocks=0)]
STARTS = [*(dict(start=start) for start in ("1", "1/sqrt(blocks)", "0")), dict(start="0", frozen=True), dict(blocks=0)]
PLACES = [dict(norm=norm, warmup=warmup) for norm, warmup in product(("post", "pre"), (0, 100))]
PLACES += [dict(norm="post", start="1/sqrt(blocks)"), dict(norm="pre", frozen=True), dict(blocks=0)]
PLAIN = [dict(hidden=0), dict(hidden=1, width=800), dict(hidden=2, width=61), dict(hidden=4, width=36)]
PLAIN += [dict(hidden=4, width=36, frozen=True)]
KINDS = [dict(), dict(norm="batch"), *(dict(norm="batch", skip="activation_first", alpha=alpha) for alpha in (1, 0.1))]

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
        [dict(**kind, rate=2e-3, steps=200) for kind in PLACES] + [dict(norm="post", warmup=0, rate=1e-3, steps=200)],
    ),
    spirals=Table(
        "plain ReLU nets of about 4,000 weights, deep or wide, after 1,000 steps of Adam on two spirals",
        measure.trained_plain,
        [dict(**kind, rate=rate, steps=1000) for rate, kind in product((3e-3, 1e-2, 3e-2, 1e-1), PLAIN)],
    ),
    shattered=Table(
        "24 ReLU layers, whose gradient is shattered before training or not, after 500 steps of Adam on two spirals",
        measure.trained_plain,
        [dict(hidden=24, width=32, **kind, rate=rate, steps=500) for rate, kind in product((1e-3, 3e-3), KINDS)],
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


def compare_spirals() -> SpiralsRecord:
    """Return the task of two spirals, and the stored test accuracies of plain nets, each at its best learning rate."""
    nets = {
        "no hidden layer": dict(hidden=0),
        "1 layer of 800 units": dict(hidden=1, width=800),
        "2 layers of 61 units": dict(hidden=2, width=61),
        "4 layers of 36 units": dict(hidden=4, width=36),
        "4 layers of 36, frozen": dict(hidden=4, width=36, frozen=True),
    }
    points, labels = measure.spiral_points()
    tests = [best("spirals", **net).result["test"] for net in nets.values()]
    return SpiralsRecord(points, labels, list(nets), tests)
