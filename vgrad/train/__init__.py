"""What the gradient does to learning: optimizers, clipping, and the loop, which yields a record a step.

An optimizer is two functions, (start, step), over any parameters there are; clipping is a function of gradients; and
``fit`` is a generator: whoever runs it decides when to stop, and may draw in between.
"""

from __future__ import annotations

from .loop import Model, Pass, TrainRecord, classifier, fit, sequence
from .update import OPTIMIZERS, Optimizer, adam, clip_by_norm, clip_by_value, global_norm, momentum, sgd

__all__ = [
    "OPTIMIZERS", "Model", "Optimizer", "Pass", "TrainRecord", "adam", "classifier", "clip_by_norm", "clip_by_value",
    "fit", "global_norm", "momentum", "sequence", "sgd",
]  # fmt: skip
