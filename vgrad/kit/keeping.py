"""Whether answers are kept, in one line with one button, under whatever asks for answers.

Nothing is kept until somebody presses the button. The line says where the answers are, and that they are nowhere else.
"""

from __future__ import annotations

import html
from typing import Any

import ipywidgets as widgets

from . import journal

KEEP = f"Keep them in {journal.FILE}"
STOP = "Stop keeping"
NOT_KEPT = "Your answers are not kept."


class Keeping(widgets.VBox):
    """The line and the button. On a page without a kernel there is nothing to keep, and so nothing is shown."""

    def __init__(self):
        self._line = widgets.HTML()
        self._button = widgets.Button(layout={"width": "max-content"})
        super().__init__([self._line, self._button])
        self.add_class("vgrad-keeping")
        self._said = ""
        self._button.on_click(self._press)
        journal.watch(self._write)
        self._write()

    @property
    def text(self) -> str:
        """The line, without markup."""
        kept = journal.kept()
        if kept is None:
            return self._said or journal.trouble() or NOT_KEPT
        return journal.trouble() or f"Your answers are kept in {kept.name}, in this folder, and nowhere else."

    def press(self) -> None:
        """Press the button, as by hand."""
        self._press()

    def _press(self, _: Any = None) -> None:
        self._said = ""
        if journal.kept() is not None:
            self._said = journal.stop()
        else:
            try:
                journal.keep()
            except ValueError as broken:
                self._said = f"Your answers are not kept, because {broken}"
        self._write()

    def _write(self) -> None:
        kept = journal.kept() is not None
        if kept:
            self._said = ""
        self._button.description = STOP if kept else KEEP
        self._line.value = f'<div role="status">{html.escape(self.text)}</div>'

    def _repr_mimebundle_(self, **kwargs):
        return {**(super()._repr_mimebundle_(**kwargs) or {}), "text/plain": "", "text/html": ""}
