"""Read the file of a learner, and the files of a class."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..kit import journal, ledger
from ..kit.entries import Entry
from ..kit.ledger import FILE, Sheet
from . import counting, known
from .records import Problem
from .results import Class, Progress

SHOWN = 3  # entries of a file that a remark names


def record(path: str | os.PathLike[str] = FILE) -> Progress:
    """Return the answers in a file, in the order of their times. Without a path, those of this kernel are among them.

    path : of the file. ValueError says what is wrong with it, or that there is none.
    """
    file = as_path("path", path)
    is_there = ledger.is_there(file)
    if not is_there and file != Path(FILE):
        raise ValueError(f"path is {str(path)!r}; allowed is a file that keep has made, or a file that was handed in")
    found = ledger.read(file) if is_there else {}
    for entry in journal.entries() if file == Path(FILE) else ():
        ledger.join(found, entry)
    return Progress(file.name if is_there else "this kernel", tuple(sorted(found.values(), key=lambda it: it.time)))


def collect(folder: str | os.PathLike[str]) -> Class:
    """Return the table of a class from the files that its learners have handed in.

    folder : every file in it and in its folders whose name ends with .json is read. A file that cannot be read is named
    with its reason and left out, and so is an answer to what is no longer asked. Files under one name belong to one
    learner and are joined. Where they contradict each other, the latest one counts. ValueError if there is no file.
    """
    root = as_path("folder", folder)
    if not root.is_dir():
        raise ValueError(f"folder is {str(folder)!r}; allowed is a folder with the files that learners have handed in")
    problems: list[Problem] = []
    sheets = _sheets(root, problems)
    if not sheets and not problems:
        raise ValueError(f"folder is {str(folder)!r}, and no file in it ends with .json, as progress.json does")
    learners = {name: _counted(found, problems) for name, found in _by_learner(sheets).items()}
    return _class(learners, problems)


def as_path(name: str, value: Any) -> Path:
    """Return a path; ValueError if the value is none."""
    if not isinstance(value, (str, os.PathLike)) or isinstance(value, bytes) or "\0" in str(value) or not str(value):
        raise ValueError(f"{name} is {value!r}; allowed is a path, such as {FILE!r}")
    return Path(value)


def _class(learners: dict[str, list[Entry]], problems: list[Problem]) -> Class:
    forms = [counting.taken(entries) for entries in learners.values()]
    everything = [entry for entries in learners.values() for entry in entries]
    return Class(
        tuple(learners),
        sum(bool(each.before and each.after) for each in forms),
        sum(bool(each.before) != bool(each.after) for each in forms),
        counting.rows(forms),
        counting.lessons(list(learners.values())),
        counting.levels(everything),
        tuple(sorted(problems)),
    )


def _sheets(root: Path, problems: list[Problem]) -> dict[str, Sheet]:
    """The files by their paths within the folder; those that are hidden, such as JupyterLab's checkpoints, are not."""
    sheets = {}
    for path in sorted(root.rglob("*.json")):
        within = path.relative_to(root)
        label = within.as_posix()
        if any(part.startswith(".") for part in within.parts):
            continue
        try:
            sheets[label] = ledger.parse(ledger.contents(path), label)
        except ValueError as broken:
            problems.append(Problem(label, str(broken)))
    return sheets


def _by_learner(sheets: dict[str, Sheet]) -> dict[str, dict[str, Sheet]]:
    learners: dict[str, dict[str, Sheet]] = {}
    for label, sheet in sheets.items():
        learners.setdefault(sheet.name or label, {})[label] = sheet
    return learners


def _counted(found: dict[str, Sheet], problems: list[Problem]) -> list[Entry]:
    """The entries of one learner that count, from the latest file and from the others that agree with it."""
    latest_first = sorted(found, key=lambda label: (_latest(found[label]), label), reverse=True)
    joined: dict[ledger.Key, Entry] = {}
    for label in latest_first:
        clash = _contradiction(joined, found[label].entries.values())
        if clash:
            told = f"{latest_first[0]} has the same name, {found[label].name}, and another answer to {clash.name}"
            problems.append(Problem(label, f"{told}. The later file counts. Two learners need two names."))
            continue
        for entry in found[label].entries.values():
            ledger.join(joined, entry)
        problems += _faults(label, found[label].entries.values())
    return [known.judged(entry) for entry in joined.values() if not known.fault(entry)]


def _latest(sheet: Sheet) -> str:
    return max((entry.time for entry in sheet.entries.values()), default="")


def _contradiction(joined: dict[ledger.Key, Entry], entries: Iterable[Entry]) -> Entry | None:
    for entry in entries:
        other = joined.get(ledger.key(entry), entry)
        if entry.kind != "exercise" and (entry.choice, entry.time) != (other.choice, other.time):
            return entry
    return None


def _faults(label: str, entries: Iterable[Entry]) -> list[Problem]:
    faults = [f"entry {number}: {why}" for number, entry in enumerate(entries, 1) if (why := known.fault(entry))]
    if not faults:
        return []
    more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
    return [Problem(label, f"All else in it counts, but not {'; '.join(faults[:SHOWN])}{more}.")]
