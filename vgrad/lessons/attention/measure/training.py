"""How do small transformers train: with and without 1/√d, with pre-norm and post-norm, with and without QK-norm?

``train_tokens`` trains networks that classify handwritten digits, whose rows or patches are the tokens, and looks at
their attention now and then. ``trained`` is what the stored tables run in each cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import numpy as np

from .... import data, models, require, train
from ....kit.experiments.protocol import CALLS, Networks, TrainSteps, Width, measured, require_work, share_correct
from ....kit.experiments.tokens import (
    CLASSES,
    SIDE,
    Cut,
    attending,
    init_token_nets,
    token_classifier,
    token_count,
    token_logits,
)
from ....models.transformer import Place
from ....ops import Array
from ....require import Flag, NonNegative, Seed, guarded, whole_from
from ....tape import tree_map
from ..records import TokensRecord

SCALES = {  # by what the scores are multiplied, of q and k with so many numbers
    "1/sqrt(d)": lambda d: d**-0.5,
    "1": lambda d: 1.0,
    "0": lambda d: 0.0,  # all weights of attention are equal, and W_q and W_k receive nothing
}
BATCH = 32
LOOKS = (0, 1, 3, 10, 30, 60, 100, 150, 200)  # after so many steps the networks are looked at

Blocks = Annotated[int, whole_from(0, 100)]
WarmUp = Annotated[int, whole_from(0, 10_000)]
ScaleName = Annotated[str, require.one_of(SCALES)]


@guarded
@measured
def train_tokens(
    blocks: Blocks = 4, *, width: Width = 64, cut: Cut = "patches", place: Place = "pre",
    scale: ScaleName = "1/sqrt(d)", larger: NonNegative = 1.0, qk_norm: Flag = False, rate: NonNegative = 1e-3,
    warmup: WarmUp = 0, clip_norm: NonNegative | None = None, steps: TrainSteps = 150, seeds: Networks = 5,
    seed: Seed = 0,
) -> TokensRecord:  # fmt: skip
    """Train ``seeds`` transformers of one head by Adam on batches of 32 digits, in float32, and look at them meanwhile.

    cut : "rows", 8 tokens of 8 pixels, or "patches", 16 tokens of 2 × 2. place : of the layer norms. scale : by what
    the scores are multiplied, a name in SCALES; larger : by what W_q and W_k are multiplied before training; warmup :
    the steps in which the rate rises to ``rate``; clip_norm : the largest norm of all gradients together. Each MLP has
    ``width`` units. With 0 blocks, a readout of the pixels is trained instead, as the baseline. Looks are taken at the
    first 32 training pictures. Raises ValueError naming the argument and its value.
    """
    require_work("blocks · steps", max(blocks, 1), steps, most=CALLS)
    require_work("seeds · blocks · width² · steps", seeds, max(blocks, 1), 6 * width**2, BATCH * SIDE, steps)
    digits = data.digits(dtype="float32")
    form: dict = dict(cut=cut, place=place, scale=SCALES[scale](width))
    nets, model = _nets(blocks, width, cut, place, larger, qk_norm, seeds, seed), _model(blocks, form)
    rule = train.warmup(train.adam(rate), warmup) if warmup else train.adam(rate)
    batches = data.batches(digits.x_train, digits.y_train, BATCH, rng=np.random.default_rng((seed, 1)))
    fitted = train.fit(nets, model, batches, optimizer=rule, steps=steps, clip_norm=clip_norm)
    accuracy, looks, nets, trouble = _watched(nets, fitted, form, steps)
    test = share_correct(_logits(nets, digits.x_test, form), digits.y_test)
    settings = (float(larger), bool(qk_norm), float(rate), warmup, clip_norm)
    shown = tuple(look for look in LOOKS if look <= steps)
    of_net = (blocks, width, token_count(cut), place, scale)
    return TokensRecord._make([*of_net, *settings, accuracy, shown, *looks, test, trouble])


def trained(**settings: Any) -> dict[str, Any]:
    """Return what ``train_tokens`` measured, network by network, without the accuracy of each step."""
    record = train_tokens(**settings)
    kept = ("std", "entropy", "rest", "ratio", "starved_first", "starved_last") if record.blocks else ()
    return dict(accuracy=record.right, test=record.test) | {name: getattr(record, name) for name in kept}


def column(cells: list, name: str) -> Array:
    """Return one result of stored cells, of a list of them or of lists of lists, as one array."""

    def of(cell):
        return [*map(of, cell)] if isinstance(cell, list) else cell.result[name]

    return np.array(of(cells), float)


def _nets(blocks: int, width: int, cut: str, place: str, larger: float, qk_norm: bool, seeds: int, seed: int) -> Any:
    """The networks before training, each with a generator of its own."""
    if not blocks:
        options: dict = dict(scheme="lecun_normal", dtype="float32")
        rngs = [np.random.default_rng((seed, 0, k)) for k in range(seeds)]
        each = [models.init_mlp([SIDE * SIDE, CLASSES], rng=rng, **options) for rng in rngs]
        return tree_map(lambda *arrays: np.stack(arrays), *each)
    kind: dict = dict(hidden=width, cut=cut, place=place, qk_norm=qk_norm)
    first, *between, last = init_token_nets(blocks, width, seeds=seeds, seed=seed, **kind)
    return [first, *(_enlarged(block, larger) for block in between), last]


def _enlarged(block: models.Block, factor: float) -> models.Block:
    """The block, with W_q and W_k multiplied by ``factor``."""
    own = block.attention
    W_q, W_k = ((factor * W).astype(W.dtype) for W in (own.W_q, own.W_k))
    return block._replace(attention=own._replace(W_q=W_q, W_k=W_k))


def _model(blocks: int, form: dict) -> train.Model:
    return token_classifier(**form) if blocks else train.classifier("identity")


def _logits(nets: list, x, form: dict):
    """The logits of networks with blocks or without."""
    return (models.mlp(nets, x, "identity") if len(nets) == 1 else token_logits(nets, x, **form))[0]


def _watched(nets: list, fitted: Iterator, form: dict, steps: int) -> tuple:
    """The accuracy of each step, six numbers of each look, the networks at the end, and why training ended early."""
    digits = data.digits(dtype="float32")
    probe = digits.x_train[:BATCH], digits.y_train[:BATCH]
    looks = [_look(nets, probe, form)]
    accuracy = np.full((len(looks[0][0]), steps), np.nan)
    trouble = None
    for record in fitted:
        accuracy[:, record.step - 1] = record.accuracy
        nets, trouble = record.params, record.trouble
        if record.step in LOOKS:
            looks.append(_look(nets, probe, form))
    missing = sum(look <= steps for look in LOOKS) - len(looks)
    looks += missing * [np.full_like(looks[0], np.nan)]
    return accuracy, np.moveaxis(np.array(looks), 0, -1), nets, trouble


def _look(nets: list, probe: tuple, form: dict):
    """std and entropy of the first block, the rest, the ratio, and what W_q receives beside W_v, (6, seeds)."""
    if len(nets) == 1:
        return np.full((6, len(nets[0].affine.W)), np.nan)
    seen = attending(nets, *probe, **form)
    ratio = _over(seen.dh[:, 0], seen.dh[:, -1])
    starved = _over(seen.dW_q, seen.dW_v)
    return np.array([seen.std[:, 0], seen.entropy[:, 0], seen.rest[:, -1], ratio, starved[:, 0], starved[:, -1]])


def _over(above, below):
    """above / below, and 0 where nothing arrives."""
    return np.where(above == 0, 0.0, above / below)
