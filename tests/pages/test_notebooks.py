"""The stored notebooks: hygiene here; that they say the same when run again is strict nbval's part of ``pytest``."""

from __future__ import annotations

import ast
import copy
import json
import re
import subprocess
import symtable
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


def _tagged(notebook, tag):
    return [cell for cell in notebook["cells"] if tag in hygiene.tags(cell)]


def _solutions(notebook, old, new):
    for cell in _tagged(notebook, "solution"):
        cell["source"] = hygiene.source(cell).replace(old, new)


def _say(cells, text):
    for cell in cells:
        cell["outputs"] = [dict(output_type="stream", name="stdout", text=text)]


PLANTED = {
    "an unexecuted cell": (lambda nb: _code(nb, 3).update(execution_count=None), "run it from top"),
    "a cell run out of order": (lambda nb: _code(nb, 3).update(execution_count=99), "run it from top"),
    "too many cells": (_add_cells, "cells: "),
    "too many words": (
        lambda nb: nb["cells"].append(dict(nb["cells"][0], id="more", source="one more word " * 400)),
        "words: ",
    ),
    "too many minutes": (
        lambda nb: nb["cells"].extend(dict(_code(nb, 0), id=f"more{k}", source='ask("more")') for k in range(60)),
        "minutes: ",
    ),
    "a promise that is not kept": (
        lambda nb: [c.update(source=re.sub(r"\d+ (minutes alone)", r"5 \1", hygiene.source(c))) for c in nb["cells"]],
        "it promises 5 minutes alone, and it takes ",
    ),
    "an open claim too many": (
        lambda nb: [_code(nb, k).update(source="assert True", metadata={}) for k in (1, 2)],
        "claims that are not folded: ",
    ),
    "a folded cell that is no claim": (
        lambda nb: _code(nb, 2)["metadata"].update(jupyter={"source_hidden": True}),
        "folded without the tag",
    ),
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
    "PyTorch in another lesson": (
        lambda nb: _code(nb, 0).update(source="from torch import nn"),
        "imports torch; only the first may, and only numpy and vgrad",
    ),
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
    "an open solution": (lambda nb: _solutions(nb, "<details>", "<details open>"), "is not folded"),
    "a solution that is not closed": (lambda nb: _solutions(nb, "</details>", ""), "is not folded"),
    "a solution that Run All runs": (
        lambda nb: [
            c.update(cell_type="code", outputs=[], execution_count=1, source="1") for c in _tagged(nb, "solution")
        ],
        "is not folded",
    ),
    "no solution": (lambda nb: [nb["cells"].remove(c) for c in _tagged(nb, "solution")], "of each"),
    "an exercise already solved": (lambda nb: _say(_tagged(nb, "exercise"), "correct"), "that it is an exercise"),
    "a bare refusal": (lambda nb: _say(_tagged(nb, "exercise"), "not yet: its sign"), "that it is an exercise"),
    "a question that is answered": (
        lambda nb: _say([c for c in nb["cells"] if "ask(" in "".join(c["source"])], "Predict. How many?\n  (x) 5"),
        "that it is a question to answer",
    ),
    "an answer below its question": (_answer_below, "gives its answer on the slide of the question"),
    "no warm-up": (lambda nb: _code(nb, 1).update(source='ask("sixty")'), "it does not begin with a warm-up"),
    "a warm-up too late": (lambda nb: _code(nb, 1).update(source="1"), "it does not begin with a warm-up"),
    "no slides": (lambda nb: [c["metadata"].pop("slideshow", None) for c in nb["cells"]], "no slides"),
}


