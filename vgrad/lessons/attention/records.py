"""What the experiments of this lesson return.

These are plain records about attention.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...kit.experiments.protocol import LAST, Band
from ...ops import Array

ROUNDING = 10 * float(np.finfo(np.float64).eps)  # tokens that differ by less differ by rounding alone
SMALL = 0.3  # r below which theory is asked
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
    theory: Array  # (depth + 1,): r by ``net.law``, from the first block after which it is small; NaN before it
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


class TokensRecord(NamedTuple):
    """What ``train_tokens`` measured: small transformers that learn to classify digits, of which rows are tokens."""

    blocks: int  # with 0, the readout of the pixels that is the baseline
    width: int
    tokens: int
    place: str  # of the layer norms, "pre" or "post"
    scale: str  # by what the scores are multiplied, a name in SCALES
    larger: float  # by what W_q and W_k were multiplied before training
    qk_norm: bool
    rate: float  # the learning rate of Adam, after the warm-up
    warmup: int  # steps
    clip_norm: float | None
    accuracy: Array  # (seeds, steps): of each batch, before the update of that step
    looks: tuple[int, ...]  # the steps after which the networks were looked at
    std: Array  # (seeds, looks): of the scores in the first block
    entropy: Array  # (seeds, looks): of the weights in the first block, ln(tokens) where all are equal
    rest: Array  # (seeds, looks): the share of the last h in which the tokens of a picture differ
    ratio: Array  # (seeds, looks): ‖dh‖ at the first block over that at the last
    starved_first: Array  # (seeds, looks): ‖dW_q‖ over ‖dW_v‖ in the first block
    starved_last: Array  # (seeds, looks): the same in the last block
    test: Array  # (seeds,): accuracy on the test pictures, at the end
    trouble: str | None  # why training ended early

    @property
    def right(self) -> Array:
        """Each network's accuracy, the mean of the last batches, (seeds,); 0 where a number was not finite."""
        return np.nan_to_num(self.accuracy[:, -LAST:]).mean(axis=1)


class ScalesRecord(NamedTuple):
    """How transformers of 4 blocks train at several scales of the scores, each at its best learning rate."""

    names: list[str]  # of the networks
    rates: list[float]  # the learning rate of each
    std: Array  # (nets, seeds): of the scores in the first block, before training
    entropy: Array  # (nets, seeds): of the weights in the first block, before training
    starved: Array  # (nets, seeds): ‖dW_q‖ over ‖dW_v‖ in the first block, before training
    accuracy: Array  # (nets, seeds): on the last batches
    test: Array  # (nets, seeds): on the test pictures
    baseline: Array  # (seeds,): accuracy of a readout of the pixels, without a transformer, at its best rate


class PlacesRecord(NamedTuple):
    """How transformers of 12 blocks train with post-norm and pre-norm, with and without a warm-up."""

    names: list[str]  # of the networks
    rates: list[float]  # learning rates
    accuracy: Array  # (nets, rates, seeds): on the last batches
    baseline: Array  # (seeds,): accuracy of a readout of the pixels, without a transformer, at its best rate


class GrowthRecord(NamedTuple):
    """How the scores of the first block grow while networks of 4 blocks train."""

    rate: float  # the learning rate
    names: list[str]  # of the networks
    looks: tuple[int, ...]  # the steps after which the networks were looked at
    std: Array  # (nets, seeds, looks): of the scores
    entropy: Array  # (nets, seeds, looks): of the weights
    accuracy: Array  # (nets, seeds): on the last batches


class StarvedRecord(NamedTuple):
    """How alike the tokens become while networks of 12 blocks train, and what W_q receives then."""

    names: list[str]  # of the networks
    looks: tuple[int, ...]  # the steps after which the networks were looked at
    rest: Array  # (nets, seeds, looks): the share of the last h in which the tokens of a picture differ
    starved: Array  # (nets, seeds, looks): ‖dW_q‖ over ‖dW_v‖ in the last block
    ratio: Array  # (nets, seeds, looks): ‖dh‖ at the first block over that at the last
    accuracy: Array  # (nets, seeds): on the last batches
