"""How an exercise is answered: with "correct", or with a hint at what to do next, and never with an exception."""

from __future__ import annotations

import html

import numpy as np

from .. import require

GOOD, OPEN = "#00805d", "#b07400"  # a bar beside the words; the words themselves say the same


class Feedback:
    """What a check says: "correct" or "not yet: why"."""

    def __init__(self, correct: bool, text: str):
        self.correct, self.text = correct, text

    def __repr__(self) -> str:
        return self.text

    def of_the_solution(self) -> Feedback:
        """The same, said of the lesson's own solution."""
        return Feedback(self.correct, self.text.replace("correct:", "correct (the solution, not yours):", 1))

    def _repr_html_(self) -> str:
        return card(self.text, GOOD if self.correct else OPEN)


class Exercises:
    """The exercises of a lesson.   checks : name -> (check, praise); a check returns why not yet, or None if right."""

    def __init__(self, checks: dict):
        self.checks = checks

    def answer(self, name: str, given) -> Feedback:
        """Check what is ``given`` for the exercise called ``name``: a value, a function or a record, as it asks."""
        return answer_to(name, given, self.checks)

    def solution(self, name: str, given) -> Feedback:
        """Check the lesson's own solution; the words say that it is not the learner's."""
        return self.answer(name, given).of_the_solution()


def answer_to(name: str, given, exercises: dict) -> Feedback:
    """What the exercise's check says of ``given``. A check returns why not yet, or None where it is right."""
    check, praise = exercises[require.choice("name", name, list(exercises))]
    if given is ...:
        return Feedback(False, "not yet: put your answer where the three dots are")
    try:
        why = check(given)
    except Exception as problem:  # the learner's own code may do anything
        why = f"running it raised {type(problem).__name__}: {problem}"
    return Feedback(False, f"not yet: {why}") if why else Feedback(True, f"correct: {praise}")


def has(given, *names: str) -> bool:
    """Whether an answer is a record with fields of these names."""
    return all(hasattr(given, name) for name in names)


def is_number(given) -> bool:
    """Whether an answer is one finite number."""
    return isinstance(given, (int, float, np.number)) and not isinstance(given, bool) and bool(np.isfinite(given))


def slip(given, slips: dict, **closeness) -> str | None:
    """What there is to say to a frequent slip, known by its own numbers, or None.   slips : why -> the numbers."""
    return next((why for why, wrong in slips.items() if np.allclose(given, wrong, **closeness)), None)


def differences(loss, x, step: float = 1e-5):
    """dloss/dx by difference quotients, entry by entry.   loss : array -> number."""
    slope = np.empty_like(x)
    for place in np.ndindex(*x.shape):
        move = np.zeros_like(x)
        move[place] = step
        slope[place] = (loss(x + move) - loss(x - move)) / (2 * step)
    return slope


def unlike(name: str, given, right, slips: dict) -> str | None:
    """Why ``given`` (N, D) is not ``right``, which difference quotients say: a slip, or where it is furthest off."""
    if np.allclose(given, right, rtol=1e-5, atol=1e-6):
        return None
    off = np.where(np.isfinite(given), abs(given - right), np.inf)
    sample, unit = np.unravel_index(np.argmax(off), off.shape)
    told = f"your {name} is {given[sample, unit]:.4f}, and a difference quotient says {right[sample, unit]:.4f}"
    return slip(given, slips, rtol=1e-4, atol=1e-5) or f"at sample {sample}, unit {unit} {told}"


def card(text: str, color: str) -> str:
    """The words with a bar in ``color`` beside them, as HTML that a screen reader says at once."""
    style = f"border-left: 5px solid {color}; padding: 4px 12px; margin: 4px 0; max-width: 62em; line-height: 1.45"
    return f'<div role="status" style="{style}">{html.escape(text, quote=False)}</div>'
