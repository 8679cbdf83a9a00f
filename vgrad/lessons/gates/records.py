"""What the experiments of this lesson return.

These are plain records about the gates of LSTM and GRU.
"""

from __future__ import annotations

from typing import NamedTuple

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
