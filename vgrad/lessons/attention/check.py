"""The exercises of the lesson on attention.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

from ...kit.exercises import Exercises

EXERCISES = {}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
