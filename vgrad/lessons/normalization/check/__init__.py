"""The exercises of the lesson on batch norm and layer norm.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

from ....kit.exercises import Exercises
from .control import choose_control
from .pullback import norm_pullback

EXERCISES = {
    "norm_pullback": (
        norm_pullback,
        "difference quotients agree. Two directions are removed, and the rest is divided by std",
    ),
    "choose_control": (choose_control, "this control can refute the explanation, because one outcome contradicts it"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
