"""Explorers that roll: an explorer whose picture moves on step by step along a way that is known from the start.

Step and Play move the control called "steps". Where an event loop runs, as in a notebook, Play is a task that lets the
page have its turn after each step; where none does, Play goes to the end at once. Whoever takes a turn holds ``alone``,
and a task that finds itself replaced at its turn is over.
"""

from __future__ import annotations

import asyncio
from typing import Any

import ipywidgets as widgets

from ..marks.picture import alone
from .controls import Control
from .framework import Explorer, button, note

STEPS = "steps"  # the control that says how far it has rolled
TURN = 0.05  # seconds between two steps, for the page


class RollExplorer(Explorer):
    """An explorer with Step, Play and Stop, which move its control "steps".

    Step takes one step, and Play all up to the last. Both begin anew at the end, and Stop stays where it is. Moving a
    control, Reset and presets end the play. All else as in Explorer.
    """

    def __init__(self, name: str, controls: dict[str, Control], *args: Any, **rest: Any):
        self._steps = controls[STEPS].widget
        self._task: asyncio.Task | None = None
        self._play = button("Play", self.play, icon="play")
        self._stop = button("Stop", self.stop, icon="stop")
        buttons = widgets.HBox([button("Step", self.step, icon="step-forward"), self._play, self._stop])
        buttons.add_class("vgrad-buttons")
        self._always = (buttons,)
        super().__init__(name, controls, *args, **rest)
        self._offer()

    @property
    def playing(self) -> bool:
        """Whether a task is under way, in a loop that still runs."""
        return self._task is not None and not self._task.done() and self._task.get_loop().is_running()

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
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._roll_to(self._last)
            return
        self._task = loop.create_task(self._in_turns())
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

    async def _in_turns(self) -> None:
        """Steps, and between them the page's turns."""
        try:
            while self._turn(asyncio.current_task()):
                await asyncio.sleep(TURN)
        except (KeyboardInterrupt, asyncio.CancelledError):
            pass  # where it stands is where it goes on
        except Exception as problem:  # a task has nobody to tell
            self._busy.value = note(f"Play ended with {type(problem).__name__}.")
        finally:
            with alone():
                if self._task is asyncio.current_task():
                    self.stop()

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
