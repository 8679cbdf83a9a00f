"""Predictions and exercises, answered at once.

    check.predict("sigmoid_30")              # choices; what you choose is answered with why it is tempting
    check.answer("softsign", softsign)       # "not yet: why", or "correct", whatever it is given

Questions and checks of a lesson are in the file named like it. A check sees only what the learner hands over.
"""

from __future__ import annotations

from . import (
    lesson_00,
    lesson_01,
    lesson_02,
    lesson_03,
    lesson_04,
    lesson_05,
    lesson_06,
    lesson_07,
    lesson_08,
    lesson_09,
    lesson_10,
    lesson_11,
    lesson_12,
)
from .framework import Feedback, Prediction, Question, answer_to, prediction_of

LESSONS = (
    lesson_00, lesson_01, lesson_02, lesson_03, lesson_04, lesson_05, lesson_06, lesson_07, lesson_08, lesson_09,
    lesson_10, lesson_11, lesson_12,
)  # fmt: skip
QUESTIONS: dict[str, Question] = {name: asked for lesson in LESSONS for name, asked in lesson.QUESTIONS.items()}
EXERCISES = {name: check for lesson in LESSONS for name, check in lesson.EXERCISES.items()}

__all__ = ["EXERCISES", "QUESTIONS", "Feedback", "Prediction", "Question", "answer", "predict", "solution"]


def predict(name: str) -> Prediction:
    """Show the question called ``name`` and its choices; ValueError for a name that is not in QUESTIONS."""
    return prediction_of(name, QUESTIONS)


def solution(name: str, given) -> Feedback:
    """Check the lesson's own solution; the words say that it is not the learner's."""
    return answer(name, given).of_the_solution()


def answer(name: str, given) -> Feedback:
    """Check what is ``given`` for the exercise called ``name``: a value, a function or a record, as it asks."""
    return answer_to(name, given, EXERCISES)
