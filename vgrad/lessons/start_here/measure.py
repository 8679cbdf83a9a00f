"""The experiment of this lesson: the telephone game beside the last layers of a network."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from ... import require
from ...kit.experiments.flow import FlowRecord
from ...require import guarded
from .records import WhispersRecord

Share = Annotated[float, require.number_from(0.0, 2.0)]
People = Annotated[int, require.whole_from(2, 8)]
Flow = Annotated[FlowRecord, require.thing("what flow returns", lambda it: isinstance(it, FlowRecord))]


@guarded
def whispers(record: Flow, *, share: Share = 0.25, people: People = 6) -> WhispersRecord:
    """Put the telephone game beside the last layers of ``record``: loudness_k = share^k after k whispers.

    share : of the loudness, that each person passes on; people : how many stand in the row, and as many layers are
    compared with them. Raises ValueError where the network has fewer layers.
    """
    require.whole("people", people, 2, min(8, record.net.depth))
    game = float(share) ** np.arange(people)
    network = record.relative["dh"].median[::-1][:people]
    return WhispersRecord(float(share), game, network, record)
