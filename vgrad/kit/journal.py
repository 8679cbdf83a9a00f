"""What a learner answered: in memory for as long as the kernel runs, and in a file only where the learner asks for it.

A question that is answered calls ``note``, and so does an exercise that is checked. Without more, nothing is written
anywhere. After ``keep()``, each entry also goes to progress.json, one entry a line, as the learner can read there.

Each notebook has its own kernel, so it is enough to opt in once per folder. Where a valid progress.json lies in the
folder of the notebook, the learner has asked for it, and ``note`` goes on keeping in it. ``stop`` ends that for this
kernel, and whoever deletes the file ends it for good. An entry has a time to the minute, and no name, machine or path.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

from . import ledger
from .ledger import CONFIDENCES, FILE, FORMS, KINDS, Entry

__all__ = ["CONFIDENCES", "FILE", "FORMS", "KINDS", "Entry", "Said", "entries", "keep", "kept", "note", "stop", "trouble", "watch"]


class Said(str):
    """A sentence, which a notebook shows without quotes."""

    def __repr__(self) -> str:
        return str(self)


class _State:
    """What this kernel has heard, and where it keeps it."""

    def __init__(self):
        self.entries: dict[tuple[str, str, str], Entry] = {}
        self.unwritten: list[Entry] = []
        self.path: Path | None = None
        self.stopped = False
        self.trouble = ""
        self.watchers: list[Callable[[], None]] = []


_state = _State()


def entries() -> tuple[Entry, ...]:
    """Return what was answered in this kernel, in order."""
    return tuple(_state.entries.values())


def kept() -> Path | None:
    """Return the file that answers are kept in, or None where they are not kept.

    A valid progress.json in the folder of the notebook counts, unless this kernel was told to stop.
    """
    if _state.path is None and not _state.stopped:
        here = Path(FILE).absolute()
        if os.path.lexists(here):
            try:
                ledger.read(here)
            except ValueError as broken:
                _state.trouble = f"Your answers are not kept, because {broken}"
            else:
                _state.path = here
    return _state.path


def trouble() -> str:
    """Return in a sentence why the last entry could not be kept, or nothing where it was kept or need not be."""
    return _state.trouble


def watch(tell: Callable[[], None]) -> None:
    """Call ``tell`` from now on whenever something is noted, or keeping begins or ends."""
    _state.watchers.append(tell)


def note(entry: Entry) -> Said:
    """Add an entry, with the time. Returns why it could not be kept, in a sentence, or nothing; it never raises.

    The first answer to a question stays. An exercise counts its tries, and is right once it was solved.
    """
    entry = entry._replace(time=entry.time or now())
    new = ledger.key(entry) not in _state.entries or entry.kind == "exercise"
    if new:
        ledger.add(_state.entries, entry)
        _state.unwritten.append(entry)
        if kept() is not None:
            _write()
        _tell()
    return Said(_state.trouble)


def keep(path: str | os.PathLike[str] = FILE) -> Said:
    """Keep the answers of this kernel in a file, those before now too, and say so or why it cannot be.

    path : of the file, which is made where there is none, and added to where there is one. ValueError says what is
    wrong with a file that is not of this form, which is left as it is.
    """
    file = Path(path).absolute()
    if os.path.lexists(file):
        ledger.read(file)
    _state.path, _state.stopped = file, False
    _state.unwritten = list(_state.entries.values()) if not _state.unwritten else _state.unwritten
    _write()
    if _state.trouble:
        _state.path, _state.stopped = None, True
        _tell()
        return Said(_state.trouble)
    _tell()
    return Said(f"Your answers are kept in {file.name}, in this folder, and nowhere else.")


def stop() -> Said:
    """Keep nothing from now on in this kernel, and say which file the learner can delete."""
    file = kept()
    _state.path, _state.stopped, _state.trouble = None, True, ""
    _tell()
    if file is None:
        return Said("Your answers are not kept.")
    return Said(
        f"From now on, this notebook keeps nothing. What was kept is still in {file.name}. Delete that file if you do "
        "not want it, because a notebook that finds it in its folder goes on keeping in it."
    )


def now() -> str:
    """Return the UTC time to the minute, such as "2026-02-03T14:05Z"."""
    return datetime.now(timezone.utc).strftime(ledger.TIME)


def _write() -> None:
    file = _state.path
    if file is None:
        return
    try:
        ledger.write(file, _state.unwritten)
    except ValueError as broken:
        _state.trouble = f"Your answers are not kept, because {broken}"
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        _state.trouble = f"Your answers are not kept, because {file.name} cannot be written here ({reason})."
    else:
        _state.unwritten, _state.trouble = [], ""


def _tell() -> None:
    for tell in _state.watchers:
        tell()
