"""What the measurements of this lesson return."""

from __future__ import annotations

from typing import NamedTuple

from ...ops import Array


class ReadoutRecord(NamedTuple):
    """What least squares reads in the last h of untrained networks, at each depth; depth 0 is the pixels themselves."""

    activation: str
    norm: str  # before the activation
    precision: str  # of the forward pass
    depths: tuple[int, ...]
    width: int
    seeds: int
    shuffled: bool  # whether the labels of the training set were shuffled, which is the control
    train: Array  # (depths, seeds): the share of the training pictures that is read; NaN where h is not finite
    test: Array  # (depths, seeds): of the test pictures
    fraction: Array  # (depths, seeds): in how much of h pictures differ, 10 to the probes.signal_fraction
