"""What the course asks today. An answer is judged by it, and an answer to what is no longer asked is not counted.

A teacher can edit questions in the middle of a course. So the file says what was chosen, and the course says whether
that is right, and which belief stands behind it.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from ..kit.entries import FORMS, Entry, brief
from ..kit.questions.form import Question, read
from ..lessons.concepts import CONCEPTS


@lru_cache(maxsize=32)  # rooms
def asked(room: str) -> dict[str, Question] | None:
    """Return the questions of all files of a room by their names, or None where there is no such room."""
    folder = files("vgrad.lessons") / room
    if not folder.is_dir():
        return None
    pages = [page.name.removesuffix(".md") for page in folder.iterdir() if page.name.endswith(".md")]
    return {name: question for page in sorted(pages) for name, question in read(f"vgrad.lessons.{room}", page).items()}


def fault(entry: Entry) -> str:
    """Return why an entry cannot be counted, in words, or nothing where it can be."""
    questions = asked(entry.room)
    if questions is None:
        return f"the lesson {brief(entry.room)} is not in this vgrad"
    if entry.kind == "exercise":
        return ""
    if entry.name not in questions:
        return f"the question {brief(entry.name)} is no longer asked in {entry.room}"
    question = questions[entry.name]
    if entry.choice not in ("", *question.choices):
        return f"the choice {brief(entry.choice)} is no longer there at the question {entry.name}"
    if entry.kind in FORMS and question.concept not in CONCEPTS:
        return f"the concept {brief(question.concept)} of the question {entry.name} is not in the table of concepts"
    return ""


def judged(entry: Entry) -> Entry:
    """Return an entry that has no fault, judged by the question as it is today."""
    question = (asked(entry.room) or {}).get(entry.name)
    if entry.kind == "exercise" or question is None:
        return entry
    right = entry.choice == question.right
    belief = question.beliefs.get(entry.choice, "")
    return entry._replace(concept=question.concept, right=right, belief=belief, choices=len(question.choices))
