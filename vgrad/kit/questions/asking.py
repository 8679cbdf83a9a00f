"""A question on the page. The first choice counts, and it can be given with a confidence.

The choice is a commitment, so it stays marked while the replies to the other choices are read, and a later cell can put
a measurement beside it.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from ... import require
from .. import journal, styles
from ..exercises import GOOD, OPEN, card
from .form import Question

COMMIT = "This is my answer"
READ = "Read the reply to this choice"
RUN = "Run this cell to answer."
UNASKED = "Answer the question above, and your answer will stand here beside it."
SURE = ("guess", "fairly sure", "certain")
FIRST = {
    "": "“{}” was your first choice",
    "guess": "You guessed “{}”",
    "fairly sure": "You were fairly sure of “{}”",
    "certain": "You were certain of “{}”",
}
SAID = {"": "", "guess": " as a guess", "fairly sure": " and were fairly sure", "certain": " and were certain"}


class Prediction(widgets.VBox):
    """A question on the page. The first choice that is answered stays marked, and the others can be read after it.

    room : the lesson that asks; kind : "prediction" or "warm-up"; title : what stands before the question.
    """

    def __init__(self, question: Question, room: str = "", kind: str = "prediction", title: str = "Predict."):
        self.question = question
        self.first: str | None = None
        self.chosen: list[Callable[[], None]] = []  # what is called when there is a first choice
        self._room = room
        self._kind = kind
        self._title = title
        self._choices, self._sure = radios(question)
        self._button = widgets.Button(description=COMMIT, layout={"width": "max-content"})
        self._reply = widgets.HTML()
        self._answered: str | None = None
        head = f"<div><b>{html.escape(title)}</b> {html.escape(question.prompt)}</div>"
        row = widgets.HBox([self._sure, self._button])
        super().__init__([widgets.HTML(styles.QUESTION + head), self._choices, row, self._reply])
        self.add_class("vgrad-predict")
        self._button.on_click(self._answer)

    @property
    def reply(self) -> str:
        """The lesson's reply to the choice that was answered last, or nothing before there is one."""
        return self.question.replies[self._answered] if self._answered else ""

    @property
    def confidence(self) -> str:
        """How sure somebody was of the first choice, a word in SURE, or nothing where it was not said."""
        return self._sure.value or ""

    def choose(self, choice: str, confidence: str = "") -> None:
        """Make a choice and ask for its reply, as by hand. ValueError names the choices there are."""
        self._choices.value = require.choice("choice", choice, list(self.question.choices))
        if confidence:
            self._sure.value = require.choice("confidence", confidence, list(SURE))
        self._answer()

    def _answer(self, _: Any = None) -> None:
        chosen, question = self._choices.value, self.question
        if chosen is None:
            self._reply.value = card("Choose an answer first.", OPEN)
            return
        self._answered = chosen
        if self.first is None:
            self._commit(chosen)
        right = chosen == question.right
        verdict = "right" if right else "not right"
        first = FIRST[self.confidence].format(self.first)
        joined = "but" if self.confidence == "certain" and not right else "and"
        said = f"{first}, {joined} it is {verdict}." if chosen == self.first else f"“{chosen}” is {verdict}. {first}."
        self._reply.value = card(self.reply, GOOD if right else OPEN, said)

    def _commit(self, chosen: str) -> None:
        self.first = chosen
        self.add_class(f"vgrad-first-{self.question.choices.index(chosen) + 1}")
        self._button.description = READ
        self._sure.layout.display = "none"
        journal.note(entry(self.question, self._kind, self._room, chosen, self.confidence))
        for tell in self.chosen:
            tell()

    def _repr_mimebundle_(self, **kwargs):
        question = self.question
        text = "\n".join([f"{self._title} {question.prompt}", *(f"  ( ) {each}" for each in question.choices), RUN])
        items = "".join(f"<li>{html.escape(choice)}</li>" for choice in question.choices)
        head = f"<p><b>{html.escape(self._title)}</b> {html.escape(question.prompt)}</p>"
        return stored(super()._repr_mimebundle_(**kwargs), text, f"{head}<ul>{items}</ul><p><em>{RUN}</em></p>")


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
        return f"You said “{first}”{SAID[self._prediction.confidence]}. We measure {self._measured}."

    def _write(self) -> None:
        right = self._prediction.first == self._prediction.question.right
        self.value = card(self.text, GOOD if right else OPEN)

    def _repr_mimebundle_(self, **kwargs):
        return stored(super()._repr_mimebundle_(**kwargs), self.text, f"<p>{html.escape(self.text)}</p>")


def radios(question: Question) -> tuple[widgets.RadioButtons, widgets.RadioButtons]:
    """Return the controls for the choice and for the confidence, in which nothing is chosen yet."""
    choices = widgets.RadioButtons(options=list(question.choices), value=None)
    choices.add_class("vgrad-choices")
    sure = widgets.RadioButtons(options=list(SURE), value=None, orientation="horizontal", description="How sure?")
    sure.add_class("vgrad-sure")
    return choices, sure


def entry(question: Question, kind: str, room: str, choice: str, confidence: str) -> journal.Entry:
    """Return what the journal notes of an answer."""
    belief = question.beliefs.get(choice, "")
    right = choice == question.right
    return journal.Entry(
        kind=kind, room=room, name=question.id, concept=question.concept, choice=choice, right=right,
        confidence=confidence, belief=belief, choices=len(question.choices),
    )  # fmt: skip


def stored(live: dict | None, text: str, page: str) -> dict:
    """Return the widget, and what stands in its place where no kernel runs, as text and as HTML."""
    return {**(live or {}), "text/plain": text, "text/html": page}
