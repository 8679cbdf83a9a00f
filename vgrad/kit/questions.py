"""How a question is asked. The questions of a lesson lie in its room, in questions.md, where a teacher can edit them.

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
from .words.phrases import size

COMMIT = "This is my answer"
READ = "Read the reply to this choice"
RUN = "Run this cell to answer."
UNASKED = "Answer the question above, and your answer will stand here beside it."
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


def asker(package: str) -> Asker:
    """Return the ``ask`` of a room, such as "vgrad.lessons.gates", which shows its questions."""
    return Asker(read(package))


class Asker:
    """What asks the questions of a room. It remembers each first choice for as long as the kernel runs."""

    def __init__(self, questions: dict[str, Question]):
        self._questions = questions
        self._asked: dict[str, Prediction] = {}

    def __call__(self, name: str) -> Prediction:
        """Show the question called ``name`` and its choices. ValueError names the questions of this lesson."""
        question = self._questions[require.choice("name", name, list(self._questions))]
        if name not in self._asked:
            self._asked[name] = Prediction(question)
        return self._asked[name]

    def beside(self, name: str, measured: float | str) -> Beside:
        """Show what was ``measured`` beside the first choice at the question called ``name``, also a later one.

        measured : a number, or what was found in words. ValueError names the questions of this lesson.
        """
        return Beside(self(name), measured if isinstance(measured, str) else size(require.number("measured", measured)))


class Prediction(widgets.VBox):
    """A question on the page. The first choice that is answered stays marked, and the others can be read after it."""

    def __init__(self, question: Question):
        self.question = question
        self.first: str | None = None
        self.chosen: list[Callable[[], None]] = []  # what is called when there is a first choice
        self._choices = widgets.RadioButtons(options=list(question.choices), value=None)
        self._button = widgets.Button(description=COMMIT, layout={"width": "max-content"})
        self._reply = widgets.HTML()
        self._answered: str | None = None
        head = f"<div><b>Predict.</b> {html.escape(question.prompt)}</div>"
        super().__init__([widgets.HTML(styles.QUESTION + head), self._choices, self._button, self._reply])
        self.add_class("vgrad-predict")
        self._button.on_click(self._answer)

    @property
    def reply(self) -> str:
        """The lesson's reply to the choice that was answered last, or nothing before there is one."""
        return self.question.replies[self._answered] if self._answered else ""

    def choose(self, choice: str) -> None:
        """Make a choice and ask for its reply, as by hand. ValueError names the choices there are."""
        self._choices.value = require.choice("choice", choice, list(self.question.choices))
        self._answer()

    def _answer(self, _: Any = None) -> None:
        chosen, question = self._choices.value, self.question
        if chosen is None:
            self._reply.value = card("Choose an answer first.", OPEN)
            return
        self._answered = chosen
        if self.first is None:
            self.first = chosen
            self.add_class(f"vgrad-first-{question.choices.index(chosen) + 1}")
            self._button.description = READ
            for tell in self.chosen:
                tell()
        right = chosen == question.right
        verdict = "right" if right else "not right"
        first = f"“{self.first}” was your first choice"
        said = f"{first}, and it is {verdict}." if chosen == self.first else f"“{chosen}” is {verdict}. {first}."
        self._reply.value = card(self.reply, GOOD if right else OPEN, said)

    def _repr_mimebundle_(self, **kwargs):
        question = self.question
        text = "\n".join([f"Predict. {question.prompt}", *(f"  ( ) {choice}" for choice in question.choices), RUN])
        items = "".join(f"<li>{html.escape(choice)}</li>" for choice in question.choices)
        page = f"<p><b>Predict.</b> {html.escape(question.prompt)}</p><ul>{items}</ul><p><em>{RUN}</em></p>"
        return _stored(super()._repr_mimebundle_(**kwargs), text, page)


class Beside(widgets.HTML):
    """What was measured, in one line with the first choice at a question, which may still be made."""

    def __init__(self, prediction: Prediction, measured: str):
        super().__init__()
        self._prediction = prediction
        self._measured = measured
        prediction.chosen.append(self._write)
        self._write()

    @property
    def text(self) -> str:
        """The line, without markup."""
        first = self._prediction.first
        if first is None:
            return f"We measure {self._measured}. {UNASKED}"
        return f"You said “{first}”. We measure {self._measured}."

    def _write(self) -> None:
        right = self._prediction.first == self._prediction.question.right
        self.value = card(self.text, GOOD if right else OPEN)

    def _repr_mimebundle_(self, **kwargs):
        return _stored(super()._repr_mimebundle_(**kwargs), self.text, f"<p>{html.escape(self.text)}</p>")


def _stored(live: dict | None, text: str, page: str) -> dict:
    """The widget, and what stands in its place where no kernel runs, as text and as HTML."""
    return {**(live or {}), "text/plain": text, "text/html": page}


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
