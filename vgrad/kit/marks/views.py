"""Several pictures of one explorer, of which one is seen at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .picture import Canvas, LivePicture


class Views:
    """A picture that changes its kind with its record.   kind : record -> the LivePicture's class that draws it."""

    def __init__(self, kind: Callable[[Any], type[LivePicture]], record):
        self._kind = kind
        self.now = kind(record)(record)
        self._made = {type(self.now): self.now}

    def update(self, record, *, grow: bool = False, passing: bool = False) -> None:
        """Move on to ``record``. Where it asks for another kind of picture, the axes of that one fit anew."""
        kind = self._kind(record)
        if kind not in self._made:
            self._made[kind] = kind(record)
        same = self.now is self._made[kind]
        self.now = self._made[kind]
        self.now.update(record, grow=grow and same, passing=passing)

    def ghost(self, record) -> str:
        """Return the outline of another ``record``, or nothing where that is another kind of picture."""
        return self.now.ghost(record) if type(self.now) is self._kind(record) else ""

    @property
    def limits(self):
        """How far its axes reach."""
        return self.now.limits

    @property
    def figure(self):
        """The figure of the picture that is seen."""
        return self.now.figure

    @property
    def canvas(self) -> Canvas:
        """Its layers."""
        return self.now.canvas

    def png(self) -> bytes:
        """Return the picture as it is now."""
        return self.now.png()
