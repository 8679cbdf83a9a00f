"""What the gradient does to learning: optimizers, clipping, and the loop, which yields a record a step.

An optimizer is two functions, (start, step), over any parameters there are; clipping is a function of gradients; and
``fit`` is a generator: whoever runs it decides when to stop, and may draw in between. A pass may run in 16 bits, and
``precision`` says what that takes.
"""

from __future__ import annotations

from .loop import TrainRecord, fit
from .model import Model, Pass, classifier, sequence
from .precision import LossScaling, loss_scaling
from .update import (
    OPTIMIZERS,
    Optimizer,
    adam,
    adamw,
    clip_by_norm,
    clip_by_value,
    global_norm,
    momentum,
    sgd,
    warmup,
)

__all__ = [
    "OPTIMIZERS", "LossScaling", "Model", "Optimizer", "Pass", "TrainRecord", "adam", "adamw", "classifier",
    "clip_by_norm", "clip_by_value", "fit", "global_norm", "loss_scaling", "momentum", "sequence", "sgd", "warmup",
]  # fmt: skip
