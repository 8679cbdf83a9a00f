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


class SoftmaxRecord(NamedTuple):
    """What ``softmax_jacobians`` measured."""

    stds: tuple[float, ...]  # of the scores
    tokens: int  # how many scores a row has
    rows: int  # of scores, for each of the seeds
    sizes: Array  # (seeds, stds, rows): the Frobenius norm ‖∂p/∂s‖ of each row

    @property
    def flat(self) -> float:
        """What theory says of scores near 0: √((1 - 1/n)/n) for n tokens."""
        return ((1 - 1 / self.tokens) / self.tokens) ** 0.5

    def share(self, quantile: float) -> Array:
        """The size below which this share of the rows lies, (seeds, stds)."""
        return np.quantile(self.sizes, quantile, axis=-1)


class ScaleRecord(NamedTuple):
    """What ``one_layer`` measured in a layer of attention, whose scores were multiplied by ``scale``."""

    d: int  # the numbers of a token, and of its q and k
    T: int  # tokens
    scale: float
    std: Array  # (seeds,): of the scores
    dW_q: Array  # (seeds,): ‖dW_q‖
    dW_v: Array  # (seeds,): ‖dW_v‖
    dq: Array  # (seeds, T): ‖dq‖ of each token

    @property
    def ratio(self) -> Array:
        """‖dW_q‖ over ‖dW_v‖, (seeds,)."""
        return self.dW_q / self.dW_v


class CubeRecord(NamedTuple):
    """What ``cube`` measured: how far tokens differ in front of one layer of attention, and behind it."""

    T: int  # tokens
    width: int  # D, the numbers of a token
    before: tuple[float, ...]  # r
    after: Array  # (seeds, rests): r'
    fixed: Array  # (seeds, rests): r' of the same layer with weights that other tokens have made

    @property
    def constant(self) -> float:
        """√(1/D + 1/T), which theory says is r' over r³ for tokens of mean square 1."""
        return (1 / self.width + 1 / self.T) ** 0.5


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
    def alone(self) -> bool:
        """Whether the blocks are attention and nothing else, but perhaps a norm."""
        return not (self.skip or self.mlp or self.causal)


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
    theory: Array  # (depth + 1,): r of attention alone, from the first block where it is small; NaN before it
    columns: Array  # (depth + 1, UNITS, tokens): first coordinates of the first network's tokens, over their rms

    @property
    def left(self) -> float:
        """The median of r after the last block."""
        return float(self.relative["r"].median[-1])

    @property
    def gone(self) -> int | None:
        """The first block after which the median of r is no more than rounding, or None."""
        small = np.flatnonzero(self.relative["r"].median < ROUNDING)
        return int(small[0]) if small.size else None
