"""What a learner answered: in memory for as long as the kernel runs, and in a file only where the learner asks for it.

A question that is answered calls ``note``, and so does an exercise that is checked. Without more, nothing is written
anywhere. After ``keep()``, each entry also goes to progress.json, one entry a line, as the learner can read there.

Each notebook has its own kernel, so it is enough to ask once per folder. Where a valid progress.json lies in the folder
of the notebook, the learner has asked for it, so what it holds is known again, and ``note`` goes on keeping in it.
``stop`` ends that for this kernel, and whoever deletes the file ends it for good. An entry has a time to the minute,
and no name, machine or path.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from . import ledger
from .entries import CONFIDENCES, FORMS, KINDS, TIME, Entry
from .ledger import FILE, Key

__all__ = [
    "CONFIDENCES", "FILE", "FORMS", "KINDS", "Entry", "Said", "entries", "keep", "kept", "note", "now", "stop", "take",
    "trouble", "watch", "where",
]  # fmt: skip

UNKEPT = "Your answers are not kept"


class Said(str):
    """A sentence, which a notebook shows without quotes."""

    def __repr__(self) -> str:
        return str(self)


class Journal:
    """What this kernel has heard, and the file in which it keeps that, if there is one."""

    def __init__(self):
        self.entries: dict[Key, Entry] = {}
        self.unwritten: list[Entry] = []
        self.path: Path | None = None
        self.stopped = False
        self.trouble = ""
        self.watchers: list[Callable[[], None]] = []

    def adopt(self) -> None:
        """Look for a file that was asked for in this folder, and see whether the one that was kept is still there."""
        try:
            if self.path is not None and not ledger.is_there(self.path):
                self.path = None  # it was deleted, so nobody wants it any more
            if self.path is None and not self.stopped and ledger.is_there(Path(FILE)):
                here = Path(FILE).absolute()
                self.entries = _joined(ledger.read(here).values(), self.entries.values())
                self.path, self.trouble = here, ""
        except ValueError as broken:
            self.trouble = f"{UNKEPT}, because {broken}"
        except OSError as problem:
            self.trouble = f"{UNKEPT}, because this folder cannot be read ({reason(problem)})."

    def write(self, path: Path, *, join: bool) -> None:
        """Write to the file what it does not hold yet.   join : add what is known to it, and not what is new alone."""
        new = self.entries.values() if join else self.unwritten
        try:
            self.entries = ledger.write(path, new, ledger.join if join else ledger.add)
        except ValueError as broken:
            self.trouble = f"{UNKEPT}, because {broken}"
        except OSError as problem:
            self.trouble = f"{UNKEPT}, because {path.name} cannot be written here ({reason(problem)})."
        else:
            self.unwritten, self.trouble = [], ""

    def tell(self) -> None:
        """Call everybody who watches."""
        for watcher in list(self.watchers):
            watcher()


_journal = Journal()


def entries(kind: str = "") -> tuple[Entry, ...]:
    """Return what was answered in this kernel, and what the file holds where answers are kept, in order.

    kind : one of KINDS, or all where it is not given.
    """
    _journal.adopt()
    return tuple(entry for entry in _journal.entries.values() if kind in ("", entry.kind))


def kept() -> Path | None:
    """Return the file that answers are kept in, or None where they are not kept.

    A valid progress.json in the folder of the notebook counts, unless this kernel was told to stop.
    """
    _journal.adopt()
    return _journal.path


def where() -> str:
    """Return in a sentence where answers are kept, and that they are nowhere else."""
    file = kept()
    if file is None:
        return f"{UNKEPT}."
    folder = "this folder" if file.parent == Path().absolute() else f"the folder {file.parent.name}"
    return f"Your answers are kept in {file.name}, in {folder}, and nowhere else."


def trouble() -> str:
    """Return in a sentence why answers could not be kept, or nothing where they were, or need not be."""
    return _journal.trouble


def watch(tell: Callable[[], None]) -> None:
    """Call ``tell`` from now on whenever something is noted, or keeping begins or ends."""
    _journal.watchers.append(tell)


def note(entry: Entry) -> Said:
    """Add an entry, with the time. Returns why it could not be kept, in a sentence, or nothing; it never raises.

    The first answer to a question stays. An exercise counts its tries, and is right once it was solved.
    """
    _journal.adopt()
    if entry.kind != "exercise" and ledger.key(entry) in _journal.entries:
        return Said("")
    entry = entry._replace(time=entry.time or now())
    ledger.add(_journal.entries, entry)
    _journal.unwritten.append(entry)
    if _journal.path is not None:
        _journal.write(_journal.path, join=False)
    _journal.tell()
    return Said(_journal.trouble)


def keep(path: str | os.PathLike[str] = FILE) -> Said:
    """Keep the answers of this kernel in a file, those before now too, and say so or why it cannot be.

    path : of the file, which is made where there is none, and added to where there is one. ValueError says what is
    wrong with a file that is not of this form, which is left as it is.
    """
    file = Path(path).absolute()
    if ledger.is_there(file):
        ledger.read(file)
    _journal.write(file, join=True)
    done = not _journal.trouble
    _journal.path, _journal.stopped = (file, False) if done else (None, True)
    _journal.tell()
    return Said(where() if done else _journal.trouble)


def stop() -> Said:
    """Keep nothing from now on in this kernel, and say which file the learner can delete."""
    file = kept()
    _journal.path, _journal.stopped, _journal.trouble = None, True, ""
    _journal.tell()
    if file is None:
        return Said(f"{UNKEPT}.")
    return Said(
        f"From now on, this notebook keeps nothing. What was kept is still in {file.name}. Delete that file if you do "
        "not want it, because a notebook that finds it in its folder when it is started goes on keeping in it."
    )


def take(given: Iterable[Entry]) -> Said:
    """Add entries of another file to those of this kernel, and keep them where answers are kept."""
    _journal.adopt()
    _journal.entries = _joined(_journal.entries.values(), given)
    if _journal.path is not None:
        _journal.write(_journal.path, join=True)
    _journal.tell()
    return Said(_journal.trouble)


def now() -> str:
    """Return the UTC time to the minute, such as "2026-02-03T14:05Z"."""
    return datetime.now(UTC).strftime(TIME)


def reason(problem: OSError) -> str:
    """Return what the system says of a file that it could not read or write."""
    return problem.strerror or type(problem).__name__


def _joined(*several: Iterable[Entry]) -> dict[Key, Entry]:
    known: dict[Key, Entry] = {}
    for each in several:
        for entry in each:
            ledger.join(known, entry)
    return known
