"""What the experiments of this lesson return.

``both_ways`` returns a FlowRecord, as it is the kit's ``flow``.
"""

from __future__ import annotations

from typing import NamedTuple

from ...ops import Array


class LastRecord(NamedTuple):
    """What ``last_layer`` measured: ‖dW‖ of the last block, for each depth and network."""

    depths: tuple[int, ...]
    width: int
    dW: dict[str, Array]  # "pre" and "post": (depths, seeds)
