"""The inventory: its two forms are parallel, and its widget tells nothing before the end and loses nothing."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from asked import opening, places_of, tell_tale, unfit

from vgrad.kit import journal
from vgrad.kit.questions import Form
from vgrad.lessons.check_yourself import FORMS, TOPICS, take
from vgrad.lessons.concepts import CONCEPTS

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
ALL = [question for asked in FORMS.values() for question in asked]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """An empty folder, and a kernel that has heard nothing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(journal, "_journal", journal.Journal())
    return tmp_path


@pytest.mark.parametrize("letter", FORMS)
def test_a_form_asks_once_of_each_concept(letter):
    assert [question.concept for question in FORMS[letter]] == list(CONCEPTS)
    assert [question.id for question in FORMS[letter]] == [f"{letter.lower()}_{name}" for name in CONCEPTS]


@pytest.mark.parametrize("name", CONCEPTS)
def test_the_forms_are_parallel_and_no_copies(name):
    a, b = (next(question for question in FORMS[letter] if question.concept == name) for letter in "AB")
    assert sorted(a.beliefs.values()) == sorted(b.beliefs.values())
    assert len(set(a.beliefs.values())) == 3
    assert a.prompt != b.prompt
    assert a.right != b.right
    assert a.choices.index(a.right) != b.choices.index(b.right)


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.id)
def test_each_wrong_choice_has_a_belief_and_each_choice_a_reply_that_fits(question):
    assert len(question.choices) == 4
    assert question.beliefs.keys() == set(question.choices) - {question.right}
    assert all(belief.endswith(".") and len(belief.split()) <= 16 for belief in question.beliefs.values())
    assert unfit(question.replies, question.right) == []
    assert "dh" not in question.prompt.split()  # the inventory is also taken by who has read no lesson


@pytest.mark.parametrize("letter", FORMS)
def test_neither_the_place_nor_the_length_of_a_choice_tells_whether_it_is_right(letter):
    assert places_of(FORMS[letter], 4) == [6, 6, 6, 6]
    assert abs(tell_tale(FORMS[letter])) < 0.1
    longest = [max(question.choices, key=len) == question.right for question in FORMS[letter]]
    assert 3 <= sum(longest) <= 9


def test_no_opening_is_a_formula():
    assert opening(ALL)[1] <= 8, opening(ALL)


def form(letter="A"):
    return Form(letter, FORMS, TOPICS)


def seen(shown):
    """All words that a form shows."""
    parts, words = [shown], []
    for part in parts:
        parts += getattr(part, "children", ())
        words += [getattr(part, "value", None) or "", *getattr(part, "options", ())]
    return html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", " ".join(map(str, words)), flags=re.DOTALL))


def finish(shown, wrong=()):
    """Answer all that is left, wrongly about these concepts."""
    while (question := shown.question) is not None:
        others = [choice for choice in question.choices if choice != question.right]
        shown.choose(others[0] if question.concept in wrong else question.right, "certain")


def test_nothing_is_said_of_an_answer_before_both_forms_are_finished():
    first, second = form("A"), form("B")
    replies = [reply for question in ALL for reply in question.replies.values()]
    for shown in (first, second):
        while shown.question is not None:
            assert not any(reply in seen(shown) for reply in replies)
            assert "right" not in seen(shown).replace(shown.question.prompt, "").split(" · ")
            shown.choose(shown.question.choices[0])
        if shown is first:
            assert not any(said in seen(shown) for said in (*replies, *(topic.says for topic in TOPICS.values())))
    assert sum(reply in seen(second) for reply in replies) >= len(ALL)


def test_the_result_is_by_concept_with_a_link_to_its_lesson():
    shown = form()
    finish(shown, wrong={"dW", "time"})
    assert "In form A you answered 22 of 24 questions rightly." in seen(shown)
    assert shown.right == {name: name not in ("dW", "time") for name in CONCEPTS}
    assert seen(shown).count("○ not yet") == 2
    links = re.findall(r'href="([^"]+)"', shown._body.children[0].value)
    assert len(links) == len(CONCEPTS)
    assert all((NOTEBOOKS / link).exists() for link in links)


def test_a_question_may_be_left_open_and_none_is_passed_by_accident():
    shown = form()
    first = shown.question
    shown._show()
    next(button for button in shown._buttons.children if button.description == "Next").click()
    assert shown.question is first
    assert "Choose an answer first" in seen(shown)
    shown.choose(None)
    assert shown.question is FORMS["A"][1]
    assert shown.answers == {first.id: ""}
    finish(shown)
    assert "23 of 24" in seen(shown)


def test_running_the_cell_again_loses_nothing():
    assert take("A") is take("A")
    with pytest.raises(ValueError, match="letter is 'C'; allowed is one of 'A', 'B'"):
        take("C")


def test_a_kept_form_goes_on_after_a_restart(monkeypatch):
    journal.keep()
    shown = form()
    for _ in range(5):
        shown.choose(shown.question.right)
    monkeypatch.setattr(journal, "_journal", journal.Journal())  # as a new kernel has it
    assert form().question is FORMS["A"][5]


def test_without_keeping_a_new_kernel_begins_anew(monkeypatch, elsewhere):
    shown = form()
    shown.choose(shown.question.right)
    assert list(elsewhere.iterdir()) == []
    monkeypatch.setattr(journal, "_journal", journal.Journal())
    assert form().question is FORMS["A"][0]


@pytest.mark.parametrize("letter", FORMS)
def test_a_page_without_a_kernel_tells_no_question(letter):
    data = form(letter)._repr_mimebundle_()
    for mime in ("text/plain", "text/html"):
        assert f"Form {letter} has 24 questions" in data[mime]
        assert not any(question.prompt in html.unescape(data[mime]) for question in ALL)
