"""The exercises of the lesson on where the numbers end.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

from ....kit.exercises import Exercises
from .dynamic import dynamic
from .static import static

EXERCISES = {
    "static_scaling": (
        static,
        "the gradients are large on their way, and they become small only where the format can hold small numbers",
    ),
    "dynamic_scaling": (
        dynamic,
        "a net that starts with a scale of 2^44 loses a few steps, and it loses nothing else",
    ),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
