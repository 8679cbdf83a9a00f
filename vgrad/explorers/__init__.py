"""Sliders: each explorer connects controls to one experiment, one picture, and one sentence.

explorers.gradient_flow()          # the last line of a cell shows it
explorers.CATALOGUE                # all of them, by name
"""

from __future__ import annotations

from collections.abc import Callable

from .activation import activation
from .cliff import cliff
from .clinic import clinic
from .connectivity import connectivity
from .framework import Explorer
from .gates import gates
from .gradient_flow import gradient_flow
from .normalization import normalization
from .phase_diagram import phase_diagram
from .products import products
from .recurrence import recurrence
from .scoreboard import scoreboard
from .signal_propagation import signal_propagation
from .skips import skip
from .train_memory import train_memory
from .train_mlp import train_mlp
from .training import TrainExplorer

CATALOGUE: dict[str, Callable[[], Explorer]] = {
    "products": products,
    "activation": activation,
    "gradient_flow": gradient_flow,
    "signal_propagation": signal_propagation,
    "phase_diagram": phase_diagram,
    "normalization": normalization,
    "skip": skip,
    "train_mlp": train_mlp,
    "recurrence": recurrence,
    "connectivity": connectivity,
    "gates": gates,
    "train_memory": train_memory,
    "cliff": cliff,
    "clinic": clinic,
    "scoreboard": scoreboard,
}

__all__ = [
    "CATALOGUE",
    "Explorer",
    "TrainExplorer",
    "activation",
    "cliff",
    "clinic",
    "connectivity",
    "gates",
    "gradient_flow",
    "normalization",
    "phase_diagram",
    "products",
    "recurrence",
    "scoreboard",
    "signal_propagation",
    "skip",
    "train_memory",
    "train_mlp",
]
