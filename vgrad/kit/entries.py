"""What an entry of progress.json is, and what may stand in each of its fields."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, NamedTuple

KINDS = ("prediction", "warm-up", "form A", "form B", "exercise")
FORMS = ("form A", "form B")
CONFIDENCES = ("guess", "fairly sure", "certain")
TIME = "%Y-%m-%dT%H:%MZ"
LONGEST = 2000  # characters of a text in an entry
NEEDED = ("kind", "room", "name", "right", "time")
NEWER = "A newer vgrad may have written it, so update vgrad to read it."


class Entry(NamedTuple):
    """One answer of a learner to a question or an exercise."""

    kind: str  # of KINDS
    room: str  # "gates"
    name: str  # of the question or the exercise
    concept: str = ""  # its id in the table of concepts, or words
    choice: str = ""  # what was chosen, "" for an exercise
    right: bool = False
    confidence: str = ""  # of CONFIDENCES, or "" where it was not asked
    belief: str = ""  # what a wrong choice of the inventory gives away
    choices: int = 0  # how many there were, 0 for an exercise
    tries: int = 1  # how often an exercise was checked
    time: str = ""  # UTC, to the minute; note adds it


def checked(given: Any, where: str) -> Entry:
    """Return an entry of what a file holds; ValueError says ``where`` it is wrong, in which field, and what may be."""
    if not isinstance(given, dict):
        raise ValueError(f"{where} is {brief(given)}, and should be a group of fields in {{…}}.")
    for field in NEEDED:
        if field not in given:
            raise ValueError(f"{where} has no field {field!r}.")
    for field, value in given.items():
        if field not in Entry._fields:
            raise ValueError(f"{where} has the field {brief(field)}, which this vgrad does not know. {NEWER}")
        allowed = _ALLOWED[field](value)
        if allowed:
            raise ValueError(f"{where}: {field} is {brief(value)}, and allowed is {allowed}.")
    return Entry(**given)


def brief(value: Any) -> str:
    """Return a value as an error says it, cut where it is long."""
    said = repr(value)
    return said if len(said) <= 60 else f"{said[:57]}…"


def _one_of(*words: str):
    allowed = ", ".join(map(repr, words))
    return lambda value: "" if isinstance(value, str) and value in words else f"one of {allowed}"


def _name(value: Any) -> str:
    fits = isinstance(value, str) and re.fullmatch(r"\w{1,80}", value)
    return "" if fits else "a name of letters, digits and _"


def _words(value: Any) -> str:
    fits = isinstance(value, str) and len(value) <= LONGEST
    return "" if fits else f"a text of at most {LONGEST} characters"


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "true or false"


def _count(value: Any) -> str:
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**6
    return "" if fits else "a whole number from 0 to 1000000"


def _time(value: Any) -> str:
    try:
        datetime.strptime(value, TIME)
    except (TypeError, ValueError):
        return 'a time such as "2026-02-03T14:05Z"'
    return ""


_ALLOWED = {
    "kind": _one_of(*KINDS),
    "room": _name,
    "name": _name,
    "concept": _words,
    "choice": _words,
    "right": _flag,
    "confidence": _one_of("", *CONFIDENCES),
    "belief": _words,
    "choices": _count,
    "tries": _count,
    "time": _time,
}
