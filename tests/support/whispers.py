"""Two small exercises in the form of a room's check, for tests of what every exercise answers."""

from __future__ import annotations

import numpy as np

from vgrad.kit.exercises import (
    Exercises,
    Lent,
    expect_answer,
    expect_function,
    expect_number,
    is_right_number,
    refuse_slips,
)


def _three_whispers(left) -> str | None:
    left = expect_number(left)
    right = 0.25**3
    slips = {
        "three times a quarter is a sum; each whisper takes a quarter of what the last one left": 0.75,
        "each whisper takes a quarter again; here one quarter was shared by three": 0.25 / 3,
        "that is what is left after one whisper, and two more follow": 0.25,
        "that is what is left after two whispers, and one more follows": 0.25**2,
        "that is what is left after four whispers, which is one too many": 0.25**4,
        "that is what is left when each passes on three quarters, and loses one": 0.75**3,
        "that is what got lost on the way; how much is left?": 1 - right,
        "the news gets so many times less; how much of 1 is left then?": 64.0,
        "the size is right, the sign is not: a share of some news is above 0": -right,
        "the digits are those of per cent; a share of 1 is asked for, so divide by 100": 100 * right,
    }
    if is_right_number(left, right, slips, "let Python compute it, from 0.25"):
        return None
    return f"{left:.3g} is too {'much' if left > right else 'little'}; begin with 1, and take a quarter three times"


ROWS = ((0.5, 3), (1.5, 30), (0.5, 2), (0.9, 7), (0.5, 1), (0.0, 3), (2, 5))  # a share, and people, beside the first


def _arrives(function) -> str | None:
    function = expect_function(function, ", arrives, without calling it")

    def arrives(share, people):
        given = expect_answer(Lent(share=share, people=people).to(function))
        return expect_number(given, "arrives should return one number")

    return _first_row(arrives(0.25, 11)) or _other_rows(arrives)


def _first_row(heard) -> str | None:
    """What there is to say to the answer for a quarter and eleven people."""
    slips = {
        "nearly: eleven people in a row make how many whispers? The last one only listens": 0.25**11,
        "the last one listens, but all the others whisper, the first one too": 0.25**9,
        "between eleven people there are fewer whispers than people, and yours has more: the 1 is to be taken away": (
            0.25**12
        ),
        "the 1 is to be taken from the number of people, and yours is taken from the power: ** comes before -, so "
        "people - 1 needs brackets": 0.25**11 - 1,
        "the number of whispers is right. But the digits are those of per cent, and a share of 1 is asked for": (
            100 * 0.25**10
        ),
        "so many times less arrives; how much of 1 is that?": 4.0**10,
        "the share comes first, and people second, as in arrives(share, people)": 11**-0.75,
        "the size is right, the sign is not: a share of 1 is above 0": -(0.25**10),
        "that is what got lost on the way; how much arrives?": 1 - 0.25**10,
    }
    if np.isclose(heard, 0.25 * 10) or np.isclose(heard, 0.25 * 11) or np.isclose(heard, 0.25 / 10):
        return (
            "each whisper multiplies by the share again, and yours multiplies or divides by the number of people once"
        )
    if np.isclose(heard, 0.25**10, rtol=1e-5, atol=0):
        return None
    refuse_slips(heard, slips, rtol=1e-7, atol=0)
    return f"for a quarter and eleven people it should be {0.25**10:.1e}; yours says {heard:.1e}"


def _other_rows(arrives) -> str | None:
    for share, people in ROWS:
        heard = arrives(share, people)
        right = share ** (people - 1)
        if not np.isclose(heard, right, rtol=1e-5, atol=0):
            told = f"it is right for a quarter and eleven people; for share {share:g} and people {people}"
            asked = "; does it use both, share and people?" if people > 1 else ", because one person makes no whisper"
            return f"{told} it should be {right:.3g}, and yours says {heard:.7g}{asked}"
    return None


EXERCISES = {
    "three_whispers": (_three_whispers, "a quarter of a quarter of a quarter is a sixty-fourth"),
    "arrives": (_arrives, "for n people a share multiplies n - 1 times, and for thirty layers twenty-nine times"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
