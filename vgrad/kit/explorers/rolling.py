"""Explorers that roll: an explorer whose picture moves on step by step along a way that is known from the start.

Step and Play move the control called "steps". In a turn (``turns``) one step is taken. Where no event loop runs, Play
goes to the end at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from ..marks.picture import alone
from .controls import Control, button
from .turns import TurnExplorer

STEPS = "steps"  # the control that says how far it has rolled


class RollExplorer(TurnExplorer):
    """An explorer with Step, Play and Stop, which move its control "steps".

    Step takes one step, and Play all up to the last. Both begin anew at the end, and Stop stays where it is. Moving a
    control, Reset and presets end the play. All else as in Explorer.
    """

    doing = "Play"
    pause = 0.05  # seconds, so that each step is seen

    def __init__(self, entry: Callable[..., Any], controls: dict[str, Control], *args: Any, **rest: Any):
        self._steps = controls[STEPS].widget
        self._play = button("Play", self.play, icon="play")
        self._stop = button("Stop", self.stop, icon="stop")
        buttons = widgets.HBox([button("Step", self.step, icon="step-forward"), self._play, self._stop])
        buttons.add_class("vgrad-buttons")
        self._always = (buttons,)
        super().__init__(entry, controls, *args, **rest)
        self._offer()

    @property
    def playing(self) -> bool:
        """Whether a task is under way, in a loop that still runs."""
        return self.going_on

    @alone()
    def step(self) -> None:
        """Take one step."""
        self._begin()
        self._roll_to(self._now + 1)

    @alone()
    def play(self) -> None:
        """Roll to the end, step by step."""
        if self.playing:
            return
        self._begin()
        if not self._go_on():
            self._roll_to(self._last)
        self._offer()

    @alone()
    def stop(self) -> None:
        """Stay where it is."""
        if self._task is not None:
            self._task = None
            self._show()
        self._offer()

    # --- within -----------------------------------------------------------------------------------------------------

    @property
    def _now(self) -> int:
        return self._steps.value

    @property
    def _last(self) -> int:
        return self._steps.trait_values()["max"]

    def _begin(self) -> None:
        """Go back to the start from the end; what was shown before leaves no ghost."""
        self.stop()
        self._hand.rest()
        self._view.leave("")
        if self._now == self._last:
            self._roll_to(0, resting=False)

    def _roll_to(self, step: int, resting: bool = True) -> None:
        self._move({STEPS: step})
        self.record = self._measured(self._values())
        self._plot.update(self.record, grow=True)
        self._show(resting)

    @alone()
    def _turn(self, task) -> bool:
        """Take one step; False where there is no more to take for this task."""
        if self._task is not task or self._now == self._last:
            return False
        self._roll_to(self._now + 1, resting=False)
        return True

    def _redraw(self, **how) -> None:
        self._task = None
        super()._redraw(**how)
        self._offer()

    def _offer(self) -> None:
        """Dim the one of Play and Stop that does nothing now."""
        dim, other = (self._play, self._stop) if self.playing else (self._stop, self._play)
        dim.add_class("vgrad-off")
        other.remove_class("vgrad-off")
