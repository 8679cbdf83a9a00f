"""The tables of this lesson that take too long to compute while one reads: small transformers that train."""

from __future__ import annotations

import statistics
from itertools import product
from pathlib import Path
from typing import Any

from ... import require
from ...kit.experiments.stored import Cell, Table, Tables
from .measure import training
from .records import GrowthRecord, PlacesRecord, ScalesRecord, StarvedRecord

FORMS: tuple[dict[str, Any], ...] = (
    dict(scale="1/sqrt(d)"),
    dict(scale="1"),
    dict(scale="1", larger=2.0),
    dict(scale="0"),
    dict(scale="1/sqrt(d)", qk_norm=True),
)
PIXELS: dict[str, Any] = dict(blocks=0)  # a readout of the pixels, without a transformer
PATCHES: dict[str, Any] = dict(blocks=4, width=64, cut="patches")
ROWS: dict[str, Any] = dict(blocks=12, width=32, cut="rows")
GROWING = (dict(), dict(qk_norm=True), dict(clip_norm=1.0), dict(scale="0"))

TABLES = Tables(
    Path(__file__).with_name("tables"),
    scales=Table(
        "transformers of 4 blocks with and without 1/√d, after 150 steps of Adam on patches of the digits",
        training.trained,
        [PATCHES | form | dict(rate=rate, steps=150) for form, rate in product(FORMS, (3e-4, 1e-3, 3e-3))]
        + [PIXELS | dict(rate=rate, steps=150) for rate in (3e-3, 1e-2, 3e-2)],
    ),
    places=Table(
        "transformers of 12 blocks with post-norm or pre-norm, with and without a warm-up, after 200 steps of Adam",
        training.trained,
        [
            ROWS | dict(place=place, warmup=warmup, rate=rate, steps=200)
            for place, warmup, rate in product(("post", "pre"), (0, 100), (3e-4, 1e-3, 3e-3, 1e-2))
        ]
        + [PIXELS | dict(rate=rate, steps=200) for rate in (3e-3, 1e-2, 3e-2)],
    ),
    growth=Table(
        "the scores of the first of 4 blocks while Adam trains for 200 steps, with and without QK-norm",
        training.trained,
        [PATCHES | form | dict(rate=rate, steps=200) for rate, form in product((1e-2, 3e-3), GROWING)],
    ),
)


SCALED = {  # the networks of compare_scales, in words
    "scores × 1/√d": FORMS[0],
    "scores × 1": FORMS[1],
    "scores × 1, W_q and W_k × 2": FORMS[2],
    "scores × 0, uniform": FORMS[3],
    "QK-norm, × 1/√d": FORMS[4],
}
PLACED = {
    "post-norm": dict(place="post", warmup=0),
    "post-norm, warm-up": dict(place="post", warmup=100),
    "pre-norm": dict(place="pre", warmup=0),
    "pre-norm, warm-up": dict(place="pre", warmup=100),
}
GROWN = dict(zip(("plain", "QK-norm", "clipped at 1", "uniform attention"), GROWING, strict=True))
STARVED = {
    "pre-norm, 1e-3": dict(place="pre", rate=1e-3),
    "pre-norm, 1e-2": dict(place="pre", rate=1e-2),
    "post-norm, 1e-3": dict(place="post", rate=1e-3),
    "post-norm, 1e-2": dict(place="post", rate=1e-2),
}
USUAL: dict[str, Any] = dict(place="pre", scale="1/sqrt(d)", larger=1.0, qk_norm=False, warmup=0, clip_norm=None)


def best(name: str, **settings: Any) -> Cell:
    """Return the cell of a stored table with these settings, at the learning rate that is best on the training batches.

    Settings that are not given are the usual ones: pre-norm, 1/√d, no QK-norm, no warm-up, no clipping. A rate that is
    given is taken. ``blocks=0`` asks for the readout of the pixels. Raises ValueError where the table has no such cell.
    """
    wanted = USUAL | settings
    cells = [cell for cell in TABLES.load(name) if (cell.settings["blocks"] == 0) == (settings.get("blocks") == 0)]
    found = [cell for cell in cells if all((USUAL | cell.settings).get(key) == wanted[key] for key in wanted)]
    require.instance("settings", settings, found, f"those of a cell of the table {name}")
    return max(found, key=lambda cell: statistics.median(cell.result["accuracy"]))


def compare_scales() -> ScalesRecord:
    """Return how transformers train whose scores are divided by √d or not, from the stored table "scales"."""
    cells = [best("scales", **form) for form in SCALED.values()]
    before = [training.column(cells, name)[..., 0] for name in ("std", "entropy", "starved_first")]
    after = [training.column(cells, name) for name in ("accuracy", "test")]
    rates = [cell.settings["rate"] for cell in cells]
    return ScalesRecord._make([[*SCALED], rates, *before, *after, _pixels("scales")])


def compare_places() -> PlacesRecord:
    """Return how transformers train at four learning rates with post-norm and pre-norm, with and without a warm-up."""
    rates = sorted({cell.settings["rate"] for cell in TABLES.load("places") if cell.settings["blocks"]})
    cells = [[best("places", rate=rate, **net) for rate in rates] for net in PLACED.values()]
    return PlacesRecord([*PLACED], rates, training.column(cells, "accuracy"), _pixels("places"))


def compare_growth(rate: float = 1e-2) -> GrowthRecord:
    """Return how the scores grow during training at this learning rate, with and without QK-norm.

    rate : one of the stored table "growth", else ValueError.
    """
    cells = [best("growth", rate=rate, **net) for net in GROWN.values()]
    columns = [training.column(cells, name) for name in ("std", "entropy", "accuracy")]
    return GrowthRecord(rate, [*GROWN], training.LOOKS, *columns)


def compare_starved() -> StarvedRecord:
    """Return how alike the tokens become during training, and what W_q of the last block receives."""
    cells = [best("places", **net) for net in STARVED.values()]
    columns = [training.column(cells, name) for name in ("rest", "starved_last", "ratio", "accuracy")]
    return StarvedRecord([*STARVED], training.LOOKS, *columns)


def _pixels(name: str):
    """The accuracies of a readout of the pixels, without a transformer."""
    return training.column([best(name, **PIXELS)], "accuracy")[0]
