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
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from .entries import NEWER, Entry, brief, checked

FILE = "progress.json"
NAME = "1 to 60 letters, digits, - and _"
VERSION = 1
LARGEST = 5_000_000  # bytes of a file; a whole course makes about 100 kB
PATIENCE = 2.0  # seconds after which a kernel that was writing must have crashed

Key = tuple[str, str, str]


def key(entry: Entry) -> Key:
    """Return what makes an entry the same one as another."""
    return (entry.kind, entry.room, entry.name)


def add(known: dict[Key, Entry], entry: Entry) -> None:
    """Add an entry to those that are ``known``: the first answer to a question stays, an exercise adds its tries."""
    old = known.get(key(entry))
    if old is None:
        known[key(entry)] = entry
    elif entry.kind == "exercise":
        known[key(entry)] = old._replace(right=old.right or entry.right, tries=old.tries + entry.tries)


def join(known: dict[Key, Entry], entry: Entry) -> None:
    """Add an entry of another copy to those that are ``known``: the earlier answer stays, and the larger count."""
    old = known.get(key(entry), entry)
    earlier = entry if entry.time < old.time else old
    if entry.kind == "exercise":
        earlier = earlier._replace(right=old.right or entry.right, tries=max(old.tries, entry.tries))
    known[key(entry)] = earlier


def read(path: Path) -> dict[Key, Entry]:
    """Return the entries of a file; ValueError says what is wrong with it."""
    return parse(contents(path), path.name).entries


def is_there(path: Path) -> bool:
    """Whether there is a file, or a link, of this name.

    In a browser the folder is asked, because a kernel that has used a file remembers it there, and does not survive the
    question about it once the learner has deleted it.
    """
    if sys.platform == "emscripten" and path.name not in os.listdir(path.parent):
        return False
    return os.path.lexists(path)


def write(path: Path, new: Iterable[Entry], how: Callable[[dict[Key, Entry], Entry], None] = add) -> dict[Key, Entry]:
    """Add ``new`` entries to a file, and return all that it then holds.

    It is replaced by a finished file, or stays as it was. What another kernel has written meanwhile is read first, and
    stays. how : ``add`` or ``join``. ValueError if the file is not of this form; OSError if it cannot be written.
    """
    part = path.with_name(path.name + ".part")
    handle = _take(part)
    try:
        with os.fdopen(handle, "wb") as file:
            known = read(path) if is_there(path) else {}
            for entry in new:
                how(known, entry)
            file.write(text(known.values()).encode())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return known


def text(entries: Iterable[Entry], **more: str) -> str:
    """Return a file's text.   more : fields of the whole file, such as the name under which it is handed in."""
    head = json.dumps({"vgrad": "progress", "version": VERSION, **more}, ensure_ascii=False)
    lines = ",\n".join(json.dumps(_short(entry), ensure_ascii=False) for entry in entries)
    return f'{head[:-1]}, "entries": [\n{lines}\n]}}\n'


class Sheet(NamedTuple):
    """What a file holds: the name that a learner chose when it was handed in, or none, and the entries."""

    name: str
    entries: dict[Key, Entry]


def parse(raw: bytes, source: str) -> Sheet:
    """Return what the bytes of a file hold; ValueError names ``source`` and what is wrong."""
    whole = _whole(raw, source)
    known: dict[Key, Entry] = {}
    for number, given in enumerate(whole["entries"], 1):
        add(known, checked(given, f"{source}, entry {number}"))
    return Sheet(whole.get("name", ""), known)


def is_name(name: Any) -> bool:
    """Whether a file can be handed in under this name."""
    return isinstance(name, str) and re.fullmatch(r"[\w-]{1,60}", name) is not None


# --- parts ------------------------------------------------------------------------------------------------------------


def _take(part: Path) -> int:
    """Open the file that only one kernel has at a time, and for its owner alone; one left by a crash is taken over."""
    while True:
        try:
            return os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            if _age(part) > PATIENCE:
                part.unlink(missing_ok=True)
            else:
                time.sleep(0.02)


def _age(path: Path) -> float:
    """How many seconds ago it was changed; 0 where it is gone, and no end of it where the clock was put back."""
    try:
        age = time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
    return age if age >= 0 else PATIENCE + 1


def contents(path: Path) -> bytes:
    """Return the bytes of a file; ValueError if it cannot be read, or is larger than any file of progress."""
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
    if "name" in whole and not is_name(whole["name"]):
        raise ValueError(f"{source}: name is {brief(whole['name'])}, and allowed is {NAME}.")
    for field in whole.keys() - {"vgrad", "version", "name", "entries"}:
        raise ValueError(f"{source} has the field {brief(field)}, which this vgrad does not know. {NEWER}")
    return whole
