"""The inventory: two forms of 24 questions, one for each concept of the series, to be taken before and after it."""

from __future__ import annotations

from functools import lru_cache

from ... import require
from ...kit.questions import Form, Question, Topic, read
from .. import ROOMS
from ..concepts import CONCEPTS

__all__ = ["FORMS", "TOPICS", "take"]

FORMS: dict[str, list[Question]] = {
    letter: list(read("vgrad.lessons.check_yourself", f"form_{letter.lower()}").values()) for letter in "AB"
}
TOPICS = {
    name: Topic(concept.topic, concept.says, concept.lesson, f"{concept.lesson}_{ROOMS[int(concept.lesson)]}.ipynb")
    for name, concept in CONCEPTS.items()
}


def take(letter: str) -> Form:
    """Show a form of the inventory, "A" or "B", question by question, and at its end the result by concept.

    In one kernel a form is the same whenever it is asked for, so running the cell again loses nothing. ValueError says
    which forms there are.
    """
    return _form(require.choice("letter", letter, list(FORMS)))


@lru_cache(maxsize=2)  # a form of each letter
def _form(letter: str) -> Form:
    return Form(letter, FORMS, TOPICS)
