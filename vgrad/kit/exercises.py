"""How an exercise is answered: with "correct", or with a hint at what to do next, and never with an exception.

A check receives what a learner hands over. It returns why that is not right yet, or None where it is right. The first
questions of most checks are the same: is it a function, a number, a whole record? They stand in ``expect``, and raise
``NotYetError`` with their hint, so that a check goes on only with what it can judge.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from .. import require
from . import journal, slips
from .compare import agrees, apart, is_right_number, off_quotient, refuse_slips, rounds_to, slip
from .expect import (
    Lent,
    NotYetError,
    UntouchedError,
    expect_answer,
    expect_array,
    expect_function,
    expect_number,
    expect_record,
    expect_two,
    is_missing,
    is_number,
)

__all__ = [
    "GOOD", "OPEN", "Check", "Exercises", "Feedback", "Lent", "NotYetError", "UntouchedError", "agrees",
    "answer_to", "apart", "card", "differences", "expect_answer", "expect_array", "expect_back", "expect_dz",
    "expect_function", "expect_like", "expect_number", "expect_pullback", "expect_record", "expect_two",
    "is_missing", "is_number", "is_right_number", "off_quotient", "refuse_slips", "rounds_to", "slip",
]  # fmt: skip

GOOD = "#00805d"  # of a bar beside the words; the words themselves say the same
OPEN = "#b07400"
UNSOLVED = "Exercise, not yet solved:"  # what a page says that is read before anybody has tried
AGAIN = "Change this cell, and run it again."


class Feedback:
    """What a check says, which is "correct" or "not yet", and why."""

    def __init__(self, correct: bool, text: str):
        self.correct = correct
        self.text = text

    def __repr__(self) -> str:
        return self.text if self.correct else f"{UNSOLVED} {self._why}\n{AGAIN}"

    @property
    def _why(self) -> str:
        return self.text.removeprefix("not yet: ")

    def _repr_html_(self) -> str:
        if self.correct:
            return card(self.text, GOOD)
        return card(f"{UNSOLVED} {self._why}", OPEN, AGAIN)


Check = Callable[[Any], str | None]


class Exercises:
    """The exercises of a lesson.   checks : name -> (check, praise)."""

    def __init__(self, checks: dict[str, tuple[Check, str]]):
        self.checks = checks

    def answer(self, name: str, given: Any) -> Feedback:
        """Check what is ``given`` for the exercise called ``name``: a value, a function or a record, as it asks."""
        return answer_to(name, given, self.checks)


def answer_to(name: str, given: Any, exercises: dict[str, tuple[Check, str]]) -> Feedback:
    """Return what the check of the exercise called ``name`` says of ``given``."""
    check, praise = exercises[require.choice("name", name, list(exercises))]
    if given is ...:
        return Feedback(False, "not yet: put your answer where the three dots are")
    tried = not has_dots(given)
    try:
        with np.errstate(all="ignore"):  # what comes out is looked at, and said in words
            why = check(given)
    except NotYetError as hint:
        why = str(hint)
        tried = tried and not isinstance(hint, UntouchedError)
    except Exception as problem:  # the learner's own code may do anything
        why = f"your code was run, and it stopped: {slips.told(problem)}"
    if tried or not why:
        _note(name, check, right=not why)
    return Feedback(False, f"not yet: {why}") if why else Feedback(True, f"correct: {praise}")


def _note(name: str, check: Check, right: bool) -> None:
    """Note a try at an exercise of a lesson, which is the room where its check was written."""
    package, _, room = (getattr(check, "__module__", None) or "").partition(".lessons.")
    if package == "vgrad":
        journal.note(journal.Entry("exercise", room.partition(".")[0], name, right=right))


def has_dots(given: Any, depth: int = 4) -> bool:
    """Whether three dots stand in what was handed over: in a list or a record, or in a function's own code.

    Then the cell is as the page has it, or begun, and is no try.
    """
    if given is ...:
        return True
    if isinstance(given, (list, tuple, dict)) and depth:
        return any(has_dots(each, depth - 1) for each in (given.values() if isinstance(given, dict) else given))
    code = given.__code__ if isinstance(given, FunctionType) else given
    return isinstance(code, CodeType) and has_dots(code.co_consts)  # those of functions within it are among them


slips.watch(lambda text: Feedback(False, text))


# --- a function and its pullback --------------------------------------------------------------------------------------


def expect_pullback(given: Any, which: str, right: np.ndarray, formula: str, **closeness: Any) -> Callable[..., Any]:
    """Return the pullback of what a function returned, (output, pullback), if the output is ``right``.

    Raises NotYetError if it is not. which : both by name, in words; formula : of the output, which is named first.
    """
    output, pullback = expect_two(given, which)
    if not callable(pullback):
        hint = ", and the function comes second" if callable(output) else ", and the second should be a function"
        raise NotYetError(f"return two things, {which}{hint}")
    name = which.split()[0]
    if is_missing(output):
        raise NotYetError(f"{name} is still missing; it should be {formula}")
    output = expect_array(output, name)
    if output.shape != right.shape or not (agrees(output, right) or np.allclose(output, right, **closeness)):
        raise NotYetError(f"{name} is not {formula} yet")
    return pullback


def expect_back(pullback: Callable[..., Any], lent: Lent, which: str, dy: Any, name: str, like: str, right: Any) -> Any:
    """Return what ``pullback`` makes of ``dy``, an array of the shape of ``right``.

    It is called twice, and raises NotYetError if the answers differ, if dy has changed, or something that was ``lent``.
    which : the pullback's call, in words, such as "pullback(dh)"; name, like : as ``expect_like`` has them.
    """
    argument = which.partition("(")[2].rstrip(")")
    first, again = (expect_like(Lent(**{argument: dy}).to(pullback), which, name, like, right) for _ in range(2))
    lent.look()
    if not np.array_equal(first, again, equal_nan=True):
        raise NotYetError(f"{which} returns something else when it is called again, so it overwrites what it keeps")
    return first


def expect_dz(function: Any, which: str, z: Any, dh: Any, h: Any, formula: str) -> Any:
    """Return the dz that an activation and its pullback make of z and dh; raise NotYetError if the output is not h.

    which, formula : as ``expect_pullback`` has them.
    """
    lent = Lent(z=z)
    pullback = expect_pullback(lent.to(expect_function(function)), which, h, formula)
    return expect_back(pullback, lent, "pullback(dh)", dh, "dz", "z", z)


def expect_like(given: Any, source: str, name: str, like: str, right: np.ndarray) -> np.ndarray:
    """Return ``given`` as an array, if it has the shape of ``right``; raise NotYetError if it has not, or is missing.

    source : what returns it; name : its name; like : the name of the argument that has its shape.
    """
    if is_missing(given):
        raise NotYetError(f"{source} returns nothing yet; it should return {name}")
    array = expect_array(given, f"what {source} returns")
    if array.shape != np.shape(right):
        told = f"{source} returns something of shape {array.shape}"
        raise NotYetError(f"{told}; {name} has {like}'s shape, {np.shape(right)}")
    return array


def differences(loss: Callable[[np.ndarray], Any], x: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """dloss/dx.  Returns this gradient by difference quotients, entry by entry, in x's shape."""
    slope = np.empty_like(x)
    for entry in np.ndindex(*x.shape):
        move = np.zeros_like(x)
        move[entry] = step
        slope[entry] = (loss(x + move) - loss(x - move)) / (2 * step)
    return slope


def card(text: str, color: str, note: str = "") -> str:
    """Return the words with a bar in ``color`` beside them, as HTML that a screen reader says at once.

    note : a line below them in smaller letters, if there is one.
    """
    style = f"border-left: 5px solid {color}; padding: 4px 12px; margin: 4px 0; max-width: 62em; line-height: 1.45"
    below = f'<div style="font-size: 0.9em">{html.escape(note, quote=False)}</div>' if note else ""
    return f'<div role="status" style="{style}">{html.escape(text, quote=False)}{below}</div>'
