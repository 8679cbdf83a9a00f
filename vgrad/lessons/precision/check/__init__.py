"""The exercises of the lesson on where the numbers end.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

from ....kit.verdicts import Investigations
from .dynamic import dynamic
from .static import static

EXERCISES = {
    "static_scaling": (
        static,
        "the gradients are large on their way, and they become small only where the format can hold small numbers",
    ),
    "dynamic_scaling": (
        dynamic,
        "a net that starts with a scale of 2^44 loses a few steps, and it loses nothing else",
    ),
}
_exercises = Investigations(
    EXERCISES,
    quantities={
        "right": ("accuracy", "correct", "classify", "classified", "classifies", "classification", "learn"),
        "loss": ("loss",),
        "zeros": ("become 0", "underflow", "share of 0", "zero"),
        "size": ("size",),
        "still": ("not move", "stand still"),
    },
    settings={
        "precision": ("format", "16 bits", "float16", "bfloat16", "float32"),
        "storage": ("format", "stored", "16 bits", "float16", "bfloat16", "float32"),
        "factor": ("loss factor",),
        "scale": ("loss scale", "loss scaling"),
        "every": ("dynamic",),
        "master": ("master weights",),
        "stochastic": ("rounding", "rounded", "at random"),
        "optimizer": ("Adam", "momentum", "gradient descent"),
        "rate": ("learning rate",),
        "depth": ("deep", "layers"),
        "width": ("wide", "narrow", "units"),
        "steps": ("longer", "step"),
    },
)
answer = _exercises.answer
