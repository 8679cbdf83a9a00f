"""One explorer: controls → experiment → picture and sentence, kept alive and redrawn while a slider moves.

The browser keeps one message in flight, so the last value always arrives. While a hand moves, as many networks are
measured as a moment is enough for, and when it rests, all of them (``pace``). The axes only grow until Reset or a
preset, but they forget what few networks reached. What comes on another thread waits for its turn (``alone``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets

from ... import require
from .. import styles
from ..marks import picture
from ..marks.picture import LivePicture, alone
from ..marks.views import Views
from . import offers
from .controls import Control, allowed, button, note, told
from .pace import Hand, Pace
from .view import View

NETWORKS = "seeds"  # the control that says how many networks are measured
LONG = 0.3  # seconds; what takes longer is announced, and the picture is dimmed until then
MOST_FIRST = 3  # controls that are always seen
MORE = '<details class="vgrad-more"><summary>More controls</summary></details>'


class Explorer(widgets.VBox):
    """Controls, a picture and its sentence.

    entry : the room's function that opens it, which gives it its name and says where it is found; measure : (**values
    of the controls) -> record; plot : record -> a LivePicture; sentence : record -> up to three
    lines, which are the finding, the protocol, and how it was measured; alt : record -> str; presets : name -> values
    that differ from the controls' own; first : the names of at most three controls that are always seen; rows : those
    of the others, behind "More controls", if they are not simply one for each; start : values for this page to start
    with, and to come back to.

    ``controls`` maps each name to the widget that holds its value; ``record``, ``caption`` and ``figure`` are what is
    shown now. A value that a control cannot hold is refused with a ValueError.
    """

    _always: tuple[widgets.Widget, ...] = ()  # what a kind of explorer has under its first controls

    @alone()
    def __init__(
        self, entry: Callable[..., Any], controls: dict[str, Control], measure: Callable[..., Any],
        plot: Callable[[Any], LivePicture | Views], *, sentence: Callable[[Any], str], alt: Callable[[Any], str],
        presets: dict[str, dict[str, Any]], first: Sequence[str] = (), rows: list[widgets.Widget] | None = None,
        start: dict[str, Any] | None = None,
    ):  # fmt: skip
        self.name = entry.__name__
        self._entry = entry
        self.controls = {key: control.widget for key, control in controls.items()}
        self._measure = measure
        self._sentence = sentence
        self._alt = alt
        self._pace = Pace()
        self._hand = Hand(self._rests)
        self._default = self._values()
        self._move(self._allowed(start or {}))
        self._start = self._values()
        self.record = self._measured(self._start)
        self._before = self.record
        self._plot = plot(self.record)
        self._view = View()
        shown = self._first_and_more(controls, tuple(first), rows)
        super().__init__([widgets.HTML(styles.EXPLORER), self._row_of_presets(presets), self._beside(shown)])
        self.add_class("vgrad-explorer")
        self._show()
        for widget in self.controls.values():
            widget.observe(self._moved, "value")

    @property
    def figure(self):
        """The Matplotlib figure."""
        return self._plot.figure

    @property
    def caption(self) -> str:
        """The finding, the protocol, and how it was measured, a line each."""
        return self._sentence(self.record)

    @property
    def code(self) -> str:
        """The lines of Python that open this explorer with the present settings."""
        return offers.code(self._entry, self.controls, self._default)

    @alone()
    def set(self, **values: Any) -> None:
        """Move controls as a learner would, all at once, and redraw the picture once."""
        self._jump(self._allowed(values))

    @alone()
    def reset(self) -> None:
        """Move all controls back to how this page started."""
        self._jump(self._start)
        self._view.leave("")

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

    # --- a move ---------------------------------------------------------------------------------------------------

    def _values(self) -> dict[str, Any]:
        return {key: widget.value for key, widget in self.controls.items()}

    @property
    def _rough(self) -> bool:
        return self._values().get(NETWORKS, 1) > self._measured_with.get(NETWORKS, 1)

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

    def _jump(self, values: dict) -> None:
        """Many controls at once, which is no move of a hand: all networks are measured, and the axes fit anew."""
        self._hand.let_go()
        self._remember()
        self._move(values)
        self._redraw(grow=False)
        self._leave_ghost()

    @alone()
    def _moved(self, change) -> None:
        """A control has been moved: by a hand, if another move may follow."""
        if self._held:
            return
        begins = self._hand.begins(change.owner)
        if begins:
            self._remember()
        self._hand.move(change.owner)
        self._redraw(rough=self._hand.moving and change.owner is not self.controls.get(NETWORKS))
        if begins:
            self._leave_ghost()

    @alone()
    def _rests(self) -> None:
        """The hand has come to rest, and now all networks are measured, unless they have been already."""
        if self._rough:
            self._redraw()
        else:
            self._view.rest(self.caption)

    def _redraw(self, *, rough: bool = False, grow: bool = True) -> None:
        values = self._values()
        long = not rough and self._pace.seconds(values.get(NETWORKS, 1)) > LONG
        if rough and NETWORKS in values:
            values[NETWORKS] = self._pace.few(values[NETWORKS])
        self._busy.value = note("measuring …") if long else ""
        self._view.dim(long)
        try:
            self.record = self._measured(values)
            self._plot.update(self.record, grow=grow, passing=self._rough)
            self._show(resting=not self._hand.moving)
        finally:
            self._view.dim(False)
            self._busy.value = ""

    def _measured(self, values: dict[str, Any]) -> Any:
        start = time.perf_counter()
        record = self._measure(**values)
        self._pace.took(time.perf_counter() - start, values.get(NETWORKS, 1))
        self._measured_with = values
        return record

    def _remember(self) -> None:
        """Keep what is shown now, to be left as a ghost by the move that comes."""
        self._before = self.record

    def _leave_ghost(self) -> None:
        """Show the state before the move too, on the axes as they are now."""
        try:
            self._view.leave(self._plot.ghost(self._before))
        finally:
            self._plot.update(self.record, grow=True, passing=self._rough)
        self._axes_of_ghost = self._plot.limits

    def _show(self, resting: bool = True) -> None:
        """The picture and its sentence; ``resting``, of which a screen reader is told the finding."""
        self._view.show(self._plot.canvas, self._alt(self.record), self.caption, resting=resting, rough=self._rough)
        if self._view.ghost and self._axes_of_ghost != self._plot.limits:
            self._leave_ghost()
        self._behind.value = told(self.controls, self._default, self._hidden)
        self._offered.withdraw(self.code)

    # --- what is on the page --------------------------------------------------------------------------------------

    def _row_of_presets(self, presets) -> widgets.Widget:
        tries = [button(name, lambda values=values: self._preset(values)) for name, values in presets.items()]
        row = widgets.HBox([widgets.HTML("<b>See:</b>"), *tries], layout={"flex_flow": "row wrap"})
        row.add_class("vgrad-buttons")
        return row

    def _first_and_more(self, controls: dict[str, Control], first: tuple[str, ...], rows) -> list[widgets.Widget]:
        """The rows of the first controls, and those of the others, folded."""
        self._behind = widgets.HTML()
        self._behind.add_class("vgrad-note")
        first = first or tuple(controls)[:MOST_FIRST]
        self._hidden = [key for key in controls if key not in first]
        more = widgets.VBox(rows or [controls[key].row for key in self._hidden])
        more.add_class("vgrad-folded")
        shown = [controls[key].row for key in first]
        return [*shown, widgets.HTML(MORE), self._behind, more] if self._hidden else shown

    def _beside(self, rows: list[widgets.Widget]) -> widgets.Widget:
        """Controls on the left and the picture on the right, or under them where the page is narrow."""
        self._busy = widgets.HTML()
        self._offered = offers.Offer()
        self._busy.add_class("vgrad-note")
        save, share = button("Save picture", self._save, "download"), button("Share", self._share, "share-alt")
        buttons = widgets.HBox([button("Reset", self.reset, "undo"), save, share])
        buttons.add_class("vgrad-buttons")
        panel = widgets.VBox([*rows, *self._always, buttons, self._offered, self._busy])
        panel.add_class("vgrad-panel")
        return widgets.HBox([panel, self._view], layout={"flex_flow": "row wrap"})

    @alone()
    def _preset(self, values: dict) -> None:
        self._jump({**self._default, **values})
        self._view.leave("")

    def _save(self) -> None:
        self._offered.save(self.name, picture.still(self.figure, dpi=200))

    @alone()
    def _share(self) -> None:
        self._offered.share(self.code)
