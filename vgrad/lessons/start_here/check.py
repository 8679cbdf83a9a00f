"""The exercises of the first lesson.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import Exercises, expect_answer, expect_function, expect_number, expect_record, refuse_slips


def _three_whispers(left) -> str | None:
    expect_number(left)
    slips = {
        "three times a quarter is a sum; each whisper takes a quarter of what the last one left": 0.75,
        "each whisper takes a quarter again; here one quarter was shared by three": 0.25 / 3,
        "that is after one whisper": 0.25,
        "that is after two whispers, one more to go": 0.25**2,
        "that is after four whispers, one too many": 0.25**4,
        "that is what is left when each passes on three quarters, and loses one": 0.75**3,
        "so many times less it is; and what is left?": 64.0,
    }
    if np.isclose(left, 0.25**3, rtol=1e-6, atol=0):
        return None
    refuse_slips(left, slips, rtol=1e-3, atol=0)
    if abs(left * 64 - 1) < 0.05:
        return f"nearly: {left:g} is rounded; let Python compute it, from 0.25"
    return f"{left:.3g} is too {'much' if left > 1 / 64 else 'little'}"


def _turn_down(record) -> str | None:
    expect_record(record, "the whole record that flow returns", "net", "ratio")
    net = record.net
    if (net.activation, net.scheme, net.depth) != ("relu", "he_normal", 30) or net.norm or net.skip:
        return "that is another net; keep its thirty plain ReLU layers and He's weights, and change only the gain"
    if net.width < 16 or net.seeds < 5:
        return f"{net.seeds} networks of width {net.width} are a matter of luck; keep 16 of width 32"
    decades = np.log10(record.ratio) if record.ratio > 0 else -np.inf
    if abs(decades) < 1:
        return None
    if decades > 0:
        return f"at gain {net.gain:g} the first layer gets {record.ratio:.0e} times the last's: it explodes; less gain"
    return f"at gain {net.gain:g} the first layer gets {record.ratio:.0e} of the last's: it vanishes; more gain"


def _arrives(function) -> str | None:
    arrives = expect_function(function, ", arrives, without calling it")
    heard = expect_number(expect_answer(arrives(0.25, 11)), "return one number")
    if np.isclose(heard, 0.25**11, rtol=1e-6, atol=0):
        return "nearly: eleven people in a row make how many whispers? The last one only listens"
    if np.isclose(heard, 0.25 * 10) or np.isclose(heard, 0.25 * 11):
        return "that adds the shares up; each whisper multiplies"
    if not np.isclose(heard, 0.25**10, rtol=1e-6, atol=0):
        return f"for a quarter and eleven people it should be {0.25**10:.1e}; yours says {heard:.1e}"
    for share, people in ((0.5, 3), (1.5, 30), (0.5, 1)):
        heard = arrives(share, people)
        right = share ** (people - 1)
        if not np.isclose(heard, right, rtol=1e-6, atol=0):
            return f"right for a quarter; for share {share:g} and people {people} it should be {right:.3g}"
    return None


EXERCISES = {
    "three_whispers": (_three_whispers, "a quarter of a quarter of a quarter is a sixty-fourth"),
    "turn_down": (
        _turn_down,
        "it holds, within ten times of the last layer's; at a gain of 1.5 it was tens of thousands of times too loud",
    ),
    "arrives": (_arrives, "for n people a share multiplies n - 1 times, and for thirty layers twenty-nine times"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
solution = _exercises.solution
