"""The class scripts of TEACHING.md are true: their quotes, choices and headings, by heart and on the slides."""

from __future__ import annotations

import re
from functools import cache

import ipywidgets as widgets
import pytest
import script
from explored import button, tree

ROWS = [pytest.param(title, k, id=f"{title.split()[0]} at {row.minute}") for title in script.TITLES
        for k, row in enumerate(script.rows(title))]  # fmt: skip
IMPORT = r"from vgrad[\w.]* import (\([^)]*\bexplore\b[^)]*\)|.*\bexplore\b.*)"
every_row = pytest.mark.parametrize(("title", "k"), ROWS)
every_script = pytest.mark.parametrize("title", script.TITLES)


def opened(lesson):
    """The explorers that a lesson has on its slides, as its cells open them."""
    code = [script.source(cell) for cell in script.notebook(lesson) if cell["cell_type"] == "code"]
    imports = next(found[0] for text in code if (found := re.search(IMPORT, text)))
    calls = [text for text in code if text.startswith("explore.")] + [script.extra_cell()] * (lesson == "10")
    space = {}
    exec(imports, space)
    return [eval(call, space) for call in calls]


def act(explorer, name, value):
    """Do by hand what a row says; a sentence without a value is written twice. False where there is no such thing."""
    control = next((each for each in explorer.controls.values() if each.description == name), None)
    if control is None:
        names = {each.description for each in tree(explorer) if isinstance(each, widgets.Button)}
        return name in names and (button(explorer, name).click() or True)
    if isinstance(control, widgets.Dropdown):
        control.value = dict(control.options)[value]
    elif isinstance(control, widgets.ToggleButton):
        control.value = True
    else:
        control.value = type(control.value)(value) if value else f"{control.value} {control.value}"
    explorer._hand.rest()
    return True


@cache
def told(title):
    """What the explorers say in each row of a script, from the first row to the last, as if they stayed open."""
    explorers, said = {}, []
    for row in script.rows(title):
        captions = []
        for name, value in script.pressed(row.show):
            if row.lesson not in explorers:
                explorers[row.lesson] = opened(row.lesson)
            moved = next((each for each in explorers[row.lesson] if act(each, name, value)), None)
            assert moved is not None, f"no explorer of lesson {row.lesson} has {name!r}"
            captions += [moved.caption, moved._alt(moved.record)]
        said.append(script.plain(" ".join(captions)))
    return said


@every_row
def test_each_quotation_of_a_script_is_said_in_its_lesson_or_by_its_explorer(title, k):
    row = script.rows(title)[k]
    said = f"{script.words(row.lesson)} {told(title)[k]}"
    assert [quote for quote in row.quotes if script.plain(quote) not in said] == []
    assert row.quotes or row.read == "–"


@every_row
def test_each_choice_and_each_heading_of_a_script_is_there_and_the_right_one_is_ticked(title, k):
    row = script.rows(title)[k]
    asked = script.questions(row.lesson)
    for choice, ticked in row.choices:
        among = [question for question in asked if choice in question.choices]
        if among:
            assert ticked == any(choice == question.right for question in among), choice
        else:
            assert f"| {choice} |" in script.words(row.lesson), choice  # a treatment of the clinic
    assert [heading for heading in row.headings if heading not in script.headings(row.lesson)] == []


@every_row
def test_whoever_reads_what_a_class_says_finds_the_right_answer(title, k):
    row = script.rows(title)[k]
    assert "✓" in row.say or "as above" in row.say or row.say == "–" or row.ask.startswith("Each pair")


@every_script
def test_a_script_fits_its_minutes(title):
    begins = [row.seconds for row in script.rows(title)]
    assert begins == sorted(begins)
    assert begins[0] == 0
    assert begins[-1] < 60 * int(title.split()[0])
