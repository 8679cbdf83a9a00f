"""One room per lesson: what it measures, draws, says, asks and checks.

    from vgrad.lessons.gradient_flow import ask, check, explore, flow, show

    records.py     what its experiments return
    measure.py     the experiments
    draw.py        record -> picture
    say.py         record -> sentence
    explore.py     controls -> experiment -> picture and sentence
    questions.md   its questions, which a teacher can edit
    check.py       its exercises
    tables/        what takes too long to compute while one reads

Where a room has two subjects, a file is a folder with one file for each. The rooms are loaded when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..kit.explorers.framework import Explorer

ROOMS = (
    "start_here",
    "chain_rule",
    "activations",
    "gradient_flow",
    "initialization",
    "edge_of_chaos",
    "learning",
    "normalization",
    "skip_connections",
    "deep_training",
    "recurrence",
    "exploding",
    "gates",
    "memory",
    "attention",
    "precision",
    "diagnosis",
    "your_network",
    "scoreboard",
)
CATALOGUE: dict[str, Callable[..., Explorer]]  # every explorer by its name, filled by the rooms


@cache
def _catalogue() -> dict[str, Callable[..., Explorer]]:
    rooms = [import_module(f"{__name__}.{room}") for room in ROOMS]
    doors = [room.explore for room in rooms if hasattr(room, "explore")]
    return {name: explorer for door in doors for name, explorer in door.EXPLORERS.items()}


def __getattr__(name: str) -> Any:
    if name == "CATALOGUE":
        return _catalogue()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
