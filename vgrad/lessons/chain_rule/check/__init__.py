"""The exercises of the lesson on products and on the chain rule.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

from ....kit.exercises import Exercises
from .backprop import judge_backprop
from .walk import judge_walk

EXERCISES = {
    "walk": (
        judge_walk,
        "y changes 0.981 times as fast as x, and each step back multiplied what arrived by one slope",
    ),
    "backprop": (
        judge_backprop,
        "your chain agrees with a difference quotient to six digits, for three numbers at once",
    ),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
