"""Explorers that train: an explorer whose picture moves on while its networks learn, and a page that stays alive.

Training is a generator of records. In a turn (``turns``) steps are taken for a moment, and then it is shown where
training is. Where no event loop runs, Train goes to the end at once. What is shown before, and after every move of a
control, are the first few steps, which are always the same ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from inspect import GEN_CLOSED, getgeneratorstate
from itertools import islice
from typing import Any

import ipywidgets as widgets

from ..marks.picture import alone
from .controls import LABEL, Control, button
from .turns import TurnExplorer

FIRST = 5  # steps that are shown before Train
MOMENT = 0.12  # seconds of training between two pictures


class TrainExplorer(TurnExplorer):
    """An explorer with Train, Stop and a bar of progress.

    watch : (**values of the controls) -> a generator of records, one a step, each with ``step``, ``steps`` and
    ``done``. All else as in Explorer. Train goes on where Stop has left it, and begins anew at the end; moving a
    control, Reset and presets begin anew. One explorer trains at a time: a cell run twice does not train twice.
    """

    current: TrainExplorer | None = None  # the one that is training
    doing = "Training"

    def __init__(
        self, entry: Callable[..., Any], controls: dict[str, Control], watch: Callable[..., Generator],
        plot: Callable[[Any], Any], **rest: Any,
    ):  # fmt: skip
        self._watch = watch
        self._train = button("Train", self.train, icon="play")
        self._stop = button("Stop", self.stop, icon="stop")
        self._progress = widgets.IntProgress(0, 0, 1, description="step", layout={"width": "auto"})
        self._progress.style.description_width = LABEL
        _halt_current()
        buttons = widgets.HBox([self._train, self._stop])
        buttons.add_class("vgrad-buttons")
        self._always = (self._progress, buttons)
        super().__init__(entry, controls, self._begin, plot, **rest)
        self._at_rest()

    @property
    def training(self) -> bool:
        """Whether a task is under way, in a loop that still runs."""
        return self.going_on

    @alone()
    def train(self) -> None:
        """Start training, or go on with it.

        It runs in the background where an event loop runs, and at once to the end where none does.
        """
        if self.training:
            return
        self._hand.rest()
        _halt_current()
        self._anew_if_over()
        if not self._go_on():
            self.run()
            return
        TrainExplorer.current = self
        self._offer(self._stop)

    @alone()
    def stop(self) -> None:
        """Stop after the step that is being taken, and keep what has been learnt."""
        if self._task is not None:
            self._task = None
            self._show()
        if TrainExplorer.current is self:
            TrainExplorer.current = None
        self._at_rest()

    @alone()
    def run(self) -> None:
        """Train to the end now, while the page waits."""
        self._hand.rest()
        self.stop()
        self._anew_if_over()
        try:
            for record in self._records:
                self.record = record
        finally:  # an interrupt too shows where it has come to
            self._picture()
            self._at_rest()

    # --- within -----------------------------------------------------------------------------------------------------

    def _begin(self, **values):
        """New networks, and their first steps."""
        if self._task is not None:
            self.stop()
        self._records = self._watch(**values)
        *_, record = islice(self._records, FIRST)
        self._progress.max = record.steps
        self._progress.value = record.step
        return record

    def _anew_if_over(self) -> None:
        """Where there is nothing left to do, or an interrupt within a step has ended the records for good."""
        if self.record.done or getgeneratorstate(self._records) == GEN_CLOSED:
            self._redraw()

    @alone()
    def _turn(self, task) -> bool:
        """Train for a moment, and show it; False where there is nothing more to do for this task."""
        if self._task is not task or self.record.done:
            return False
        self._for_a_moment()
        self._picture(resting=False)
        return True

    def _for_a_moment(self) -> None:
        start = time.perf_counter()
        for record in self._records:
            self.record = record
            if time.perf_counter() - start > MOMENT:
                return

    def _remember(self) -> None:
        """Keep what is shown now, but not first steps in place of networks in grey that have trained.

        So a learner who moves two controls after training still sees in grey what was trained.
        """
        trained_in_grey = self._view.ghost and self._before.step > FIRST
        if self.record.step > FIRST or not trained_in_grey:
            super()._remember()

    def _picture(self, resting: bool = True) -> None:
        self._plot.update(self.record, grow=True)
        self._progress.value = self.record.step
        self._show(resting)

    def _redraw(self, **how) -> None:
        super()._redraw(**how)
        self._at_rest()

    def _at_rest(self) -> None:
        self._offer(self._train)

    def _offer(self, button: widgets.Button) -> None:
        """Dim the other of Train and Stop. (A button that is disabled would lose the focus of the keys.)"""
        for each in (self._train, self._stop):
            each.add_class("vgrad-off")
        button.remove_class("vgrad-off")


def _halt_current() -> None:
    """Stop the explorer that trains, if there is one."""
    if TrainExplorer.current is not None:
        TrainExplorer.current.stop()
