"""The exercises of the lesson on attention.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

from ....kit.exercises import Exercises
from .later import later
from .steps import attention

EXERCISES = {
    "attention": (attention, "ops.attention has the same output, and difference quotients find the same gradients"),
    "later": (later, "your two lines say what is measured in random transformers of 24 blocks, block 12 to block 24"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
