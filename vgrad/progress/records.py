"""The numbers that the tables and the pictures of progress are made of."""

from __future__ import annotations

from typing import NamedTuple


class Moved(NamedTuple):
    """A wrong belief about a concept, and how many learners hold it in each form."""

    belief: str
    before: int
    after: int


class Row(NamedTuple):
    """What a class knows of one concept. Of those who took both forms, unless it says otherwise."""

    concept: str
    says: str
    lesson: str
    both: int  # learners who answered it in both forms
    before: int  # of them, those who were right in the form that they took first
    after: int  # and in the form that they took second
    gained: int  # wrong first, and right then
    lost: int  # right first, and wrong then
    once: int  # learners who answered it in one form alone
    once_right: int
    believed: Moved | None  # the commonest wrong belief before, or in the one form, where no one took both
    believes: Moved | None  # and after

    @property
    def gain(self) -> float:
        """How much larger the share of those who are right has become; 0 where nobody took both forms."""
        return (self.after - self.before) / self.both if self.both else 0.0


class Lesson(NamedTuple):
    """What a class did in one lesson: questions answered and right, exercises tried and solved, over all learners."""

    room: str
    learners: int
    predictions: int
    predictions_right: int
    warm_ups: int
    warm_ups_right: int
    exercises: int
    solved: int


class Level(NamedTuple):
    """How many answers of one confidence are right."""

    confidence: str
    right: int
    answers: int
    chance: float  # the share that guessing would have right, which is the mean of 1 / choices


class Problem(NamedTuple):
    """Why a file, or something in it, is not counted."""

    file: str
    why: str

    @property
    def said(self) -> str:
        """The file and the reason, in a sentence."""
        return self.why if self.why.startswith(self.file) else f"{self.file}: {self.why}"
