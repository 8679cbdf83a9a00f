"""What takes too long for a lesson: computed once, stored with its settings, and read from there.

    python -m vgrad.lessons.stored                # the names of all tables
    python -m vgrad.lessons.stored NAME [...]     # compute these anew

A table is a list of cells: the settings of an experiment, seeds included, and what it measured. It lies in the folder
``tables`` of its lesson's room, to be read by eye too; a test runs some of its cells again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ... import require

BAR = 40  # characters
DIGITS = 4  # of a stored number


class Cell(NamedTuple):
    """One stored result."""

    settings: dict
    result: dict


class Table(NamedTuple):
    """How a table is made: ``run`` of each cell's settings returns its numbers."""

    what: str  # it is, in one line
    run: Callable[..., dict]
    cells: list[dict]


class Tables(dict[str, Table]):
    """The tables of one lesson by their names, stored as NAME.json in ``folder``."""

    def __init__(self, folder: Path, **tables: Table):
        super().__init__(tables)
        self.folder = folder

    def load(self, name: str) -> list[Cell]:
        """Return the cells of the stored table called ``name``. ValueError names the tables of this lesson."""
        return read(self.folder / f"{require.choice('name', name, list(self))}.json")

    def compute(self, name: str, cells: list[dict] | None = None) -> Iterator[Cell]:
        """Run a table's cells, or only those with the settings given; yield one after the other."""
        table = self[require.choice("name", name, list(self))]
        if cells is not None:
            require.nonempty("cells", cells)
        return (
            Cell(settings, _rounded(table.run(**settings))) for settings in (table.cells if cells is None else cells)
        )

    def store(self, name: str) -> None:
        """Compute a table, showing how far it is, and write it."""
        table = self[require.choice("name", name, list(self))]
        cells = []
        for done, cell in enumerate(self.compute(name), start=1):
            cells.append(json.dumps(cell._asdict()))
            _show_progress(name, done, len(table.cells))
        command = f"python -m vgrad.lessons.stored {name}"
        head = f'{{"what": {json.dumps(table.what)},\n "command": "{command}",\n "cells": [\n  '
        self.folder.mkdir(exist_ok=True)
        (self.folder / f"{name}.json").write_text(head + ",\n  ".join(cells) + "\n]}\n", encoding="utf-8")


def read(path: Path) -> list[Cell]:
    """Return the cells of a table that is stored at ``path``."""
    return [Cell(**cell) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]


def _show_progress(name: str, done: int, of: int) -> None:
    filled = BAR * done // of
    end = "\n" if done == of else ""
    print(f"\r{name} {'█' * filled}{'·' * (BAR - filled)} {done} of {of}", end=end, file=sys.stderr)


def _rounded(tree):
    """Numbers to four digits, arrays as lists; what is not finite as None."""
    if isinstance(tree, dict):
        return {key: _rounded(value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple, np.ndarray)):
        return [_rounded(value) for value in tree]
    if isinstance(tree, (float, np.floating)):
        return float(f"{tree:.{DIGITS}g}") if np.isfinite(tree) else None
    return tree.item() if isinstance(tree, np.generic) else tree
