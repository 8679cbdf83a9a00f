"""What the experiment of this lesson returns."""

from __future__ import annotations

from typing import NamedTuple

from ...kit.experiments.flow import FlowRecord
from ...ops import Array


class WhispersRecord(NamedTuple):
    """The telephone game beside a network. Both begin with 1, and then a person or a layer passes on a share of it."""

    share: float  # of the loudness, that each person passes on
    game: Array  # (people,): the loudness at each person, from the first who speaks to the last who listens
    network: Array  # (people,): ‖dh‖ at as many layers, from the last down, relative to the last
    flow: FlowRecord  # where the network was measured
