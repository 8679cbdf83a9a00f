"""The exercises of the lesson on learning to remember.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import expect_answer, expect_function, expect_number
from ...kit.judging import Case, Words, apart, call, close, counted, expect_shaped, find_slip, judge_pullback
from ...kit.verdicts import Investigations
from .measure.scan import scan

WORDS = Words("h", "scan(r, gamma * u)", "dh")
WINDOWS = (  # lag, span, and whether the state is carried over, which it is not where the span is at most the lag
    (4, 2, False), (8, 8, False), (4, 4, False), (4, 5, True), (8, 24, True),
    (3, 10, False), (4, 16, False), (9, 10, False),
)  # fmt: skip


# --- which share of the answers is right -----------------------------------------------------------------------------


def _share_right(function) -> str | None:
    function = expect_function(function)
    for lag, span, carried in WINDOWS:
        given = call(function, L=lag, k=span, carried=carried)
        share = expect_number(
            expect_answer(given, "; it should return a share between 0 and 1"), "return one number, the share"
        )
        right = _share(lag, span, carried)
        if abs(share - right) > 1e-3:
            state = "carried over" if carried else "reset"
            slips = _slips_of(lag, span, carried).items()
            told = "Count the answers of one window: which are learned, and which are guessed"
            if not 0 <= share <= 1:
                told = "A share lies between 0 and 1, which neither a count nor a percentage does"
            slip = next((hint for hint, wrong in slips if abs(share - wrong) < 1e-6), told)
            return f"for L = {lag}, k = {span} and a state that is {state}, it returns {share:.3g}. {slip}"
    return None


def _share(lag: int, span: int, carried: bool) -> float:
    if span <= lag:
        return 0.5
    return 1.0 if carried else 1 - lag / (2 * span)


def _slips_of(lag: int, span: int, carried: bool) -> dict[str, float]:
    """What there is to say to a frequent wrong share of this case, and the share."""
    seen = max(span - lag, 0) / span  # of a window's answers have their cause in it
    if span <= lag:
        return {
            "A guess is not always wrong. Here every answer is guessed, and half of them are right": 0.0,
            "The network would have to learn for that. But no window of k steps holds a cause and its answer, because "
            "they are L steps apart": 1.0,
            "This is your share of a longer window. But here no answer has its cause in its own window": (
                1 - lag / (2 * span)
            ),
        }
    if carried:
        return {
            "Guessing gives this share. But here the window holds a cause and its answer, so the network learns": 0.5,
            "So many answers have their cause in the window. But the carried state brings the older inputs to the "
            "others": seen,
            "So it is when the state is reset. But a carried state still holds the inputs from before the cut": (
                1 - lag / (2 * span)
            ),
        }
    return {
        "The network does learn the task. But a state that is reset has lost the causes of the first L answers": 1.0,
        "Guessing gives this share. But the answers whose cause lies in the window are learned": 0.5,
        "The answers with their cause in the window are counted. But the others are guessed, and half of those are "
        "right": seen,
        "You count L - 1 guesses. But the first answer with its cause in the window is number L + 1, so there are L": (
            1 - (lag - 1) / (2 * span)
        ),
        "This is the share of wrong answers. The share of right ones is asked for": lag / (2 * span),
        "This is the share of guesses. The share of right answers is asked for": lag / span,
    }


# --- a recurrence and its backward pass ------------------------------------------------------------------------------


def _recurrence(function) -> str | None:
    return judge_pullback(function, _cases(), WORDS, _slips_of_h, _judged_du)


def _cases() -> list[Case]:
    rng = np.random.default_rng(0)
    return [_case(*shape, rng) for shape in ((6, 2, 0.9), (4, 3, 0.5), (9, 1, 0.99))]


def _case(steps: int, units: int, r: float, rng) -> Case:
    u = rng.standard_normal((steps, units))
    cotangents = rng.standard_normal((2, steps, units))
    what = f"r = {r:g}, {counted(steps, 'step')} and {counted(units, 'unit')}"
    return Case(what, dict(r=r, u=u), _gamma(r) * scan(r, u), (*cotangents, 0 * u))


def _gamma(r):
    return np.sqrt(1 - r**2)


def _slips_of_h(case: Case) -> dict:
    r, u = case.inputs.values()
    h = scan(r, u)
    return {
        "the recurrence is right. But without gamma the mean square of h grows to 1 / (1 - r²)": h,
        "1 - r² is right. But it is a mean square, and gamma multiplies a size, so take the root": (1 - r**2) * h,
        "the root is right. But each step multiplies a mean square by r², and you have r": np.sqrt(1 - r) * h,
        "1 - r would keep a constant input at its size. But these inputs are random, so their squares add up": (1 - r)
        * h,
        "1 - r² and its root are right. But h has become too large, so multiply by the root": h / _gamma(r),
        "this is the mean square without gamma, 1 / (1 - r²). But gamma has to bring it back to 1": h / (1 - r**2),
        "the root is right. But the mean square of a sum is divided by 1 - r², and not by 1 + r²": np.sqrt(1 + r**2)
        * h,
    }


def _judged_du(case: Case, dh, given) -> str | None:
    """The learner's du against r^(s-t), added up; the frequent slips are known by their own numbers."""
    r, u = case.inputs.values()
    du = expect_shaped(given, "du", u.shape)
    times = np.arange(len(u))
    reach = np.triu(r ** np.maximum(times - times[:, None], 0))  # dh_s / dv_t = r^(s-t) for s >= t
    right = _gamma(r) * (reach @ dh)
    return None if close(du, right) else find_slip(du, _slips_of_du(r, u, dh)) or apart("du", du, right)


