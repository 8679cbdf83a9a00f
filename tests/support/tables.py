"""The tables of the project's pages: a table that is missing or empty is an error, so that no test passes over it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SEPARATOR = re.compile(r"\|(?: ?:?-+:? ?\|)+")
PIPE = re.compile(r"(?<!\\)\|")  # an escaped one belongs to its cell


def page(name: str) -> str:
    """The text of a page, whose path is relative to the top level."""
    return (ROOT / name).read_text("utf-8")


def section(name: str, heading: str) -> str:
    """What stands under a heading of a page, with all that is under smaller headings there.

    Raises LookupError if the page has no such heading. A comment in a code block is no heading.
    """
    text = page(name)
    readable = CODE.sub(lambda block: " " * len(block[0]), text)  # of the same length, so that places agree
    headings = [(len(found[1]), found[2], found) for found in HEADING.finditer(readable)]
    for k, (level, title, found) in enumerate(headings):
        if title == heading:
            ends = [later.start() for depth, _, later in headings[k + 1 :] if depth <= level]
            return text[found.end() : ends[0] if ends else len(text)]
    raise LookupError(f"{name} has no heading {heading!r}")


def table(name: str, heading: str) -> list[tuple[str, ...]]:
    """The rows of the first table under a heading, without its head. Each row is a tuple of its cells.

    Raises LookupError if there is no heading, no table or no row, and ValueError if a row is longer or shorter than
    the head.
    """
    lines = [line.strip() for line in section(name, heading).splitlines()]
    at = next((k for k, line in enumerate(lines) if SEPARATOR.fullmatch(line)), None)
    if at is None:
        raise LookupError(f"{name} has no table under {heading!r}")
    head = _cells(lines[at - 1])
    rows = []
    for line in lines[at + 1 :]:
        if not line.startswith("|"):
            break
        rows.append(_cells(line))
    if not rows:
        raise LookupError(f"the table of {name} under {heading!r} is empty")
    ragged = [row for row in rows if len(row) != len(head)]
    if ragged:
        raise ValueError(f"{name}, {heading!r}: {len(head)} cells stand in the head, and others in {ragged}")
    return rows


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in PIPE.split(line)[1:-1])
