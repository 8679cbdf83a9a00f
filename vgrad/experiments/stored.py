"""What takes too long for a lesson: computed once, stored with its settings, and read from there.

    python -m vgrad.experiments.stored                # the names of all tables
    python -m vgrad.experiments.stored NAME [...]     # compute these anew

A table is a list of cells: the settings of an experiment, seeds included, and what it measured. It lies in
stored/NAME.json, to be read by eye too; a test runs some of its cells again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .. import require
from .tables import TABLES

FOLDER = Path(__file__).with_name("stored")
BAR = 40  # characters
DIGITS = 4  # of a stored number


class Cell(NamedTuple):
    """One stored result."""

    settings: dict
    result: dict


def load(name: str) -> list[Cell]:
    """The cells of a stored table."""
    stored = json.loads((FOLDER / f"{require.choice('name', name, TABLES)}.json").read_text(encoding="utf-8"))
    return [Cell(**cell) for cell in stored["cells"]]


@require.checked(cells=require.nonempty)
def compute(name: str, cells: list[dict] | None = None) -> Iterator[Cell]:
    """Run a table's cells, or only those with the settings given; yield one after the other."""
    table = TABLES[require.choice("name", name, TABLES)]
    for settings in table.cells if cells is None else cells:
        yield Cell(settings, _rounded(table.run(**settings)))


def store(name: str) -> None:
    """Compute a table, showing how far it is, and write it."""
    table, cells = TABLES[require.choice("name", name, TABLES)], []
    for done, cell in enumerate(compute(name), start=1):
        cells.append(json.dumps(cell._asdict()))
        filled = BAR * done // len(table.cells)
        end = "\n" if done == len(table.cells) else ""
        print(f"\r{name} {'█' * filled}{'·' * (BAR - filled)} {done} of {len(table.cells)}", end=end, file=sys.stderr)
    command = f"python -m vgrad.experiments.stored {name}"
    head = f'{{"what": {json.dumps(table.what)},\n "command": "{command}",\n "cells": [\n  '
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(head + ",\n  ".join(cells) + "\n]}\n", encoding="utf-8")


def _rounded(tree):
    """Numbers to four digits, arrays as lists; what is not finite as None."""
    if isinstance(tree, dict):
        return {key: _rounded(value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple, np.ndarray)):
        return [_rounded(value) for value in tree]
    if isinstance(tree, (float, np.floating)):
        return float(f"{tree:.{DIGITS}g}") if np.isfinite(tree) else None
    return tree.item() if isinstance(tree, np.generic) else tree


if __name__ == "__main__":
    names = sys.argv[1:]
    for wanted in names:
        store(wanted)
    if not names:
        for known, table in TABLES.items():
            print(f"{known:20} {len(table.cells):5} cells  {table.what}")
