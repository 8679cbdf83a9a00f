"""Predictions and exercises, answered at once.

    check.predict("sigmoid_30")              # choices; what you choose is answered with why it is tempting
    check.answer("softsign", softsign)       # "not yet: why", or "correct"; it never raises

Questions and checks of a lesson are in the file named like it. A check sees only what the learner hands over.
"""

from __future__ import annotations

from . import lesson_01, lesson_03, lesson_06
from .framework import Feedback, Prediction, Question, answer_to, prediction_of

QUESTIONS: dict[str, Question] = {**lesson_01.QUESTIONS, **lesson_03.QUESTIONS, **lesson_06.QUESTIONS}
EXERCISES = {**lesson_01.EXERCISES, **lesson_03.EXERCISES, **lesson_06.EXERCISES}

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
