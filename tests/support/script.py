"""The class scripts of TEACHING.md: what each row opens, asks, shows and quotes, and what the lessons say."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import NamedTuple

import course
from tables import ROOT, page, section, table

PAGE = "notebooks/TEACHING.md"
TITLES = re.findall(r"^### (\d+ minutes: .+)$", page(PAGE), re.MULTILINE)
PRESSED = re.compile(r"\*\*(.+?)\*\*(?: (\d[\d.]*|\*[^*]+\*))?((?:, (?:or theirs; )?then [\d.]+)*)")
ITALIC = re.compile(r"(✓ )?(?<!\*)\*([^*]+)\*(?!\*)")
QUOTE = re.compile(r'"([^"]+)"')


class Row(NamedTuple):
    """A row of a script. ``lesson`` is the number of the lesson on the screen, if the row repeats it or not."""

    minute: str
    open: str
    ask: str
    say: str
    show: str
    read: str
    lesson: str = ""

    @property
    def quotes(self) -> list[str]:
        """What the last column quotes from the screen."""
        return QUOTE.findall(self.read)

    @property
    def choices(self) -> list[tuple[str, bool]]:
        """The choices that the class takes, each with whether the row calls it right."""
        return [(choice, bool(tick)) for tick, choice in ITALIC.findall(self.say)]

    @property
    def headings(self) -> list[str]:
        """The headings to which the row leads."""
        return [heading for _, heading in ITALIC.findall(self.open)]

    @property
    def seconds(self) -> int:
        """When it begins."""
        minutes, _, seconds = self.minute.removesuffix(" ○").partition(":")
        return 60 * int(minutes) + int(seconds or 0)


@cache
def rows(title: str) -> list[Row]:
    """The rows of the script under a title."""
    found = []
    for cells in table(PAGE, title):
        number = re.match(r"\d\d(?=, )", cells[1])
        found.append(Row(*cells, number[0] if number else found[-1].lesson))
    return found


def pressed(show: str) -> list[tuple[str, str]]:
    """What is pressed or filled in, in its order: the name, and the value or nothing."""
    found = []
    for name, value, more in PRESSED.findall(show):
        found.append((name, value.strip("*")))
        found += [(name, later) for later in re.findall(r"then ([\d.]+)", more)]
    return [(name, value.rstrip(".")) for name, value in found]


def extra_cell() -> str:
    """The cell that is put into lesson 10 before the class comes in."""
    return re.search(r"```python\n(.+?)\n```", section(PAGE, "Before class"), re.DOTALL)[1]


@cache
def notebook(lesson: str) -> list[dict]:
    """The cells of a lesson as they are stored."""
    path = next((ROOT / "notebooks").glob(f"{lesson}_*.ipynb"))
    return json.loads(path.read_text("utf-8"))["cells"]


def source(cell: dict) -> str:
    """The source of a cell."""
    return "".join(cell["source"])


def headings(lesson: str) -> list[str]:
    """The headings of a lesson."""
    texts = (source(cell) for cell in notebook(lesson) if cell["cell_type"] == "markdown")
    return [heading for text in texts for heading in re.findall(r"^#+ (.+)$", text, re.M)]


def questions(lesson: str) -> list:
    """The questions that a lesson asks."""
    code = (source(cell) for cell in notebook(lesson) if cell["cell_type"] == "code")
    return [course.QUESTIONS[name] for text in code for name in re.findall(r'^ask\("(\w+)"\)', text, re.M)]


@cache
def words(lesson: str) -> str:
    """What a lesson says: its text, what its cells are stored with, and its replies."""
    said = [reply for question in questions(lesson) for reply in question.replies.values()]
    for cell in notebook(lesson):
        said += [source(cell)] if cell["cell_type"] == "markdown" else map(printed, cell["outputs"])
    return plain(" ".join(said))


def printed(output: dict) -> str:
    """The words of a stored output."""
    return "".join(output.get("text") or output.get("data", {}).get("text/plain", ""))


def plain(text: str) -> str:
    """The same with single spaces."""
    return " ".join(text.split())
