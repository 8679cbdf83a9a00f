"""What the experiments of this lesson return.

These are plain records about batch norm and layer norm.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...kit.experiments.flow import FlowRecord, Net
from ...kit.experiments.stored import Cell
from ...ops import Array


class NormsRecord(NamedTuple):
    """What ``compare`` measured, which is a FlowRecord of the same networks and inputs for each norm asked for."""

    net: Net  # as it was asked for, without a norm; each flow says how many networks ran
    place: str  # where the norms are, "before" or "after" the activation
    flows: dict[str, FlowRecord]


class GrowthRecord(NamedTuple):
    """What ``growth`` measured, which is by how much a layer multiplies ‖dh‖ in the backward pass."""

    activation: str
    norm: str
    depth: int
    width: int
    batches: tuple[int, ...]
    factors: Array  # (batches, seeds): the geometric mean over the layers of one network
    theory: Array  # (batches,): of an infinitely wide net; NaN where it has no answer


class PartsRecord(NamedTuple):
    """What ``parts`` measured, which is ‖dh_1‖ / ‖dh_depth‖ with a norm that is made of some of its parts."""

    activation: str
    depth: int
    width: int
    batch: int
    ratios: dict[tuple[str, bool], Array]  # by what z is divided by, and whether it is centred before; (seeds,)


class DigitsRecord(NamedTuple):
    """What ``classify`` measured of each network, at the learning rate whose median accuracy in training is best."""

    activation: str
    norm: str  # one of TRAINED
    depth: int  # hidden layers; 0 is a readout alone
    width: int
    batch: int
    steps: int
    optimizer: str
    rate: float
    training: Array  # (seeds,): accuracy of the batches of the last ten steps
    test: Array  # (seeds,): accuracy of the test pictures, in batches as large as in training

    @property
    def learnt(self) -> int:
        """How many of the networks classify more than half of the training pictures correctly."""
        return int((self.training > 0.5).sum())

    @classmethod
    def of(cls, cell: Cell) -> DigitsRecord:
        """Return the record of a stored cell, in the form in which ``classify`` returns it."""
        settings = {name: value for name, value in cell.settings.items() if name in cls._fields}
        accuracy = {name: np.array(cell.result[name]) for name in ("training", "test")}
        return cls(**settings, rate=cell.result["rate"], **accuracy)
