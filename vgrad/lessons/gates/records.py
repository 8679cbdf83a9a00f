"""What the experiments of this lesson return.

These are plain records about the gates of LSTM and GRU.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...ops import Array


class GatesRecord(NamedTuple):
    """What ``compare`` measured: a network of each cell, all fed the same inputs; root mean squares over samples."""

    forget_bias: float
    mode: str
    update_bias: float
    T: int
    width: int
    sigma: float
    batch: int
    seed: int
    kept: dict[str, Array]  # of each cell: (T,), ‖d state_T / d state_k‖, k = 1 … T, over that of the identity
    total: Array  # (T,): the LSTM's ‖dc_T / dc_k‖, k = 1 … T, over that of the identity
    highway: Array  # (T,): the part along c alone
    gates: Array  # (T,): the part through some h


class DefaultsRecord(NamedTuple):
    """What ``defaults`` measured: what reaches the first state of each cell, as each library draws it."""

    defaults: tuple[str, ...]
    cells: tuple[str, ...]
    sigmas: tuple[float, ...]  # of the inputs
    T: int
    width: int
    batch: int
    seeds: int
    seed: int
    kept: Array  # (defaults, sigmas, cells, seeds): ‖dL/dstate_0‖ / ‖dL/dh_T‖

    @property
    def medians(self) -> Array:
        """The medians of the networks, (defaults, sigmas, cells)."""
        return np.median(self.kept, axis=-1)


class StackRecord(NamedTuple):
    """What ``stack`` measured: what reaches the first state of each layer of a stack of LSTMs."""

    layers: int
    opened: str
    bias: float
    mode: str
    T: int
    width: int
    sigma: float  # of the inputs
    batch: int
    seeds: int
    seed: int
    kept: Array  # (layers, seeds): ‖dL/dstate_0‖ of each layer, over ‖dL/dh_T‖ of the last

    @property
    def medians(self) -> Array:
        """The medians of the networks, (layers,)."""
        return np.median(self.kept, axis=-1)
