"""The concepts of the series, as the table in concepts.md has them, where a teacher can edit it.

| product | many factors | Factors multiply, so a product grows or shrinks exponentially … | 01 | 02, 02, 05 |
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import NamedTuple

HEAD = ("concept", "topic", "what it says", "lesson", "returns in")


class Concept(NamedTuple):
    """What the series teaches in one sentence, in which lesson, and in which warm-ups it is recalled."""

    name: str
    topic: str  # what it is about, which gives nothing away
    says: str
    lesson: str  # such as "01"
    returns: tuple[str, ...]  # such as ("02", "02", "05"); twice is two questions


def parse(text: str, source: str = "concepts.md") -> dict[str, Concept]:
    """Return the concepts of a table by their names, in its order; ValueError says which line is not in this form."""
    concepts: dict[str, Concept] = {}
    rows = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.startswith("|")]
    if [_cells(line) for _, line in rows[:1]] != [HEAD]:
        raise ValueError(f"{source} needs a table with the head {' | '.join(HEAD)}")
    for number, line in rows[2:]:
        concept = _concept(_cells(line), f"{source}, line {number}")
        if concept.name in concepts:
            raise ValueError(f"{source}, line {number}: concept {concept.name!r} stands there twice")
        concepts[concept.name] = concept
    return concepts


def _concept(cells: tuple[str, ...], where: str) -> Concept:
    if len(cells) != len(HEAD) or not all(cells):
        raise ValueError(f"{where} has {len(cells)} cells, some of them perhaps empty; allowed are {len(HEAD)} in full")
    name, topic, says, lesson, returns = cells
    later = tuple(each.strip() for each in returns.split(","))
    if not re.fullmatch(r"\w+", name):
        raise ValueError(f"{where}: concept is {name!r}; allowed are letters, digits and _")
    for each in (lesson, *later):
        if not re.fullmatch(r"\d\d", each):
            raise ValueError(f"{where}: a lesson is {each!r}; allowed are two digits, such as 05")
    return Concept(name, topic, says, lesson, later)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


CONCEPTS = parse((files("vgrad.lessons") / "concepts.md").read_text(encoding="utf-8"))
