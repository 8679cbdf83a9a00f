"""How a question is asked. The questions of a lesson lie in its room, in questions.md, where a teacher can edit them.

    ## sigmoid_30
    Concept: losses multiply

    A gradient enters the last of thirty sigmoid layers. How much of it reaches the first layer?

    - [ ] about a thirtieth

      That would be a loss that adds up, layer by layer. Losses here multiply.
    - [x] about 1e-18

      Each layer keeps about a quarter, and a quarter to the 29th is that small.

A heading is the question's id. Each choice is an item of a list, the right one is ticked, and what follows it is the
reply to somebody who takes it. Line breaks within a paragraph mean nothing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any, NamedTuple

import ipywidgets as widgets

from .. import require
from . import styles
from .exercises import GOOD, OPEN, card

_CHOICE = re.compile(r"^- \[([ x])\] ", re.MULTILINE)


class Question(NamedTuple):
    """A question with choices, and for each choice a reply to somebody who takes it."""

    id: str
    concept: str
    prompt: str
    choices: tuple[str, ...]
    right: str
    replies: dict[str, str]  # by choice


def parse(text: str, source: str = "questions.md") -> dict[str, Question]:
    """Return the questions of a Markdown text by their ids; ValueError says which question is not in the form above."""
    _, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    questions = [_question(section, source) for section in sections]
    return {question.id: question for question in questions}


def read(package: str) -> dict[str, Question]:
    """Return the questions of the room called ``package``, such as "vgrad.lessons.gates"."""
    path = files(package) / "questions.md"
    return parse(path.read_text(encoding="utf-8"), f"{package}/questions.md")


def asker(package: str) -> Callable[[str], Prediction]:
    """Return the function ``ask`` of a room, which shows one of its questions."""
    questions = read(package)

    def ask(name: str) -> Prediction:
        """Show the question called ``name`` and its choices. ValueError names the questions of this lesson."""
        return Prediction(questions[require.choice("name", name, list(questions))])

    return ask


class Prediction(widgets.VBox):
    """A question on the page. A choice, by a click or by ``choose``, is answered under it."""

    def __init__(self, question: Question):
        self.question = question
        self._choices = widgets.RadioButtons(
            options=list(question.choices), value=None, layout={"width": "max-content"}
        )
        self._reply = widgets.HTML()
        style = "font-size: 1.1em; line-height: 1.45; max-width: 62em"
        prompt = f'<div style="{style}"><b>Predict.</b> {html.escape(question.prompt)}</div>'
        super().__init__([widgets.HTML(styles.PAGE + prompt), self._choices, self._reply])
        self.add_class("vgrad-predict")
        self._choices.observe(self._answered, "value")

    @property
    def reply(self) -> str:
        """What is said to the choice that was made, or nothing before there is one."""
        chosen = self._choices.value
        if chosen is None:
            return ""
        start = "Yes." if chosen == self.question.right else "Tempting, but no."
        return f"{start} {self.question.replies[chosen]}"

    def choose(self, choice: str) -> None:
        """Take a choice, as a click on it would. ValueError names the choices there are."""
        self._choices.value = require.choice("choice", choice, list(self.question.choices))

    def _answered(self, change: Any) -> None:
        right = self._choices.value == self.question.right
        self._reply.value = card(self.reply, GOOD if right else OPEN)

    def _repr_mimebundle_(self, **kwargs):
        choices = "\n".join(f"  ( ) {choice}" for choice in self.question.choices)
        live = super()._repr_mimebundle_(**kwargs) or {}
        return {**live, "text/plain": f"Predict. {self.question.prompt}\n{choices}"}


# --- the form of a question -------------------------------------------------------------------------------------------


def _question(section: str, source: str) -> Question:
    head, *items = _CHOICE.split(section)
    name, _, rest = head.partition("\n")
    name = name.strip()
    concept, _, prompt = rest.strip().partition("\n")
    if not concept.startswith("Concept: "):
        raise ValueError(f"{source}: question {name!r} has no line 'Concept: …' under its heading")
    replies = {}
    right = []
    for tick, item in zip(items[::2], items[1::2], strict=True):
        choice, _, reply = item.partition("\n\n")
        replies[_one_line(choice)] = _one_line(reply)
        if tick == "x":
            right.append(_one_line(choice))
    if len(right) != 1 or len(replies) < 2 or not all(replies.values()):
        raise ValueError(f"{source}: question {name!r} needs two choices or more, a reply to each, and one tick")
    concept = concept.removeprefix("Concept: ").strip()
    return Question(name, concept, _one_line(prompt), tuple(replies), right[0], replies)


def _one_line(text: str) -> str:
    return " ".join(text.split())
