"""The stored notebooks: hygiene here; that they say the same when run again is strict nbval's part of ``pytest``."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path

import hygiene
import nbformat
import pytest
from execute import execute
from tables import table

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_has_no_faults(lesson):
    assert hygiene.faults(lesson.read_text(encoding="utf-8")) == []


def test_there_are_lessons():
    assert LESSONS


def test_budgets_are_those_that_are_promised_to_writers():
    promised = {budget: int(most) for budget, most in table(".github/CONTRIBUTING.md", "Budgets")}
    assert promised == hygiene.BUDGETS


def _code(notebook, k):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"][k]


def _answer_below(notebook):
    k = next(k for k, cell in enumerate(notebook["cells"]) if "ask(" in "".join(cell["source"]))
    notebook["cells"][k + 1]["metadata"].pop("slideshow", None)


def _add_cells(notebook):
    notebook["cells"] += [
        dict(copy.deepcopy(notebook["cells"][0]), id=f"more{k}") for k in range(hygiene.BUDGETS["cells"])
    ]


PLANTED = {
    "an unexecuted cell": (lambda nb: _code(nb, 3).update(execution_count=None), "run it from top"),
    "a cell run out of order": (lambda nb: _code(nb, 3).update(execution_count=99), "run it from top"),
    "too many cells": (_add_cells, "cells: "),
    "a long cell": (lambda nb: _code(nb, 2).update(source="x = 1\n" * 16), "lines of a code cell: 16"),
    "long cells": (
        lambda nb: [c.update(source="x = 1\n" * 4) for c in nb["cells"] if c["cell_type"] == "code"],
        "median lines of a code cell: 4",
    ),
    "a long function": (
        lambda nb: _code(nb, 2).update(source="def f():\n" + "    x = 1\n" * 8, metadata={}),
        "f in code cell 2 has 9 lines",
    ),
    "a late import": (lambda nb: _code(nb, 2).update(source="import numpy"), "code cell 2 imports numpy"),
    "a foreign import": (lambda nb: _code(nb, 0).update(source="import os"), "code cell 0 imports os"),
    "a plot of its own": (lambda nb: _code(nb, 2).update(source="plt.plot(1)"), "draws or builds"),
    "a model id": (lambda nb: _code(nb, 2)["metadata"].update(model_id="0"), "it stores model_id"),
    "a missing id": (lambda nb: nb["cells"][1].pop("id"), "id is missing"),
    "an id twice": (lambda nb: nb["cells"][2].update(id=nb["cells"][1]["id"]), "id is missing or stands twice"),
    "an error": (
        lambda nb: _code(nb, 2).update(outputs=[dict(output_type="error", ename="E", evalue="", traceback=[])]),
        "stores an error",
    ),
    "too many digits": (
        lambda nb: _code(nb, 2).update(outputs=[dict(output_type="stream", name="stdout", text="0.12345")]),
        "prints 0.12345",
    ),
    "an open solution": (
        lambda nb: [c["metadata"].pop("jupyter") for c in nb["cells"] if "solution" in hygiene.tags(c)],
        "is not collapsed",
    ),
    "an exercise already solved": (
        lambda nb: [
            c.update(outputs=[dict(output_type="stream", name="stdout", text="correct")])
            for c in nb["cells"]
            if "exercise" in hygiene.tags(c)
        ],
        "does not answer 'not yet'",
    ),
    "an answer below its question": (_answer_below, "gives its answer on the slide of the question"),
    "no slides": (lambda nb: [c["metadata"].pop("slideshow", None) for c in nb["cells"]], "no slides"),
}


@pytest.mark.parametrize(("plant", "complaint"), PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_found(plant, complaint):
    notebook = json.loads(LESSONS[0].read_text(encoding="utf-8"))
    plant(notebook)
    assert any(complaint in fault for fault in hygiene.faults(json.dumps(notebook)))


@pytest.mark.parametrize(("stored", "passes"), [("2", True), ("3", False)])
def test_strict_nbval_compares_what_is_stored(tmp_path, stored, passes):
    cell = nbformat.v4.new_code_cell("1 + 1", id="sum", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": stored}, execution_count=1)]
    path = tmp_path / "planted.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-c",
        str(ROOT / "pyproject.toml"),
        "-p",
        "no:cacheprovider",
        "-n",
        "0",
    ]
    run = subprocess.run([*command, str(path)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode == 0) == passes, run.stdout


def test_executing_twice_stores_the_same_bytes(tmp_path):
    cells = ["from vgrad.lessons.gradient_flow import ask, explore", 'ask("narrow")', "explore.gradient_flow(depth=5)"]
    path = tmp_path / "twice.ipynb"
    code = [nbformat.v4.new_code_cell(text, id=f"cell{k}") for k, text in enumerate(cells)]
    nbformat.write(nbformat.v4.new_notebook(cells=code), path)
    execute(path)
    first = path.read_bytes()
    execute(path)
    assert path.read_bytes() == first
    assert b"image/png" in first
    assert b"model_id" not in first
