"""Vanishing and exploding gradients, by hand, in NumPy.

Both are one fact: the backward pass is a product of linear maps, and a product's size is exponential in its length.
So each function here returns its output and its pullback, the linear map itself, and a network is a list of them.

Read it in this order:

    ops      what is a derivative?      every function with its pullback, side by side
    tape     what is the chain rule?    a list of steps, and the loop that walks it backwards
    init     why a gain?                unit draws times a scale
    cells    what is a step in time?    one of an rnn, an lstm or a linear recurrence
    models   depth and time             layers, and steps of a cell, that leave a tape
    probes   how do we see it?          norms, layer by layer, while the gradient passes by
    theory   what should we see?        the infinitely wide network, in two numbers a layer
    train    what does it do?           optimizers, clipping, and the loop as a generator of records
    data     learning what?             small seeded tasks, and one real set of pictures
    gradcheck                           is it right?

This is the engine. Above it stands the ``kit``, which holds what all lessons share, and above the kit stand the
``lessons``, one room each. A notebook imports the face of its room, as in
``from vgrad.lessons.gradient_flow import ask, check, explore, flow, show``. Beside them stands the ``bridge``, which
watches a network of PyTorch while it trains, and ``progress``, which keeps a learner's answers where the learner asks
for it.

Arrays are NumPy's, of float16, float32 or float64, and whatever else is given in their place is refused by name;
``require`` says which types are taken.

Importing the package loads NumPy alone. Each page is loaded when it is first named, so that nobody waits for pages that
they do not open.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import numpy  # noqa: F401 - every page needs it, and where it is missing, this line says so at once

__all__ = [
    "bridge", "cells", "data", "door", "gradcheck", "init", "kit", "lessons", "models", "ops", "plain", "probes",
    "progress", "require", "tape", "theory", "train",
]  # fmt: skip
__version__ = "0.1.0"

if TYPE_CHECKING:  # a type checker looks into the pages, so it also finds a name that no page has
    from . import (
        bridge,
        cells,
        data,
        door,
        gradcheck,
        init,
        kit,
        lessons,
        models,
        ops,
        plain,
        probes,
        progress,
        require,
        tape,
        theory,
        train,
    )
else:

    def __getattr__(name):
        """Load the page called ``name`` when it is first asked for."""
        if name in __all__:
            return import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__doc__", "__version__"]
