"""One explorer: controls → experiment → picture and sentence, kept alive and redrawn while a slider moves.

What makes it quick is ``marks.picture.Canvas`` (blitting), and that the browser keeps one message in flight, so that
there is nothing to debounce, and the last value always arrives. When ticks take long, the sliders report only where
they are let go, until it is quick again. What comes on another thread waits for its turn (``alone``).
"""

from __future__ import annotations

import base64
import html
import time
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from ... import require
from .. import styles
from ..marks import picture
from ..marks.picture import alone
from .controls import Control, allowed

SLOW = 0.1  # seconds; above it, a picture no longer follows the hand


class Explorer(widgets.VBox):
    """Controls, a picture and its sentence.

    measure : (**values of the controls) -> record; plot : record -> an object with ``figure``, ``update(record)`` and
    ``png()``; sentence, alt : record -> str; presets : name -> values that differ from the controls' own; start :
    values for this page to start with, and to come back to.

    ``controls`` maps each name to the widget that holds its value; ``record``, ``caption`` and ``figure`` are what is
    shown now. A value that a control cannot hold is refused with a ValueError.
    """

    @alone()
    def __init__(
        self, name: str, controls: dict[str, Control], measure: Callable[..., Any], plot: Callable[[Any], Any], *,
        sentence: Callable[[Any], str], alt: Callable[[Any], str], presets: dict[str, dict[str, Any]],
        rows: list[widgets.Widget] | None = None, start: dict[str, Any] | None = None,
    ):  # fmt: skip
        self.name = name
        self.controls = {key: control.widget for key, control in controls.items()}
        self._measure = measure
        self._sentence = sentence
        self._alt = alt
        self._slow = 0  # ticks running that took long
        self._default = self._values()
        self._move(self._allowed(start or {}))
        self._start = self._values()
        self.record = measure(**self._start)
        self._plot = plot(self.record)
        rows = rows or [control.row for control in controls.values()]
        super().__init__([widgets.HTML(styles.EXPLORER), self._row_of_presets(presets), self._panel_and_picture(rows)])
        self.add_class("vgrad-explorer")
        self._show()
        for widget in self.controls.values():
            widget.observe(self._moved, "value")

    @property
    def figure(self):
        """The matplotlib figure, kept alive."""
        return self._plot.figure

    @property
    def caption(self) -> str:
        """The sentence under the picture."""
        return self._sentence(self.record)

    @alone()
    def set(self, **values: Any) -> None:
        """Move controls as a learner would, all at once, and redraw the picture once."""
        self._move(self._allowed(values))
        self._redraw()

    @alone()
    def reset(self) -> None:
        """Move all controls back to how this page started."""
        self._slow = 0
        self._move(self._start)
        self._redraw()

    def png(self) -> bytes:
        """Return the picture as it is now, as a PNG."""
        return self._plot.png()

    @alone()
    def _repr_mimebundle_(self, **kwargs):
        """The live widget, and for pages without a kernel the picture with its alt text, and the sentence."""
        live = super()._repr_mimebundle_(**kwargs) or {}
        alt = f"{self._alt(self.record)} {self.caption}"  # some pages show the picture alone
        still, metadata = picture.bundle(self.figure, self.caption, alt)
        return {**live, **still}, metadata

    # --- a tick ---------------------------------------------------------------------------------------------------

    def _values(self) -> dict[str, Any]:
        return {key: widget.value for key, widget in self.controls.items()}

    def _allowed(self, values: dict[str, Any]) -> dict[str, Any]:
        for key in values:
            require.choice("control", key, self.controls)
        return {key: allowed(key, self.controls[key], value) for key, value in values.items()}

    def _move(self, values: dict) -> None:
        """Many controls, without a picture for each."""
        self._held = True
        try:
            for key, value in values.items():
                self.controls[key].value = value
        finally:
            self._held = False

    @alone()
    def _moved(self, change) -> None:
        if not self._held:
            self._redraw()

    def _redraw(self) -> None:
        start = time.perf_counter()
        if self._busy.value:
            self._busy.value = note("measuring …")
        self._frame.add_class("vgrad-busy")  # dims what does not yet belong to the controls, unless it is done at once
        try:
            self.record = self._measure(**self._values())
            self._plot.update(self.record)
            self._show()
        finally:
            self._frame.remove_class("vgrad-busy")
        self._follow(time.perf_counter() - start < SLOW)

    def _show(self, aloud: bool = True) -> None:
        """The picture and its sentence, of which a screen reader is told the finding, or nothing if not ``aloud``."""
        width, height = (round(100 * inches) for inches in self.figure.get_size_inches())
        data = base64.b64encode(self.png()).decode()
        live = "polite" if aloud else "off"
        finding, stop, rest = html.escape(self.caption, quote=False).partition(". ")
        self._view.value = (
            f'<figure><img alt="{html.escape(self._alt(self.record))}" width="{width}" height="{height}" '
            f'decoding="sync" src="data:image/png;base64,{data}">'
            f'<figcaption role="status" aria-live="{live}"><b>{finding}{stop.rstrip()}</b> '
            f'<span aria-live="off">{rest}</span></figcaption></figure>'
        )
        if self._saved.value:
            self._saved.value = ""

    def _follow(self, quick: bool) -> None:
        """Let sliders report while they move, or, where three ticks running took long, only when they are let go."""
        self._slow = 0 if quick else self._slow + 1
        follow = self._slow < 3
        for widget in self.controls.values():
            if widget.has_trait("continuous_update"):
                widget.set_trait("continuous_update", follow)
        self._busy.value = "" if follow else note("This takes a moment: a slider is followed when you let it go.")

    # --- what is on the page --------------------------------------------------------------------------------------

    def _row_of_presets(self, presets) -> widgets.Widget:
        tries = [button(name, lambda values=values: self._preset(values)) for name, values in presets.items()]
        row = widgets.HBox([widgets.HTML("<b>See:</b>"), *tries], layout={"flex_flow": "row wrap"})
        row.add_class("vgrad-buttons")
        return row

    def _panel_and_picture(self, rows: list[widgets.Widget]) -> widgets.Widget:
        """Controls on the left and the picture on the right, or under them where the page is narrow."""
        self._view = widgets.HTML()
        self._busy = widgets.HTML()
        self._saved = widgets.HTML()
        self._busy.add_class("vgrad-note")
        buttons = widgets.HBox([button("Reset", self.reset, "undo"), button("Save picture", self._save, "download")])
        buttons.add_class("vgrad-buttons")
        panel = widgets.VBox([*rows, buttons, self._saved, self._busy])
        panel.add_class("vgrad-panel")
        self._frame = widgets.VBox([self._view])
        self._frame.add_class("vgrad-view")
        return widgets.HBox([panel, self._frame], layout={"flex_flow": "row wrap"})

    @alone()
    def _preset(self, values: dict) -> None:
        self._slow = 0
        self._move({**self._default, **values})
        self._redraw()

    def _save(self) -> None:
        """Offer the picture for download: it works in a browser-only page too, where the kernel has no disk."""
        data = base64.b64encode(picture.still(self.figure, dpi=200)).decode()
        self._saved.value = (
            f'<a download="{self.name}.png" href="data:image/png;base64,{data}">Download {self.name}.png</a>'
        )


def button(name: str, action: Callable[[], Any], icon: str = "") -> widgets.Button:
    """Return a button called ``name`` that calls ``action`` when it is pressed."""
    pressed = widgets.Button(description=name, icon=icon)
    pressed.on_click(lambda _: action())
    return pressed


def note(text: str) -> str:
    """Return a remark beside the controls as HTML that a screen reader says at once."""
    return f'<span role="status"><i>{text}</i></span>'
