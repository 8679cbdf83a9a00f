"""The form of a question. The questions of a lesson lie in its room, in questions.md, where a teacher can edit them.

    ## sigmoid_30
    Concept: losses multiply

    A gradient enters the last of thirty sigmoid layers. How much of it reaches the first layer?

    - [ ] about a thirtieth

      That would be a loss that adds up, layer by layer. Losses here multiply.
    - [x] about 1e-18

      Each layer keeps about a quarter, and a quarter to the 29th is that small.

A heading is the question's id. Each choice is an item of a list, the right one is ticked, and what follows it is the
reply to somebody who takes it. Nothing is put before a reply, so it begins with what is right about the choice. Line
breaks within a paragraph mean nothing.

Two lines are there where they are needed. Under the concept, ``Lesson: 03`` says which earlier lesson a question of a
warm-up comes from. The first paragraph below a wrong choice of the inventory, ``Belief: …``, says what somebody who
takes it believes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

_CHOICE = re.compile(r"^- \[([ x])\] ", re.MULTILINE)
_LESSON = re.compile(r"Lesson: (\d\d)\n")
_BELIEF = re.compile(r"\s*Belief: (.*?)\n\s*\n", re.DOTALL)


class Question(NamedTuple):
    """A question with choices, and for each choice a reply to somebody who takes it."""

    id: str
    concept: str
    prompt: str
    choices: tuple[str, ...]
    right: str
    replies: dict[str, str]  # by choice
    beliefs: Mapping[str, str] = MappingProxyType({})  # by wrong choice, what whoever takes it believes
    lesson: str = ""  # the earlier lesson that a question of a warm-up comes from, such as "03"


def parse(text: str, source: str = "questions.md") -> dict[str, Question]:
    """Return the questions of a Markdown text by their ids; ValueError says which question is not in the form above."""
    _, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    questions = [_question(section, source) for section in sections]
    return {question.id: question for question in questions}


def read(package: str, name: str = "questions") -> dict[str, Question]:
    """Return the questions of the room called ``package``, such as "vgrad.lessons.gates".

    name : of the file, "questions" or "warm_up" or a form of the inventory. A room without this file has none.
    """
    path = files(package) / f"{name}.md"
    return parse(path.read_text(encoding="utf-8"), f"{package}/{name}.md") if path.is_file() else {}


def _question(section: str, source: str) -> Question:
    head, *items = _CHOICE.split(section)
    name, _, rest = head.partition("\n")
    name = name.strip()
    concept, _, prompt = rest.strip().partition("\n")
    if not concept.startswith("Concept: "):
        raise ValueError(f"{source}: question {name!r} has no line 'Concept: …' under its heading")
    concept = concept.removeprefix("Concept: ").strip()
    lesson = _LESSON.match(prompt)
    prompt = _one_line(prompt[lesson.end() :] if lesson else prompt)
    right = []
    replies = {}
    beliefs = {}
    for tick, item in zip(items[::2], items[1::2], strict=True):
        text, _, reply = item.partition("\n\n")
        choice = _one_line(text)
        if belief := _BELIEF.match(reply):
            beliefs[choice] = _one_line(belief[1])
            reply = reply[belief.end() :]
        replies[choice] = _one_line(reply)
        if tick == "x":
            right.append(choice)
    if len(right) != 1 or len(replies) < 2 or not all(replies.values()):
        raise ValueError(f"{source}: question {name!r} needs two choices or more, a reply to each, and one tick")
    return Question(name, concept, prompt, tuple(replies), right[0], replies, beliefs, lesson[1] if lesson else "")


def _one_line(text: str) -> str:
    return " ".join(text.split())
