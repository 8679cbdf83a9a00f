"""Hand in: a copy of the file with the name that the learner chose, for a teacher whom the learner gives it to."""

from __future__ import annotations

import os
from pathlib import Path

from ..kit import ledger
from ..kit.journal import Said, reason
from ..kit.ledger import FILE, NAME
from ..kit.marks.grammar import count
from .gather import record

NOTHING = "There is nothing to hand in yet, because nothing has been answered."


def hand_in(name: str, path: str | os.PathLike[str] = FILE) -> Said:
    """Write hand_in_<name>.json beside the notebook, and say which file is for the teacher; nothing is sent.

    name : which the learner chooses, of letters, digits, - and _, and under which a teacher sees the answers. path : of
    the file with the answers; without one, those of this kernel are among them. ValueError if
    the name has other characters, or the file is not of the form.
    """
    file = Path(f"hand_in_{checked_name(name)}.json")
    entries = record(path).entries
    if not entries:
        return Said(NOTHING)
    part = file.with_name(file.name + ".part")
    try:
        part.write_text(ledger.text(entries, name=name), encoding="utf-8")
        os.replace(part, file)
    except OSError as problem:
        return Said(
            f"{file} cannot be written here ({reason(problem)}). You can use progress.download({name!r}) instead."
        )
    return Said(
        f"{file} holds {count(len(entries), 'answer')} and the name {name}. Give this file to your teacher. "
        "It lies in this folder, and nothing was sent."
    )


def checked_name(name: str) -> str:
    """Return a name that is fit for a file; ValueError says which names are."""
    if not ledger.is_name(name):
        raise ValueError(f"name is {name!r}; allowed are {NAME}")
    return name
