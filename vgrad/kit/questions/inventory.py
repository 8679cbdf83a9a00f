"""A form of the inventory: many questions, one after the other, and at the end a result by concept.

It is taken before and after a course. So it says nothing of an answer while it is taken, and its result says which
concepts are understood and which lesson teaches the others.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import ipywidgets as widgets

from .. import journal, styles
from ..exercises import OPEN, card
from ..keeping import Keeping
from .asking import RUN, entry, radios, stored
from .form import Question
from .result import Forms, Topic, result, right

ROOM = "check_yourself"  # under which its answers are noted
BEGIN = "Begin"
NEXT = "Next"
LEAVE = "Leave it open"
SKIPPED = ""  # the choice at a question that was left open


class Form(widgets.VBox):
    """A form on the page. What is answered stays answered, also when the kernel is started again, if it is kept.

    letter : "A" or "B"; forms : the questions of every form by its letter; topics : by concept.
    """

    def __init__(self, letter: str, forms: Forms, topics: Mapping[str, Topic]):
        self.letter = letter
        self.questions = forms[letter]
        self._forms = forms
        self._topics = topics
        self._head = widgets.HTML()
        self._body = widgets.VBox()
        self._note = widgets.HTML()
        self._buttons = widgets.HBox()
        self._shown: Question | None = None
        super().__init__([widgets.HTML(styles.QUESTION), self._head, self._body, self._buttons, self._note, Keeping()])
        self.add_class("vgrad-predict")
        journal.watch(self._follow)
        if self.answers:
            self._show()
        else:
            self._head.value = f"<div>{self._announced}</div>"
            self._buttons.children = [_button(BEGIN, self._show)]

    @property
    def _announced(self) -> str:
        return f"Form {self.letter} has {len(self.questions)} questions, which come one after the other."

    @property
    def answers(self) -> dict[str, str]:
        """The choice at each question by its id, which is empty where it was left open."""
        return self._given(self.letter)

    @property
    def right(self) -> dict[str, bool]:
        """By concept, whether its question was answered rightly."""
        return right(self.questions, self.answers)

    @property
    def question(self) -> Question | None:
        """The question that is asked now, or None where the form is finished."""
        done = self.answers
        return next((question for question in self.questions if question.id not in done), None)

    def choose(self, choice: str | None, confidence: str = "") -> None:
        """Answer the question that is asked now, as by hand, and go on; None leaves it open."""
        self._show()
        self._choices.value = choice
        self._sure.value = confidence or None
        self._go_on(leave=choice is None)

    @staticmethod
    def _given(letter: str) -> dict[str, str]:
        return {each.name: each.choice for each in journal.entries(f"form {letter}")}

    def _follow(self) -> None:
        """Show what has changed elsewhere: answers were taken from a file, or another form was finished."""
        if self.answers and (self.question is None or self.question is not self._shown):
            self._show()

    def _show(self) -> None:
        question = self._shown = self.question
        if question is None:
            given = {letter: self._given(letter) for letter in self._forms}
            self._head.value = f"<div><b>Form {self.letter}</b> is finished.</div>"
            self._body.children = [widgets.HTML(result(self._forms, given, self._topics))]
            self._buttons.children = []
            return
        number = self.questions.index(question) + 1
        self._head.value = f"<div><b>Form {self.letter}</b>, question {number} of {len(self.questions)}</div>"
        self._choices, self._sure = radios(question)
        self._body.children = [
            widgets.HTML(f'<div class="vgrad-asked">{html.escape(question.prompt)}</div>'),
            self._choices,
        ]
        buttons = _button(NEXT, lambda: self._go_on(leave=False)), _button(LEAVE, lambda: self._go_on(leave=True))
        self._buttons.children = [self._sure, *buttons]

    def _go_on(self, leave: bool) -> None:
        question = self.question
        choice = SKIPPED if leave else self._choices.value
        if question is None or choice is None:
            self._note.value = card(f"Choose an answer first, or press “{LEAVE}”.", OPEN)
            return
        self._note.value = ""
        confidence = "" if leave else self._sure.value or ""
        journal.note(entry(question, f"form {self.letter}", ROOM, choice, confidence))
        self._show()

    def _repr_mimebundle_(self, **kwargs: Any):
        page = f"<p>{self._announced}</p><p><em>{RUN}</em></p>"
        return stored(super()._repr_mimebundle_(**kwargs), f"{self._announced}\n{RUN}", page)


def _button(description: str, press: Any) -> widgets.Button:
    button = widgets.Button(description=description, layout={"width": "max-content", "min_width": "6em"})
    button.on_click(lambda _: press())
    return button
