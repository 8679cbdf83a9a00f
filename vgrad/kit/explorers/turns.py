"""What goes on by itself in an explorer, in turns with the page, which stays alive meanwhile.

Where an event loop runs, as in a notebook, a task takes a turn, and then the page has its own. Turns and a cell may
come on different threads. Whoever takes a turn holds ``alone``, and a task that finds itself replaced at its turn is
over.
"""

from __future__ import annotations

import asyncio

from ..marks.picture import alone
from .controls import note
from .framework import Explorer


class TurnExplorer(Explorer):
    """An explorer that goes on by itself.

    A kind of it defines ``_turn``, which takes a turn for a task and returns whether there is another one to take, and
    ``stop``. ``doing`` is what it is called where it fails, and ``pause`` how many seconds the page has for its turn.
    """

    doing = "It"
    pause = 0.01
    _task: asyncio.Task | None = None

    @property
    def going_on(self) -> bool:
        """Whether a task is under way, in a loop that still runs."""
        return self._task is not None and not self._task.done() and self._task.get_loop().is_running()

    def stop(self) -> None:
        """Stay where it is."""
        raise NotImplementedError

    def _turn(self, task: asyncio.Task | None) -> bool:
        raise NotImplementedError

    def _go_on(self) -> bool:
        """Begin to take turns; False where no event loop runs, so that nobody could have a turn in between."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return False
        self._task = loop.create_task(self._in_turns())
        return True

    async def _in_turns(self) -> None:
        """Turns, and between them the page's; an interrupt that comes in a turn ends this, and no more."""
        try:
            while self._turn(asyncio.current_task()):
                await asyncio.sleep(self.pause)
        except (KeyboardInterrupt, asyncio.CancelledError):
            pass  # where it stands is where it goes on
        except Exception as problem:  # a task has nobody to tell
            self._busy.value = note(f"{self.doing} ended with {type(problem).__name__}.")
        finally:
            with alone():
                if self._task is asyncio.current_task():
                    self.stop()
