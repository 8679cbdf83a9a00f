"""What the experiments of this lesson return.

These are plain records about the gradient by layer.
"""

from __future__ import annotations

from typing import NamedTuple

from ...kit.experiments.flow import Net
from ...ops import Array


class TenLayerRecord(NamedTuple):
    """One run of the program, and what it could have reported besides."""

    activation: str
    seed: int
    scale: float
    magnitudes: Array  # (10,): mean |dL/dz| per layer, what the program prints
    dW: Array  # (10,): Frobenius norms of dL/dW, what a layer would learn from
    h: Array  # (10,): root mean square activations
    variances: Array  # (10,): of the weights drawn, times (fan_in + fan_out) / 2: 1 for Xavier

    @property
    def ratio(self) -> float:
        """mean |dL/dz_1| / mean |dL/dz_10|, the program's last line."""
        return float(self.magnitudes[0] / self.magnitudes[-1])


class DistributionRecord(NamedTuple):
    """What ``distribution`` measured: where the entries of dh_k lie, of all networks, samples and units together.

    An entry is relative to the typical entry of its network's last layer, which is the root mean square there.
    """

    net: Net
    edges: Array  # (bins + 1,): of the bins, in decades
    shares: Array  # (depth, bins): of the entries of dh_k whose size lies in a bin
    zeros: Array  # (depth,): the share of entries that are exactly 0
    broken: Array  # (depth,): and of those that are not finite
    quantiles: Array  # (3, depth): a tenth, a half and nine tenths of the sizes; NaN where an entry is NaN
