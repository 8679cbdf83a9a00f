"""A form of the inventory: many questions, one after the other, and at the end a result by concept.

It is taken before and after a course. So it says nothing of an answer while it is taken, and its result says which
concepts are understood and which lesson teaches the others. The replies can be read when both forms are finished.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any, NamedTuple

import ipywidgets as widgets

from .. import journal, styles
from ..exercises import OPEN, card
from ..keeping import Keeping
from .asking import RUN, entry, radios, stored
from .form import Question

SKIPPED = ""  # the choice of a question that was left open
NEXT = "Next"
LEAVE = "Leave it open"
MARKS = {True: "● right", False: "○ not yet", None: "–"}


class Topic(NamedTuple):
    """What a concept says, and where it is taught."""

    says: str
    lesson: str  # such as "03"
    page: str  # its notebook


class Form(widgets.VBox):
    """A form on the page. What is answered stays answered, also when the kernel is started again, if it is kept.

    letter : "A" or "B"; forms : the questions of every form by its letter; topics : by concept.
    """

    def __init__(self, letter: str, forms: Mapping[str, list[Question]], topics: Mapping[str, Topic]):
        self.letter = letter
        self.questions = forms[letter]
        self._forms = forms
        self._topics = topics
        self._head = widgets.HTML()
        self._body = widgets.VBox()
        self._note = widgets.HTML()
        self._next = widgets.Button(description=NEXT)
        self._leave = widgets.Button(description=LEAVE, layout={"width": "max-content"})
        self._next.on_click(lambda _: self._go_on(leave=False))
        self._leave.on_click(lambda _: self._go_on(leave=True))
        self._buttons = widgets.HBox()
        super().__init__([widgets.HTML(styles.QUESTION), self._head, self._body, self._buttons, self._note, Keeping()])
        self.add_class("vgrad-predict")
        self._show()

    @property
    def answers(self) -> dict[str, str]:
        """The choice at each question that was answered or left open, by its id."""
        return {each.name: each.choice for each in journal.entries(f"form {self.letter}")}

    @property
    def question(self) -> Question | None:
        """The question that is asked now, or None where the form is finished."""
        done = self.answers
        return next((question for question in self.questions if question.id not in done), None)

    @property
    def finished(self) -> bool:
        """Whether each question was answered or left open."""
        return self.question is None

    def choose(self, choice: str | None, confidence: str = "") -> None:
        """Answer the question that is asked now, as by hand, and go on; None leaves it open."""
        self._choices.value = choice
        self._sure.value = confidence or None
        self._go_on(leave=choice is None)

    def _show(self) -> None:
        question = self.question
        if question is None:
            self._body.children = [widgets.HTML(self._result())]
            self._head.value = f"<div><b>Form {self.letter}</b> is finished.</div>"
            self._buttons.layout.display = "none"
            return
        number = self.questions.index(question) + 1
        self._head.value = f"<div><b>Form {self.letter}</b>, question {number} of {len(self.questions)}</div>"
        self._choices, self._sure = radios(question)
        self._body.children = [widgets.HTML(f"<div>{html.escape(question.prompt)}</div>"), self._choices]
        self._buttons.children = [self._sure, self._next, self._leave]

    def _go_on(self, leave: bool) -> None:
        question = self.question
        if question is None:
            return
        choice = SKIPPED if leave else self._choices.value
        if choice is None:
            self._note.value = card(f"Choose an answer first, or press “{LEAVE}”.", OPEN)
            return
        self._note.value = ""
        journal.note(entry(question, f"form {self.letter}", "check_yourself", choice, self._sure.value or ""))
        self._show()

    def right(self, letter: str) -> dict[str, bool]:
        """Return whether the question about each concept was answered rightly, in the form of this letter."""
        given = {each.name: each.choice for each in journal.entries(f"form {letter}")}
        return {each.concept: given[each.id] == each.right for each in self._forms[letter] if each.id in given}

    def _result(self) -> str:
        finished = [letter for letter, asked in self._forms.items() if len(self.right(letter)) == len(asked)]
        results = {letter: self.right(letter) for letter in finished}
        counts = ", and ".join(
            f"in form {letter} you answered {sum(right.values())} of {len(right)} questions rightly"
            for letter, right in results.items()
        )
        heads = "".join(f'<th scope="col">form {letter}</th>' for letter in results)
        rows = "".join(self._row(concept, results) for concept in self._topics)
        table = f'<table><tr><th scope="col">concept</th>{heads}<th scope="col">lesson</th></tr>{rows}</table>'
        replies = self._replies() if len(finished) == len(self._forms) else ""
        return f"<div>{counts[:1].upper()}{counts[1:]}.</div>{table}{replies}"

    def _row(self, concept: str, results: Mapping[str, Mapping[str, bool]]) -> str:
        topic = self._topics[concept]
        cells = "".join(f"<td>{MARKS[right.get(concept)]}</td>" for right in results.values())
        link = f'<a href="{html.escape(topic.page)}">{topic.lesson}</a>'
        return f'<tr><td style="text-align: left">{html.escape(topic.says)}</td>{cells}<td>{link}</td></tr>'

    def _replies(self) -> str:
        """What the forms reply to each choice, folded."""
        folded = "<details><summary>Form {}: replies to your answers</summary>{}</details>"
        return "".join(folded.format(letter, self._replies_of(letter)) for letter in self._forms)

    def _replies_of(self, letter: str) -> str:
        given = {each.name: each.choice for each in journal.entries(f"form {letter}")}
        return "".join(self._reply(question, given[question.id]) for question in self._forms[letter])

    def _reply(self, question: Question, choice: str) -> str:
        said = (
            f"You chose “{choice}”. {question.replies[choice]}" if choice in question.replies else "You left it open."
        )
        if choice != question.right:
            said += f" The right answer is “{question.right}”. {question.replies[question.right]}"
        return f"<p><b>{html.escape(question.prompt)}</b><br>{html.escape(said)}</p>"

    def _repr_mimebundle_(self, **kwargs: Any):
        text = f"Form {self.letter} has {len(self.questions)} questions, which come one after the other."
        return stored(super()._repr_mimebundle_(**kwargs), f"{text}\n{RUN}", f"<p>{text}</p><p><em>{RUN}</em></p>")
