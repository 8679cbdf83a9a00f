"""How a picture follows a hand: with few networks while it moves, and with all of them when it rests.

Networks are drawn from common random numbers, and so the few are the first of the many.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

REST = 0.15  # seconds without a move, after which a hand rests
PAUSE = 1.5  # seconds without a move, after which the next one belongs to another gesture
MOMENT = 0.02  # seconds for measuring while it moves


class Pace:
    """How many networks a moment is enough for, as the last measurements tell."""

    def __init__(self):
        self._each: float | None = None

    def took(self, seconds: float, networks: int) -> None:
        """Learn how long so many networks took."""
        self._each = seconds / networks

    def seconds(self, networks: int) -> float:
        """Return how long so many will take; 0 where nothing has been measured."""
        return networks * (self._each or 0.0)

    def few(self, networks: int) -> int:
        """Return how many of the networks a moment is enough for, one at the least."""
        if not self._each:
            return networks
        return max(1, min(networks, int(MOMENT / self._each)))


class Hand:
    """Whether a hand is moving. Where no event loop runs nobody waits, and a hand rests at once."""

    def __init__(self, rests: Callable[[], None]):
        self._rests = rests
        self._timer: asyncio.TimerHandle | None = None
        self._holds: object = None
        self._until = 0.0

    @property
    def moving(self) -> bool:
        """Whether the last move is so recent that another one may follow."""
        return self._timer is not None

    def begins(self, control: object) -> bool:
        """Whether a move of ``control`` now would be the first of a gesture, which may rest for a while on its way."""
        return control is not self._holds or time.monotonic() > self._until

    def move(self, control: object) -> None:
        """Note a move, and call ``rests`` after a while in which there is no other one."""
        self.still()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._holds = control
        self._until = time.monotonic() + PAUSE
        self._timer = loop.call_later(REST, self.rest)

    def let_go(self) -> None:
        """End the gesture, whatever the hand does next."""
        self.still()
        self._holds = None

    def still(self) -> bool:
        """Forget the move; return whether there was one to forget."""
        there = self._timer is not None
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        return there

    def rest(self) -> None:
        """Come to rest now, if a hand is moving."""
        if self.still():
            self._rests()
