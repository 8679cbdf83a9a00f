"""The table of a class as text and as Markdown: concepts, beliefs, lessons, and what is not counted."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Sequence

from .records import Lesson, Moved, Problem, Row

HEAD = ("concept", "lesson", "both forms", "before", "after", "gained", "lost", "one form")
DONE = ("lesson", "learners", "predictions right", "warm-ups right", "exercises solved")
READ = (
    "Before is the form that a learner took first, and after is the other one. These numbers are of the learners who "
    "answered in both forms. Gained were wrong before and are right after, and lost the other way round. Who answered "
    "in one form alone is counted in the last column. A question that was left open counts as not right."
)
WIDTH = 100  # of a printed table: a notebook breaks longer lines within a word
SPECIAL = "\\`*_[]#|$~"


def text(head: str, rows: Sequence[Row], lessons: Sequence[Lesson], problems: Sequence[Problem]) -> str:
    """Return the table as lines of text."""
    parts = [_fill(head)]
    if any(row.both or row.once for row in rows):
        parts += [_columns(HEAD, [_concept(row) for row in rows]), _fill(READ)]
    beliefs = [line for row in rows for line in _believed(row)]
    if beliefs:
        parts.append("\n".join(["Commonest wrong beliefs", *map(_hang, beliefs)]))
    if lessons:
        parts.append(_columns(DONE, [_lesson(lesson) for lesson in lessons]))
    if problems:
        parts.append("\n".join(["Not counted", *(_hang(each.said) for each in problems)]))
    return "\n\n".join(parts)


def markdown(head: str, rows: Sequence[Row], lessons: Sequence[Lesson], problems: Sequence[Problem]) -> str:
    """Return the table as Markdown, in which nothing of a file is read as markup."""
    parts = [escaped(head)]
    if any(row.both or row.once for row in rows):
        beliefs = ("commonest wrong belief before", "commonest wrong belief after")
        cells = [(*_concept(row), _moved(row.believed, row.both), _still(row)) for row in rows]
        parts += [_grid((*HEAD, *beliefs), cells, numbers=range(2, 8)), READ]
    if lessons:
        parts.append(_grid(DONE, [_lesson(lesson) for lesson in lessons], numbers=range(1, 5)))
    if problems:
        parts.append("\n".join(["**Not counted**\n", *(f"- {escaped(each.said)}" for each in problems)]))
    return "\n\n".join(parts)


def escaped(said: str) -> str:
    """Return words as Markdown that shows them as they are, in one line."""
    one_line = " ".join(html.escape(said, quote=False).split())
    return "".join(f"&#{ord(sign)};" if sign in SPECIAL else sign for sign in one_line)


def _concept(row: Row) -> tuple[str, ...]:
    numbers = (row.before, row.after, row.gained, row.lost) if row.both else ("–",) * 4
    once = f"{row.once_right} of {row.once}" if row.once else "–"
    return (row.concept, row.lesson, *map(str, (row.both, *numbers)), once)


def _lesson(lesson: Lesson) -> tuple[str, ...]:
    pairs = (
        (lesson.predictions_right, lesson.predictions),
        (lesson.warm_ups_right, lesson.warm_ups),
        (lesson.solved, lesson.exercises),
    )
    return (lesson.room, str(lesson.learners), *(f"{right} of {of}" if of else "–" for right, of in pairs))


def _moved(moved: Moved | None, both: int) -> str:
    if moved is None:
        return "–"
    counts = f"{moved.before} before, {moved.after} after" if both else f"{moved.before}"
    return f"{moved.belief} ({counts})"


def _still(row: Row) -> str:
    return "the same" if row.believes and row.believes == row.believed else _moved(row.believes, row.both)


def _believed(row: Row) -> list[str]:
    found = dict.fromkeys(each for each in (row.believed, row.believes) if each is not None)
    return [f"{row.concept}: {_moved(each, row.both)}" for each in found]


def _columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = []
    for row in (head, *rows):
        first, *others = (cell.ljust(width) if k == 0 else cell.rjust(width)
                          for k, (cell, width) in enumerate(zip(row, widths, strict=True)))  # fmt: skip
        lines.append("  ".join([first, *others]))
    return "\n".join(lines)


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: range) -> str:
    rule = ["---:" if k in numbers else "---" for k in range(len(head))]
    lines = [head, rule, *([escaped(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _fill(said: str) -> str:
    return textwrap.fill(said, WIDTH)


def _hang(said: str) -> str:
    return textwrap.fill(" ".join(said.split()), WIDTH, initial_indent="  ", subsequent_indent="      ")
