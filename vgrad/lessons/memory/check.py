"""The exercises of this lesson. There is none yet."""

from __future__ import annotations

from ...kit.exercises import Exercises

EXERCISES: dict = {}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
