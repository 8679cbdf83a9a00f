"""What the experiments of this lesson return.

These are plain records about the gradient by layer.
"""

from __future__ import annotations

from typing import NamedTuple

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
