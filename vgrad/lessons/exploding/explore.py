"""Does clipping mend it?  The loss of a one-unit RNN as a landscape, and two balls that roll over it."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Any

import ipywidgets as widgets

from ...kit.explorers.controls import real, scale, three_digits, whole
from ...kit.explorers.framework import Explorer, button, note
from ...kit.marks.picture import alone
from . import records
from .draw import cliff as draw
from .measure import cliff as measure
from .say import cliff as say

LAST = 60  # step of descent
TURN = 0.05  # seconds between two steps, for the page
PRESETS = {
    "1 · Clipping saves it": dict(w=4.45, b=-3.0),
    "2 · Too high a threshold": dict(w=5.15, b=-3.35, threshold=100.0),
    "3 · Too low a threshold": dict(threshold=0.01),
    "4 · A lucky jump": dict(w=4.55, b=-2.9, steps=50),
    "5 · No cliff near": dict(w=4.15, b=-2.05),
}


class RollExplorer(Explorer):
    """An explorer whose picture rolls on, step by step: Step takes one, and Play all up to the last.

    Both begin anew at the end, and Stop stays where it is. Where an event loop runs, as in a notebook, Play is a task
    that lets the page have its turn after each step; where none does, Play goes to the end at once. Moving a control,
    Reset and presets end it. Its control of the step is called "steps". All else as in Explorer.
    """

    def __init__(self, *args: Any, **rest: Any):
        self._task: asyncio.Task | None = None
        self._play = button("Play", self.play, icon="play")
        self._stop = button("Stop", self.stop, icon="stop")
        buttons = widgets.HBox([button("Step", self.step, icon="step-forward"), self._play, self._stop])
        buttons.add_class("vgrad-buttons")
        self._always = (buttons,)
        super().__init__(*args, **rest)
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
            self._roll_to(LAST)
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
        return self.controls["steps"].value

    def _begin(self) -> None:
        """Go back to the start from the end; what was shown before leaves no ghost."""
        self.stop()
        self._hand.rest()
        self._view.leave("")
        if self._now == LAST:
            self._roll_to(0, resting=False)

    def _roll_to(self, step: int, resting: bool = True) -> None:
        self._move({"steps": step})
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
        if self._task is not task or self._now == LAST:
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


def cliff(**values) -> RollExplorer:
    """Explore two paths over the loss surface of Pascanu et al. 2013, figure 6.   values : where its controls start."""
    controls = {
        "steps": whole("step", LAST, 0, LAST),
        "threshold": scale("threshold", 1.0, 0.01, 100.0),
        "w": real("start w", 4.55, *measure.W, 0.05),
        "b": real("start b", -3.05, *measure.B, 0.05),
        "rate": scale("learning rate", 0.3, 0.001, 3.0),
    }
    return RollExplorer(
        "cliff", controls, _measure, draw.CliffPlot, sentence=say.sentence, alt=say.alt, presets=PRESETS,
        first=("steps", "threshold", "w"), start=values,
    )  # fmt: skip


def _measure(*, w, b, rate, threshold, steps) -> records.CliffRecord:
    """The record of the controls' values, as their number boxes show them."""
    return _whole_walk(round(w, 6), round(b, 6), three_digits(rate), three_digits(threshold)).until(steps)


@lru_cache(maxsize=8)
def _whole_walk(w: float, b: float, rate: float, threshold: float) -> records.CliffRecord:
    """The walk to the last step, of which each step is a part."""
    return measure.walk(w=w, b=b, rate=rate, threshold=threshold, steps=LAST)


EXPLORERS = {"cliff": cliff}
