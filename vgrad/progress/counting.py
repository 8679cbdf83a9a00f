"""From entries to numbers: which form came first, what is known of each concept, and how well confidence fits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..kit.entries import CONFIDENCES, FORMS, Entry
from ..lessons import ROOMS
from ..lessons.concepts import CONCEPTS
from .records import Lesson, Level, Moved, Row


class Taken(NamedTuple):
    """The answers of one learner by concept, in the form that was taken first and in the one that was taken second."""

    before: dict[str, Entry]
    after: dict[str, Entry]


def taken(entries: Iterable[Entry]) -> Taken:
    """Return the answers in each form. That form is the first whose first answer is earlier, whichever its letter."""
    forms: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.kind in FORMS:
            forms.setdefault(entry.kind, []).append(entry)
    ordered = sorted(forms.values(), key=lambda form: min(entry.time for entry in form))  # of a tie, as in the file
    first, second, *_ = (*ordered, [], [])
    return Taken({entry.concept: entry for entry in first}, {entry.concept: entry for entry in second})


def rows(learners: Sequence[Taken]) -> tuple[Row, ...]:
    """Return what a class knows of each concept, in the order of the table of concepts."""
    return tuple(_row(concept, learners) for concept in CONCEPTS)


def _row(concept: str, learners: Sequence[Taken]) -> Row:
    both = [(each.before[concept], each.after[concept]) for each in learners
            if concept in each.before and concept in each.after]  # fmt: skip
    once = [each.before.get(concept) or each.after[concept] for each in learners
            if (concept in each.before) != (concept in each.after)]  # fmt: skip
    before = Counter(first.belief for first, _ in both) if both else Counter(entry.belief for entry in once)
    after = Counter(then.belief for _, then in both)
    return Row(
        concept,
        CONCEPTS[concept].says,
        CONCEPTS[concept].lesson,
        len(both),
        sum(first.right for first, _ in both),
        sum(then.right for _, then in both),
        sum(then.right and not first.right for first, then in both),
        sum(first.right and not then.right for first, then in both),
        len(once),
        sum(entry.right for entry in once),
        _commonest(before, before, after),
        _commonest(after, before, after),
    )


def _commonest(counted: Counter[str], before: Counter[str], after: Counter[str]) -> Moved | None:
    beliefs = sorted((-number, belief) for belief, number in counted.items() if belief)  # of a tie, by the alphabet
    return Moved(beliefs[0][1], before[beliefs[0][1]], after[beliefs[0][1]]) if beliefs else None


def lessons(learners: Sequence[Iterable[Entry]]) -> tuple[Lesson, ...]:
    """Return what a class did in each lesson in which somebody did something, in the order of the lessons."""
    by_room: dict[str, list[tuple[int, Entry]]] = {}
    for number, entries in enumerate(learners):
        for entry in entries:
            if entry.kind not in FORMS:
                by_room.setdefault(entry.room, []).append((number, entry))
    order = {room: place for place, room in enumerate(ROOMS)}
    return tuple(
        _lesson(room, by_room[room]) for room in sorted(by_room, key=lambda it: (order.get(it, len(order)), it))
    )


def _lesson(room: str, done: Sequence[tuple[int, Entry]]) -> Lesson:
    numbers = []
    for kind in ("prediction", "warm-up", "exercise"):
        right = [entry.right for _, entry in done if entry.kind == kind]
        numbers += [len(right), sum(right)]
    return Lesson(room, len({number for number, _ in done}), *numbers)


def levels(entries: Iterable[Entry]) -> tuple[Level, ...]:
    """Return for each confidence that was said how many of its answers are right, and how many chance has right."""
    entries = list(entries)
    found = []
    for confidence in CONFIDENCES:
        said = [entry for entry in entries if entry.confidence == confidence and entry.kind != "exercise"]
        if said:
            chance = sum(1 / entry.choices if entry.choices else 0.0 for entry in said) / len(said)
            found.append(Level(confidence, sum(entry.right for entry in said), len(said), chance))
    return tuple(found)
