"""What the experiments of this lesson return.

These are plain records about batch norm and layer norm.
"""

from __future__ import annotations

from typing import NamedTuple

from ...kit.experiments.flow import FlowRecord, Net
from ...ops import Array


class NormsRecord(NamedTuple):
    """What ``compare`` measured: a FlowRecord for each norm asked for, of the very same networks and inputs."""

    net: Net  # as it was asked for, without a norm; each flow says how many networks ran
    place: str  # of the norms: "before" or "after" the activation
    flows: dict[str, FlowRecord]


class GrowthRecord(NamedTuple):
    """What ``growth`` measured: by how much a layer multiplies ‖dh‖ on its way back."""

    activation: str
    norm: str
    depth: int
    width: int
    batches: tuple[int, ...]
    factors: Array  # (batches, seeds): the geometric mean over the layers of one network
    theory: Array  # (batches,): of an infinitely wide net; NaN where it has no answer
