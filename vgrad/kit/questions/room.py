"""The ``ask`` of a room, which shows its questions, and those of its warm-up."""

from __future__ import annotations

from ... import require
from ..words.phrases import size
from .asking import Beside, Prediction
from .form import Question, read
from .warm_up import WarmUp


def asker(package: str) -> Asker:
    """Return the ``ask`` of a room, such as "vgrad.lessons.gates", which shows its questions."""
    return Asker(read(package), read(package, "warm_up"), package.rpartition(".")[2])


class Asker:
    """What asks the questions of a room. It remembers each first choice for as long as the kernel runs.

    questions : of the lesson, by name; earlier : those of its warm-up; room : its name.
    """

    def __init__(self, questions: dict[str, Question], earlier: dict[str, Question] | None = None, room: str = ""):
        self._questions = questions
        self._earlier = earlier or {}
        self._room = room
        self._asked: dict[str, Prediction] = {}
        self._warm_up: WarmUp | None = None

    def __call__(self, name: str) -> Prediction:
        """Show the question called ``name`` and its choices. ValueError names the questions of this lesson."""
        question = self._questions[require.choice("name", name, list(self._questions))]
        if name not in self._asked:
            self._asked[name] = Prediction(question, self._room)
        return self._asked[name]

    def warm_up(self) -> WarmUp:
        """Show the three questions about earlier lessons with which this lesson begins."""
        if self._warm_up is None:
            self._warm_up = WarmUp(list(self._earlier.values()), self._room)
        return self._warm_up

    def beside(self, name: str, measured: float | str) -> Beside:
        """Show what was ``measured`` beside the first choice at the question called ``name``, also a later one.

        measured : a number, or what was found in words. ValueError names the questions of this lesson.
        """
        return Beside(self(name), measured if isinstance(measured, str) else size(require.number("measured", measured)))
