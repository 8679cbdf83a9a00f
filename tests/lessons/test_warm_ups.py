"""The warm-ups: which concept returns when, how their questions are made, and how they look on the page."""

from __future__ import annotations

import html
import re
from collections import Counter

import numpy as np
import pytest
from asked import opening, places_of, tell_tale, unfit

from vgrad.kit import questions
from vgrad.lessons import ROOMS
from vgrad.lessons.concepts import CONCEPTS

LESSONS = range(2, 19)
WARM_UPS = {number: list(questions.read(f"vgrad.lessons.{ROOMS[number]}", "warm_up").values()) for number in LESSONS}
ASKED = [question for asked in WARM_UPS.values() for question in asked]


@pytest.mark.parametrize("number", LESSONS)
def test_a_warm_up_asks_of_the_last_lesson_of_the_one_before_and_of_one_further_back(number):
    last, before, further = (int(question.lesson) for question in WARM_UPS[number])
    assert (last, before) == (number - 1, number - 2)
    assert further <= number - 4 if number >= 5 else further in (last, before)


def test_the_table_says_which_concept_returns_when_and_each_returns_twice():
    returns = {concept: [] for concept in CONCEPTS}
    for number, asked in WARM_UPS.items():
        for question in asked:
            returns[question.concept].append(f"{number:02}")
    assert returns == {name: list(concept.returns) for name, concept in CONCEPTS.items()}
    assert min(map(len, returns.values())) >= 2


def test_a_concept_is_not_asked_of_before_its_lesson():
    for question in ASKED:
        assert int(question.lesson) >= int(CONCEPTS[question.concept].lesson) or question.lesson == "00"


def test_no_question_is_asked_twice():
    own = [q for room in ROOMS for q in questions.read(f"vgrad.lessons.{room}").values()]
    prompts = [question.prompt for question in (*ASKED, *own)]
    assert len(set(prompts)) == len(prompts)
    assert len({question.id for question in (*ASKED, *own)}) == len(prompts)


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.id)
def test_each_choice_has_a_reply_that_fits(question):
    assert len(question.choices) == 3
    assert unfit(question.replies, question.right) == []
    assert len(question.prompt.split()) <= 40


def test_neither_the_place_nor_the_length_of_a_choice_tells_whether_it_is_right():
    counts = places_of(ASKED, 3)
    assert max(counts) == min(counts) == len(ASKED) / 3
    assert all(len({question.choices.index(question.right) for question in asked}) > 1 for asked in WARM_UPS.values())
    assert abs(tell_tale(ASKED)) < 0.1


def test_no_opening_is_a_formula():
    assert opening(ASKED)[1] <= 6, opening(ASKED)


@pytest.mark.parametrize("number", LESSONS)
def test_a_page_without_a_kernel_asks_without_choices(number):
    warm_up = questions.WarmUp(WARM_UPS[number], ROOMS[number])
    data = warm_up._repr_mimebundle_()
    for mime in ("text/plain", "text/html"):
        text = html.unescape(data[mime])
        assert all(f"{question.prompt} (lesson {question.lesson})" in text for question in WARM_UPS[number])
        assert not any(choice in text for question in WARM_UPS[number] for choice in question.choices)
        assert "Run this cell to answer." in text


def test_a_warm_up_is_answered_as_any_question_and_stays():
    ask = questions.asker(f"vgrad.lessons.{ROOMS[5]}")
    warm_up = ask.warm_up()
    for prediction in warm_up.predictions:
        prediction.choose(prediction.question.right, "fairly sure")
        assert prediction.reply == prediction.question.replies[prediction.question.right]
    assert ask.warm_up() is warm_up
    heads = [re.sub(r"<[^>]*>", "", prediction.children[0].value) for prediction in warm_up.predictions]
    assert [f"{k} · From lesson {question.lesson}." in head for (k, question), head in
            zip(enumerate(WARM_UPS[5], 1), heads, strict=True)] == [True] * 3  # fmt: skip


def test_a_tell_tale_is_found():
    lengths = {"short": "no.", "a very long and careful choice": "yes."}
    longest = questions.Question("q", "c", "p", tuple(lengths), "a very long and careful choice", lengths)
    assert tell_tale([longest, longest]) > 0.9
    assert places_of([longest], 2) == [0, 1]
    assert np.isfinite(tell_tale(ASKED))
    assert Counter(places_of(ASKED, 3))
