"""The exercises of the lesson on the report, its trial and the clinic.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

from ....kit.exercises import Exercises
from .decades import decades
from .moments import state
from .visits import treated

EXERCISES = {
    "worst_ratio": (decades, "the largest against the smallest, in decades: what no sum of squares can hide"),
    "state_in_training": (
        state,
        "two ratios tell what no norm alone can: how much error is left, and whether it arrives",
    ),
    "treat_three": (treated, "three patients that learn now, and for the right reason"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
