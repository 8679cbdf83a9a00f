"""What a finished form says: by concept whether it is understood, and where it is taught.

While another form is still open, a concept is named by its topic alone, because what it says would be an answer there.
When all forms are finished, the sentence stands in its place, and the replies can be opened.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import NamedTuple

from .form import Question

Forms = Mapping[str, list[Question]]  # the questions of each form, by its letter
Given = Mapping[str, Mapping[str, str]]  # what was chosen in each form, by the question's id; "" was left open
MARKS = {True: "● right", False: "○ not yet"}


class Topic(NamedTuple):
    """What a concept is about, what it says, and where it is taught."""

    about: str
    says: str
    lesson: str  # such as "03"
    page: str  # its notebook


def right(asked: list[Question], given: Mapping[str, str]) -> dict[str, bool]:
    """Return by concept whether its question was answered rightly; what was not asked yet is not there."""
    return {each.concept: given[each.id] == each.right for each in asked if each.id in given}


def result(forms: Forms, given: Given, topics: Mapping[str, Topic]) -> str:
    """Return the result of the forms that are finished, as HTML: a table by concept, and in the end the replies."""
    found = {letter: right(asked, given[letter]) for letter, asked in forms.items()}
    found = {letter: by_concept for letter, by_concept in found.items() if len(by_concept) == len(forms[letter])}
    complete = len(found) == len(forms)
    counts = [
        f"In form {letter} you answered {sum(by_concept.values())} of {len(by_concept)} questions rightly."
        for letter, by_concept in found.items()
    ]
    heads = "".join(f'<th scope="col">form {letter}</th>' for letter in found)
    rows = "".join(_row(topic, complete, [each[name] for each in found.values()]) for name, topic in topics.items())
    table = f'<table><tr><th scope="col">concept</th>{heads}<th scope="col">lesson</th></tr>{rows}</table>'
    return f"<div>{' '.join(counts)}</div>{table}{_replies(forms, given) if complete else ''}"


def _row(topic: Topic, complete: bool, marks: list[bool]) -> str:
    named = html.escape(topic.says if complete else topic.about)
    cells = "".join(f'<td style="white-space: nowrap; padding: 0 0.6em">{MARKS[mark]}</td>' for mark in marks)
    link = f'<a href="{html.escape(topic.page)}">{topic.lesson}</a>'
    return f'<tr><td style="text-align: left">{named}</td>{cells}<td>{link}</td></tr>'


def _replies(forms: Forms, given: Given) -> str:
    """What the forms reply to each choice, folded."""
    folded = "<details><summary>Form {}: replies to your answers</summary>{}</details>"
    return "".join(
        folded.format(letter, "".join(_reply(question, given[letter][question.id]) for question in asked))
        for letter, asked in forms.items()
    )


def _reply(question: Question, choice: str) -> str:
    chosen = f"You chose “{choice}”."
    said = f"{chosen} {question.replies[choice]}" if choice in question.replies else "You left it open."
    if choice != question.right:
        said += f" The right answer is “{question.right}”. {question.replies[question.right]}"
    return f"<p><b>{html.escape(question.prompt)}</b><br>{html.escape(said)}</p>"
