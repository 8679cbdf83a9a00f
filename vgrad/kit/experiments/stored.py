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

    what: str  # what the table shows, in one line
    run: Callable[..., dict]
    cells: list[dict]


class Tables(dict[str, Table]):
    """The tables of one lesson by their names, stored as NAME.json in ``folder``."""

    def __init__(self, folder: Path, **tables: Table):
        super().__init__(tables)
        self.folder = folder

    def load(self, name: str) -> list[Cell]:
        """Return the cells of the stored table called ``name``. ValueError names the tables of this lesson."""
        self._known(name)
        return read(self.folder / f"{name}.json")

    def compute(self, name: str, cells: list[dict] | None = None) -> Iterator[Cell]:
        """Run the cells of the table called ``name``, and yield one after the other.

        cells : settings of the cells to run; if it is None, all of the table's. Raises ValueError for a name that is
        not a table of this lesson.
        """
        table = self._known(name)
        if cells is not None:
            require.nonempty("cells", cells)
        every = table.cells if cells is None else cells
        return (Cell(settings, _rounded(table.run(**settings))) for settings in every)

    def store(self, name: str) -> None:
        """Compute the table called ``name``, print how far it is, and write it to its file."""
        table = self._known(name)
        cells = []
        for done, cell in enumerate(self.compute(name), start=1):
            cells.append(json.dumps(cell._asdict()))
            _show_progress(name, done, len(table.cells))
        command = f"python -m vgrad.lessons.stored {name}"
        head = f'{{"what": {json.dumps(table.what)},\n "command": "{command}",\n "cells": [\n  '
        self.folder.mkdir(exist_ok=True)
        (self.folder / f"{name}.json").write_text(head + ",\n  ".join(cells) + "\n]}\n", encoding="utf-8")

    def _known(self, name: str) -> Table:
        return self[require.choice("name", name, list(self))]


def read(path: Path) -> list[Cell]:
    """Return the cells of a table that is stored at ``path``."""
    return [Cell(**cell) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]


def _show_progress(name: str, done: int, total: int) -> None:
    filled = BAR * done // total
    end = "\n" if done == total else ""
    print(f"\r{name} {'█' * filled}{'·' * (BAR - filled)} {done} of {total}", end=end, file=sys.stderr)


def _rounded(tree):
    """The tree with numbers to four digits, arrays as lists, and None for what is not finite."""
    if isinstance(tree, dict):
        return {key: _rounded(value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple, np.ndarray)):
        return [_rounded(value) for value in tree]
    if isinstance(tree, (float, np.floating)):
        return float(f"{tree:.{DIGITS}g}") if np.isfinite(tree) else None
    return tree.item() if isinstance(tree, np.generic) else tree