@pytest.mark.parametrize(("plant", "complaint"), PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_found(plant, complaint):
    notebook = json.loads(LESSONS[3].read_text(encoding="utf-8"))
    plant(notebook)
    assert any(complaint in fault for fault in hygiene.faults(json.dumps(notebook)))


def _invested(notebook, k):
    return _tagged(notebook, "investigation")[k]


def _reword(cell, old, new):
    assert old in hygiene.source(cell)
    cell["source"] = hygiene.source(cell).replace(old, new)


FLAWED = {
    "none at the end of a part": (
        lambda nb: [nb["cells"].remove(cell) for cell in _tagged(nb, "investigation")],
        "its investigation has the cells []",
    ),
    "no example": (lambda nb: nb["cells"].pop(), "its investigation has the cells ['markdown', 'code']"),
    "not at the end": (lambda nb: nb["cells"].insert(5, nb["cells"].pop()), "a folded solution after the recap"),
    "not behind the recap": (lambda nb: nb["cells"].pop(-4), "does not follow the recap"),
    "no minutes": (
        lambda nb: _reword(_invested(nb, 0), "minutes of their own", "minutes"),
        "with minutes of its own",
    ),
    "no heading": (lambda nb: _reword(_invested(nb, 0), "## Investigation: ", "## "), "begin with a heading"),
    "no hint": (lambda nb: _reword(_invested(nb, 0), "<summary>Hint<", "<summary>Help<"), "no folded hint"),
    "nothing open": (lambda nb: _reword(_invested(nb, 1), "...,", "None,"), "leaves nothing open"),
    "no check": (lambda nb: _reword(_invested(nb, 1), "check.answer", "check.other"), "leaves nothing open"),
    "already judged": (
        lambda nb: _say([_invested(nb, 1)], "correct: the claim is supported"),
        "does not say that it is an investigation",
    ),
    "an open example": (
        lambda nb: _reword(_invested(nb, 2), "<details>", "<details open>"),
        "of the investigation is not folded",
    ),
    "an example without its tag": (
        lambda nb: _invested(nb, 2)["metadata"].update(tags=["investigation"]),
        "of the investigation is not folded",
    ),
    "a long cell": (
        lambda nb: _invested(nb, 1).update(source="x = 1\n" * 16),
        "lines of a code cell: 16",
    ),
}


@pytest.mark.parametrize(("plant", "complaint"), FLAWED.values(), ids=FLAWED)
def test_a_planted_fault_in_an_investigation_is_found(plant, complaint):
    notebook = json.loads((ROOT / "notebooks/09_deep_training.ipynb").read_text(encoding="utf-8"))
    plant(notebook)
    assert any(complaint in fault for fault in hygiene.faults(json.dumps(notebook)))


def test_an_investigation_belongs_to_the_end_of_a_part_alone():
    inside = json.loads(LESSONS[3].read_text(encoding="utf-8"))
    ending = json.loads((ROOT / "notebooks/09_deep_training.ipynb").read_text(encoding="utf-8"))
    inside["cells"] += _tagged(ending, "investigation")
    assert any("nowhere, as no part of the course ends here" in each for each in hygiene.faults(json.dumps(inside)))


def test_the_minutes_and_words_of_an_investigation_are_its_own():
    notebook = json.loads((ROOT / "notebooks/09_deep_training.ipynb").read_text(encoding="utf-8"))
    before = hygiene.minutes(notebook["cells"])
    for cell in _tagged(notebook, "investigation"):
        cell["source"] = hygiene.source(cell) + "\n# one more word" * 400
    assert hygiene.minutes(notebook["cells"]) == before
    assert not any("words: " in fault for fault in hygiene.faults(json.dumps(notebook)))
    rest = [cell for cell in notebook["cells"] if "investigation" not in hygiene.tags(cell)]
    assert hygiene.minutes(rest) == before


# --- solutions ------------------------------------------------------------------------------------------------------


def _names(text):
    """The names that a piece of code takes from outside, and those that it gives."""
    top = symtable.symtable(text, "cell", "exec")
    given = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    taken, scopes = set(), [top]
    for scope in scopes:
        scopes += scope.get_children()
        seen = [symbol for symbol in scope.get_symbols() if symbol.is_referenced()]
        taken |= {symbol.get_name() for symbol in seen if scope is top or symbol.is_global()}
    return taken, given


def needed(cells, text):
    """The statements of ``cells``, code in the order of the page, without which ``text`` cannot run."""
    statements = [node for cell in cells for node in ast.parse(cell).body]
    names = [_names(ast.unparse(node)) for node in statements]
    found, todo = set(), [(len(statements), _names(text)[0])]
    for at, wanted in todo:
        for name in wanted:
            last = max((k for k in range(at) if name in names[k][1]), default=None)
            if last is not None and last not in found:
                found.add(last)  # what a function takes may also be given after it
                later = isinstance(statements[last], ast.FunctionDef)
                todo.append((len(statements) if later else last, names[last][0]))
    return [ast.unparse(statements[k]) for k in sorted(found)]


def solved(cells, text):
    """What the check says when the solution ``text`` is put in the exercise's place, below ``cells``."""
    *body, last = ast.parse("\n".join([*needed(cells, text), text])).body
    names = {}
    exec(compile(ast.Module(body, []), "solution", "exec"), names)
    return eval(compile(ast.Expression(last.value), "solution", "eval"), names)


SOLUTIONS = {
    f"{path.stem}-{cell['id']}": (path, k)
    for path in LESSONS
    for k, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"])
    if "solution" in hygiene.tags(cell)
}


@pytest.mark.parametrize(("path", "k"), SOLUTIONS.values(), ids=SOLUTIONS)
def test_a_folded_solution_is_correct_in_the_place_of_its_exercise(path, k):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [hygiene.source(cell) for cell in cells[:k] if cell["cell_type"] == "code"]
    text = hygiene.solution(cells[k])
    asked = [re.findall(r'check\.answer\("(\w+)"', piece) for piece in (code[-1], text)]
    assert asked[0] == asked[1] != []
    assert max(map(len, text.splitlines())) <= 120
    reply = solved(code, text)
    assert reply.correct, reply


RATIOS = [0.71] * 4


def test_a_wrong_solution_is_found():
    cells = ["from vgrad.lessons.gradient_flow import check", "power = 9\nprint(power)", "power = -0.5"]
    assert needed(cells, f"check.answer('exponent', ({RATIOS}, power))") == [cells[0], "power = -0.5"]
    assert solved(cells, f"check.answer('exponent', ({RATIOS}, power))").correct
    later = ["def f():\n    return a", "a = 2", "b = a", "a = 3"]
    assert needed(later, "f()") == [later[0], "a = 3"]
    assert needed(later, "b") == ["a = 2", "b = a"]
    assert not solved(cells, f"check.answer('exponent', ({RATIOS}, power / 2))").correct


@pytest.mark.parametrize(("source", "fault"), [("import torch", False), ("import os", True)])
def test_the_lesson_on_pytorch_may_import_it_and_nothing_else(source, fault):
    notebook = json.loads((ROOT / "notebooks/17_your_network.ipynb").read_text(encoding="utf-8"))
    _code(notebook, 0)["source"] = source
    faults = hygiene.faults(json.dumps(notebook))
    assert any("code cell 0 imports" in each and "only numpy and torch and vgrad" in each for each in faults) == fault


def test_the_lesson_on_pytorch_is_skipped_in_words_where_pytorch_is_missing():
    missing = (
        "import importlib.util as util; find = util.find_spec; "
        "util.find_spec = lambda name, *rest: None if name == 'torch' else find(name, *rest)"
    )
    arguments = ["-q", "-n", "0", "-rs", "-p", "no:cacheprovider", "tests/conftest.py"]
    arguments += ["notebooks/17_your_network.ipynb"]
    program = f"{missing}; import pytest; raise SystemExit(pytest.main({arguments}))"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert re.search(r"^SKIPPED \[\d+\] .*: 17_your_network needs PyTorch$", run.stdout, re.MULTILINE), run.stdout
    assert re.search(r"^\d+ skipped", run.stdout.strip().splitlines()[-1])


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
