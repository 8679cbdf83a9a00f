"""Take the file out of a page, and put one into it. In a browser-only site, the kernel has no disk of the learner's.

The link holds the file itself, so nothing is sent when it is pressed. A file that is put in goes to the kernel alone.
"""

from __future__ import annotations

import base64
import html
from typing import Any

import ipywidgets as widgets

from ..kit import journal, ledger
from ..kit.ledger import FILE, LARGEST
from ..kit.marks.grammar import count

EMPTY = "There is nothing to download yet, because nothing has been answered."
LINK = "color: var(--jp-content-link-color, #0645ad); text-decoration: underline"  # a widget's own links look like text


class Download(widgets.HTML):
    """A link to a file with all answers, which is made anew after each of them."""

    def __init__(self, name: str = ""):
        super().__init__()
        self._name = name
        journal.watch(self._write)
        self._write()

    @property
    def file(self) -> str:
        """The name of the file."""
        return f"hand_in_{self._name}.json" if self._name else FILE

    @property
    def content(self) -> str:
        """The text of the file."""
        return ledger.text(journal.entries(), **({"name": self._name} if self._name else {}))

    @property
    def text(self) -> str:
        """The line, without markup."""
        entries = journal.entries()
        return f"Download {self.file} ({count(len(entries), 'answer')})" if entries else EMPTY

    def _write(self) -> None:
        said = html.escape(self.text)
        data = base64.b64encode(self.content.encode()).decode()
        href = f"data:application/json;base64,{data}"
        link = f'<a download="{html.escape(self.file)}" href="{href}" style="{LINK}">{said}</a>'
        self.value = f'<div role="status">{link if journal.entries() else said}</div>'

    def _repr_mimebundle_(self, **kwargs):
        return {**(super()._repr_mimebundle_(**kwargs) or {}), "text/plain": "", "text/html": ""}


class Upload(widgets.VBox):
    """A button that takes files of progress, and a line for each of them that says what was taken, or why not."""

    def __init__(self):
        self.files = widgets.FileUpload(
            accept=".json", multiple=True, description=f"Put in {FILE}", layout={"width": "max-content"}
        )
        self._said = widgets.HTML()
        self.lines: list[str] = []
        super().__init__([self.files, self._said])
        self.files.observe(self._take, names="value")

    def _take(self, change: Any) -> None:
        self.lines = [self._taken(given["name"], bytes(given["content"])) for given in change["new"]]
        lines = "".join(f"<div>{html.escape(line)}</div>" for line in self.lines)
        self._said.value = f'<div role="status">{lines}</div>'

    def _taken(self, name: str, content: bytes) -> str:
        try:
            if len(content) > LARGEST:
                raise ValueError(f"{name} is larger than {LARGEST:,} bytes, which no course is.")
            entries = ledger.parse(content, name).entries
        except ValueError as broken:
            return f"Nothing was taken, because {broken}"
        trouble = journal.take(entries.values())
        kept = journal.kept()
        where = f"They are kept in {kept.name}." if kept else "They are known until the kernel stops."
        return f"{count(len(entries), 'answer')} of {name} were taken. {trouble or where}"

    def _repr_mimebundle_(self, **kwargs):
        return {**(super()._repr_mimebundle_(**kwargs) or {}), "text/plain": "", "text/html": ""}
