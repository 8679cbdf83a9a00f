"""Exercises in both directions: no right variant is refused, and each wrong one is met with the word that it needs."""

from __future__ import annotations

import ast
import copy
import json
import random
import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import course
import numpy as np
import pytest
from variants import made, named

from vgrad.kit import journal

SIX, EIGHT = 6, 8
FOLDER = Path(__file__).parent / "variants"
NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("[0-9]*.ipynb"))
ROOMS = [room for room, check in course.CHECKS.items() if check.EXERCISES]
TABLES = {room: import_module(f"variants.{room}") for room in ROOMS if (FOLDER / f"{room}.py").exists()}
RIGHT = [
    (room, exercise, name)
    for room, table in TABLES.items()
    for exercise, variants in table.RIGHT.items()
    for name in named(variants)
]
WRONG = [
    (room, exercise, name)
    for room, table in TABLES.items()
    for exercise, variants in table.WRONG.items()
    for name in named(variants)
]


def half_finished(*arguments, **options):
    raise RuntimeError("half finished")


NEVER_RIGHT = {
    "three dots": ...,
    "None": None,
    "a word": "0.25",
    "bytes": b"1",
    "an empty list": [],
    "an empty dict": {},
    "True": True,
    "NaN": float("nan"),
    "inf": float("inf"),
    "complex": 1j,
    "an array": np.ones((2, 3)),
    "a type": int,
    "an object": object(),
    "a module": np,
    "a function that raises": half_finished,
    "a function that takes nothing": lambda: 1.0,
    "a function that returns nothing": lambda *arguments, **options: None,
    "a function that returns the dots": lambda *arguments, **options: ...,
    "a function that returns a word": lambda *arguments, **options: "right",
    "a function that returns itself": lambda *arguments, **options: half_finished,
}


def frozen(value):
    """A copy of the arrays in ``value``, to compare with afterwards."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if hasattr(value, "_asdict"):
        return {name: frozen(part) for name, part in value._asdict().items()}
    if isinstance(value, (list, tuple)):
        return [frozen(part) for part in value]
    if isinstance(value, dict):
        return {name: frozen(part) for name, part in value.items()}
    return None


def judged(exercise, given):
    """What the check says, after a look at what it may not touch: what is given, and the global random states."""
    before = frozen(given)
    numpys = np.random.get_state()  # noqa: NPY002
    pythons = random.getstate()
    reply = course.answer(exercise, given)
    np.testing.assert_equal(frozen(given), before)
    if not callable(given):
        np.testing.assert_equal(np.random.get_state(), numpys)  # noqa: NPY002
        assert random.getstate() == pythons
    return reply


def test_every_room_with_exercises_has_its_variants():
    assert sorted(TABLES) == sorted(ROOMS)
    assert {path.stem for path in FOLDER.glob("[a-z]*.py")} <= set(ROOMS)


@pytest.mark.parametrize("room", TABLES)
def test_every_exercise_has_its_variants_in_both_directions(room):
    exercises = course.CHECKS[room].EXERCISES
    assert TABLES[room].RIGHT.keys() == TABLES[room].WRONG.keys() == exercises.keys()
    few = {name: len(given) for name, given in TABLES[room].RIGHT.items() if len(given) < SIX}
    few |= {name: len(given) for name, given in TABLES[room].WRONG.items() if len(given) < EIGHT}
    assert few == {}


@pytest.mark.parametrize(("room", "exercise", "name"), RIGHT)
def test_a_right_variant_is_correct(room, exercise, name):
    given = made(named(TABLES[room].RIGHT[exercise])[name])
    _, praise = course.CHECKS[room].EXERCISES[exercise]
    state = np.random.get_state()  # noqa: NPY002
    assert judged(exercise, given).text == f"correct: {praise}"
    np.testing.assert_equal(np.random.get_state(), state)  # noqa: NPY002


@pytest.mark.parametrize(("room", "exercise", "name"), WRONG)
def test_a_wrong_variant_is_told_what_to_look_at(room, exercise, name):
    given, word = named(TABLES[room].WRONG[exercise])[name]
    reply = judged(exercise, made(given))
    assert not reply.correct
    assert reply.text.startswith("not yet: ")
    assert word
    assert word in reply.text.removeprefix("not yet: ")
    assert contradictions(reply.text) == []


def contradictions(reply):
    """The numbers of at least three digits that a reply says twice, as in "-1.5119, and … is -1.5119"."""
    said = Counter(re.findall(r"(?<![\w.])[-−]?\d+\.\d{2,}(?:e[-+]?\d+)?", reply))
    return [number for number, times in said.items() if times > 1]


def test_a_reply_that_contradicts_itself_is_found():
    assert contradictions("W[0, 0] is -1.5119, and W - rate · v is -1.5119") == ["-1.5119"]
    assert contradictions("W[0, 0] is -1.5119, and W - rate · v is 1.5119") == []


@pytest.mark.parametrize("kind", NEVER_RIGHT)
@pytest.mark.parametrize("exercise", course.EXERCISES)
def test_what_can_never_be_right_is_refused_in_words(exercise, kind):
    reply = judged(exercise, copy.copy(NEVER_RIGHT[kind]) if kind == "an array" else NEVER_RIGHT[kind])
    assert not reply.correct
    assert reply.text.startswith("not yet: ")
    assert len(reply.text.split()) >= 5


# --- what is no try ---------------------------------------------------------------------------------------------------


def cells(notebook):
    """The import lines of a notebook's code cells, and the cells of its exercises, as the page has them."""
    code = [cell for cell in json.loads(notebook.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    exercises = [
        "".join(cell["source"]) for cell in code if {"exercise", "investigation"} & {*cell["metadata"].get("tags", [])}
    ]
    statements = [node for cell in code if not exercises or "".join(cell["source"]) not in exercises
                  for node in tree("".join(cell["source"]))]  # fmt: skip
    return [node for node in statements if isinstance(node, ast.Import | ast.ImportFrom)], exercises


def tree(source):
    """The statements of a cell; those of a slip that a page shows are none."""
    try:
        return ast.parse(source).body
    except SyntaxError:
        return []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_an_exercise_as_the_page_has_it_is_no_try(notebook, monkeypatch):
    """Run All notes nothing, so that the progress of a learner holds what the learner did."""
    monkeypatch.setattr(journal, "_journal", journal.Journal())
    imports, exercises = cells(notebook)
    names = {}
    try:
        exec(compile(ast.Module(imports, []), str(notebook), "exec"), names)
    except ImportError as missing:
        pytest.skip(f"the page needs {missing.name}")
    for exercise in exercises:
        exec(compile(exercise, str(notebook), "exec"), dict(names))
    assert journal.entries("exercise") == ()
