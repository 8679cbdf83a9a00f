"""What the experiments of this lesson return.

These are plain records about attention.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...kit.experiments.protocol import Band
from ...ops import Array

ROUNDING = 10 * float(np.finfo(np.float64).eps)  # tokens that differ by less differ by rounding alone
UNITS = 8  # of a token that are drawn


# --- tokens as columns ------------------------------------------------------------------------------------------------


class TokenNet(NamedTuple):
    """Which transformers: the settings of ``token_columns``."""

    depth: int  # blocks
    norm: str  # "none", "pre" or "post"
    skip: bool  # whether there is a path around attention, and around the MLP
    mlp: bool  # whether a block has one behind its attention
    scores: float  # by what q·k/√d is multiplied
    causal: bool
    heads: int
    width: int
    tokens: int
    seeds: int

    @property
    def law(self) -> str | None:
        """Which theory there is of r: "cube" of attention alone, "half" of a skip that no pre-norm guards, or None."""
        if self.mlp or self.causal:
            return None
        if not self.skip:
            return "cube"
        return None if self.norm == "pre" else "half"


class ColumnsRecord(NamedTuple):
    """What ``token_columns`` measured, of each network, and of the first one the tokens themselves.

    r is the share of a token's size in which the tokens of a network differ.
    """

    net: TokenNet
    r: Array  # (seeds, depth + 1): of the input, and after each block
    dh: Array  # (seeds, depth): ‖dL/dh_k‖, which arrives at the output of block k
    dW_v: Array
    dW_q: Array
    relative: dict[str, Band]  # "r", (depth + 1,); dh over the last block's; dW_v and dW_q over the last block's dW_v
    growth: Array  # (depth + 1,): the median of h's size, over the input's
    theory: Array  # (depth + 1,): r, from the first block after which it is small; NaN before it, and without a theory
    columns: Array  # (depth + 1, UNITS, tokens): first units of the first network's tokens, over their rms

    @property
    def left(self) -> float:
        """The median of r after the last block."""
        return float(self.relative["r"].median[-1])

    @property
    def gone(self) -> int | None:
        """The first block after which the median of r is no more than rounding, or None."""
        small = np.flatnonzero(self.relative["r"].median < ROUNDING)
        return int(small[0]) if small.size else None