def _slips_of_du(r, u, dh) -> dict:
    gamma = _gamma(r)
    back = scan(r, dh[::-1])
    return {
        "the recurrence runs backwards. But u was multiplied by gamma, so its gradient is too": back[::-1],
        "the recurrence is there. But the gradient comes from later steps, so turn dh around before scan": (
            gamma * scan(r, dh)
        ),
        "dh is turned around. But what scan returns then begins with the last step, so turn it around as well": (
            gamma * back
        ),
        "the result is turned around. But dh has to be turned around too, before scan": gamma * scan(r, dh)[::-1],
        "the recurrence runs backwards. But it has lost its gamma, and one end is not turned around": back,
        "this is what step t hears from its own h. But h_t is also part of all later h, so add what comes from them": (
            gamma * dh
        ),
        "this is dh itself. But h_t is also part of all later h, and u was multiplied by gamma": dh,
        "the recurrence runs backwards. But gamma is in it once, and you multiply by it twice": gamma**2 * back[::-1],
        "the recurrence runs backwards. But in the backward pass each step multiplies by r too, and does not divide": (
            gamma * scan(1 / r, dh[::-1])[::-1]
        ),
        "the recurrence runs backwards. But u was multiplied by gamma, and not divided": back[::-1] / gamma,
        "the recurrence runs backwards. But each step also multiplies by r": gamma * scan(1.0, dh[::-1])[::-1],
        "the recurrence runs backwards. But dh_t itself belongs to it, before any step multiplies by r": (
            r * gamma * back[::-1]
        ),
        "the recurrence runs backwards. But u enters h by a plus": -gamma * back[::-1],
        "this is h. But the pullback takes dh, so run the recurrence over dh": gamma * scan(r, u),
    }  # fmt: skip


EXERCISES = {
    "share_right": (
        _share_right,
        "a gradient that reaches the cause is needed to learn, and a state that is carried over is needed to answer",
    ),
    "recurrence": (_recurrence, "gamma keeps h at its size, and the gradient takes the same recurrence from the end"),
}
SHARE = ("right answers", "accuracy", "score", "share", "answers", "correct", "right")  # a share of right answers
_exercises = Investigations(
    EXERCISES,
    quantities={
        "accuracy": SHARE,
        "final": lambda net: SHARE if net.get("task") == "first" else ("score", "loss"),
        "scores": ("loss",),
        "reach": ("gradient",),
        "open": ("gate",),
    },
    settings={
        "carried": ("carry", "carries", "state", "reset"),
        "span": ("window", "truncate", "truncation"),
        "lag": ("steps back", "delay"),
        "cell": ("GRU", "RNN", "LSTM", "recurrence"),
        "frozen": ("freeze", "freezing", "readout", "untrained"),
        "steps": ("longer", "training", "stream"),
        "width": ("wide", "narrow", "units"),
        "T": ("length", "long", "steps"),
        "ring": ("r near 1", "eigenvalue"),
        "bias": ("update bias",),
        "rate": ("learning rate",),
        "task": ("first symbol", "adding"),
    },
)
answer = _exercises.answer
