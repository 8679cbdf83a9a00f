"""The form of progress.json: what an entry is, and how a file of entries is read, checked, joined and written.

    {"vgrad": "progress", "version": 1, "entries": [
    {"kind": "prediction", "room": "gates", "name": "how_long", "right": true, "time": "2026-02-03T14:05Z"},
    ...
    ]}

A field that says nothing is left out. A file is read as a whole or not at all, and what is wrong with it is said by
file, entry, field and value, so that it can be mended by hand.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

FILE = "progress.json"
VERSION = 1
KINDS = ("prediction", "warm-up", "form A", "form B", "exercise")
FORMS = ("form A", "form B")
CONFIDENCES = ("guess", "fairly sure", "certain")
TIME = "%Y-%m-%dT%H:%MZ"
LONGEST = 2000  # characters of a text in an entry
LARGEST = 5_000_000  # bytes of a file; a whole course makes about 100 kB
PATIENCE = 2.0  # seconds to wait for another kernel that is writing


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


def key(entry: Entry) -> tuple[str, str, str]:
    """Return what makes an entry the same one as another."""
    return (entry.kind, entry.room, entry.name)


def add(known: dict[tuple[str, str, str], Entry], entry: Entry) -> None:
    """Add an entry to those that are ``known``: the first answer to a question stays, an exercise adds its tries."""
    old = known.get(key(entry))
    if old is None:
        known[key(entry)] = entry
    elif entry.kind == "exercise":
        known[key(entry)] = old._replace(right=old.right or entry.right, tries=old.tries + entry.tries)


def read(path: Path) -> dict[tuple[str, str, str], Entry]:
    """Return the entries of a file; ValueError says what is wrong with it."""
    return parse(_bytes(path), path.name)


def write(path: Path, new: Iterable[Entry]) -> None:
    """Add ``new`` entries to a file, as a whole: it is replaced by a finished one, or stays as it was.

    What another kernel has written meanwhile is read first, and stays. ValueError if that is not of this form; OSError
    if the folder cannot be written to.
    """
    part = path.with_name(path.name + ".part")
    handle = _take(part)
    try:
        with os.fdopen(handle, "wb") as file:
            known = read(path) if os.path.lexists(path) else {}
            for entry in new:
                add(known, entry)
            file.write(text(known.values()).encode())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def text(entries: Iterable[Entry], **more: str) -> str:
    """Return a file's text.   more : fields of the whole file, such as the name under which it is handed in."""
    head = json.dumps({"vgrad": "progress", "version": VERSION, **more}, ensure_ascii=False)
    lines = ",\n".join(json.dumps(_short(entry), ensure_ascii=False) for entry in entries)
    return f'{head[:-1]}, "entries": [\n{lines}\n]}}\n'


def parse(raw: bytes, source: str) -> dict[tuple[str, str, str], Entry]:
    """Return the entries that the bytes of a file hold; ValueError names ``source`` and what is wrong."""
    known: dict[tuple[str, str, str], Entry] = {}
    for number, given in enumerate(_whole(raw, source)["entries"], 1):
        add(known, _entry(given, f"{source}, entry {number}"))
    return known


# --- parts ------------------------------------------------------------------------------------------------------------


def _take(part: Path) -> int:
    """Open the file that only one kernel can have at a time; one that was left by a crash is taken over."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        except FileExistsError:
            if time.monotonic() > end:
                part.unlink(missing_ok=True)
            time.sleep(0.02)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"{path.name} is larger than {LARGEST:,} bytes, which no course is.")
        return path.read_bytes()
    except OSError as problem:
        raise ValueError(f"{path.name} cannot be read ({problem.strerror or type(problem).__name__}).") from None


def _short(entry: Entry) -> dict[str, Any]:
    default = Entry("", "", "")
    kept = {field: value for field, value in entry._asdict().items() if value != getattr(default, field)}
    return {**kept, "right": entry.right}


def _whole(raw: bytes, source: str) -> dict[str, Any]:
    try:
        whole = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as problem:
        raise ValueError(f"{source} is not text in UTF-8 (byte {problem.start} is not).") from None
    except json.JSONDecodeError as problem:
        raise ValueError(f"{source}, line {problem.lineno}, is not JSON ({problem.msg}).") from None
    except RecursionError:
        raise ValueError(f"{source} is not a file of progress, because its brackets are nested too deeply.") from None
    if not isinstance(whole, dict) or whole.get("vgrad") != "progress":
        raise ValueError(f'{source} is not a file of progress, which begins with {{"vgrad": "progress", …}}.')
    version = whole.get("version")
    if version != VERSION or isinstance(version, bool):
        newer = isinstance(version, int) and version > VERSION
        hint = " A newer vgrad has written it, so update vgrad to read it." if newer else ""
        raise ValueError(f"{source} has version {version!r}, and this vgrad reads version {VERSION}.{hint}")
    if not isinstance(whole.get("entries"), list):
        raise ValueError(f"{source} needs 'entries', which is a list.")
    return whole


def _entry(given: Any, where: str) -> Entry:
    if not isinstance(given, dict):
        raise ValueError(f"{where} is {_brief(given)}, and should be a group of fields in {{…}}.")
    for field in ("kind", "room", "name", "right", "time"):
        if field not in given:
            raise ValueError(f"{where} has no field {field!r}.")
    for field, value in given.items():
        if field not in Entry._fields:
            newer = "A newer vgrad may have written it, so update vgrad to read it."
            raise ValueError(f"{where} has the field {_brief(field)}, which this vgrad does not know. {newer}")
        allowed = _ALLOWED[field](value)
        if allowed:
            raise ValueError(f"{where}: {field} is {_brief(value)}, and allowed is {allowed}.")
    return Entry(**given)


def _brief(value: Any) -> str:
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
