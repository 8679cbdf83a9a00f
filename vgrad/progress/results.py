"""What ``record`` and ``collect`` return: the progress of one learner, and that of a class."""

from __future__ import annotations

from typing import NamedTuple

from ..kit.entries import FORMS, Entry
from ..kit.marks.grammar import count
from . import table
from .records import Lesson, Level, Problem, Row


class Progress(NamedTuple):
    """The answers of one learner, in the order in which they were given."""

    source: str  # the file they are from, or "this kernel"
    entries: tuple[Entry, ...]

    def __repr__(self) -> str:
        questions = [entry for entry in self.entries if entry.kind not in (*FORMS, "exercise")]
        forms = [entry for entry in self.entries if entry.kind in FORMS]
        exercises = [entry for entry in self.entries if entry.kind == "exercise"]
        parts = [
            f"{sum(entry.right for entry in each)} of {count(len(each), name)} {done}"
            for each, name, done in (
                (questions, "question", "right"),
                (forms, "question", "of the inventory right"),
                (exercises, "exercise", "solved"),
            )
            if each
        ]
        return f"Progress in {self.source}: {', '.join(parts) or 'nothing has been answered yet'}."


class Class(NamedTuple):
    """What a class knows, which beliefs have moved, what it did in each lesson, and what could not be counted."""

    learners: tuple[str, ...]
    both: int  # how many of them took both forms
    once: int  # and one form alone
    rows: tuple[Row, ...]  # by concept
    lessons: tuple[Lesson, ...]
    levels: tuple[Level, ...]  # by confidence
    problems: tuple[Problem, ...]  # by file

    @property
    def head(self) -> str:
        """How many there are, in a sentence."""
        took = f"{self.both} took both forms, and {self.once} took one form alone"
        problems = len({each.file for each in self.problems})
        left = f" What is not counted, of {count(problems, 'file')}, stands at the end." if problems else ""
        return f"{count(len(self.learners), 'learner')}: {took}.{left}"

    def __repr__(self) -> str:
        return table.text(self.head, self.rows, self.lessons, self.problems)

    def _repr_markdown_(self) -> str:
        return table.markdown(self.head, self.rows, self.lessons, self.problems)
