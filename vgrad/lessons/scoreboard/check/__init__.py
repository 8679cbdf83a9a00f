"""The exercises of the lesson on the scoreboard.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

from ....kit.verdicts import Investigations
from .cures import three_cures
from .row import row_by_hand

EXERCISES = {
    "three_cures": (three_cures, "three nets, three cures, and each was measured"),
    "row_by_hand": (row_by_hand, "a row that can stand in the scoreboard: median, spread and verdict"),
}
_exercises = Investigations(
    EXERCISES,
    quantities={
        "test": ("test accuracy", "accuracy", "new digits", "learn"),
        "best": ("training accuracy", "training digits"),
        "decades": ("gradient", "vanish", "explode"),
    },
    settings={
        "activation": ("sigmoid", "tanh", "ReLU", "GELU"),
        "scheme": ("weights", "Xavier", "He"),
        "gain": ("weights", "larger"),
        "norm": ("batch norm", "layer norm", "pre-norm", "post-norm"),
        "skip": ("path", "skip connection"),
        "alpha": ("branch", "divided"),
        "depth": ("deep", "layers"),
        "width": ("wide", "narrow", "units"),
        "frozen": ("freeze", "freezing"),
        "warmup": ("warm-up",),
        "clip_norm": ("clip",),
        "rates": ("learning rate",),
        "steps": ("longer", "step"),
    },
)
answer = _exercises.answer
