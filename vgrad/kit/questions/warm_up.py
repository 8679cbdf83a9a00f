"""Three questions about earlier lessons, at the beginning of a lesson.

A thing that is recalled again after some days is remembered longer than one that is read again. Where no kernel runs,
the page shows the questions without their choices, so that whoever reads it has to recall the answer, too.
"""

from __future__ import annotations

import html

import ipywidgets as widgets

from .. import styles
from ..keeping import Keeping
from .asking import RUN, Prediction, stored
from .form import Question

HEAD = "Warm-up. Answer from memory."


class WarmUp(widgets.VBox):
    """The questions of a warm-up on the page, each with its choices and its replies.

    questions : those of earlier lessons; room : the lesson that asks them.
    """

    def __init__(self, questions: list[Question], room: str = ""):
        self.questions = questions
        self.predictions = [
            Prediction(question, room, "warm-up", f"{number} · From lesson {question.lesson}.")
            for number, question in enumerate(questions, 1)
        ]
        head = widgets.HTML(
            f"{styles.QUESTION}<div><b>Warm-up.</b> {html.escape(HEAD.removeprefix('Warm-up. '))}</div>"
        )
        super().__init__([head, *self.predictions, Keeping()])
        self.add_class("vgrad-warm-up")

    def _repr_mimebundle_(self, **kwargs):
        prompts = [f"{question.prompt} (lesson {question.lesson})" for question in self.questions]
        numbered = [f"  {number}. {prompt}" for number, prompt in enumerate(prompts, 1)]
        items = "".join(f"<li>{html.escape(prompt)}</li>" for prompt in prompts)
        page = f"<p><b>{HEAD.replace('. ', '.</b> ', 1)}</p><ol>{items}</ol><p><em>{RUN}</em></p>"
        return stored(super()._repr_mimebundle_(**kwargs), "\n".join([HEAD, *numbered, RUN]), page)
