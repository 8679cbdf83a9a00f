"""How do nets of many blocks train, with a norm, small branches or a warm-up?

``train_blocks`` trains nets of h + branch, with their controls. ``first_step`` takes Adam's first step, and for
comparison a step of the same size with random signs.
"""

from __future__ import annotations

import inspect
from collections.abc import Generator, Iterator
from typing import Annotated, Any

import numpy as np

from .... import data, models, ops, probes, require, train
from ....kit.experiments.learning import WarmUp, readout_alone, usual
from ....kit.experiments.protocol import (
    CALLS,
    ActivationName,
    Networks,
    TrainSteps,
    Width,
    measured,
    norm_and_skip,
    require_work,
    share_correct,
)
from ....ops import Affine, Array
from ....require import Flag, NonNegative, Seed, guarded, whole_from
from ....tape import leaves, tree_map
from ..records import BlocksRecord, FirstStep
from .lanes import each_lane, squares, typical_lane

NORMS = {"none": None, "pre": "layer_input", "post": "layer_output"}  # a layer norm's place: as models calls it
STARTS = {"1": lambda blocks: 1.0, "1/sqrt(blocks)": lambda blocks: blocks**-0.5, "0": lambda blocks: 0.0}
OPTIMIZERS = {"adam": train.adam, "momentum": train.momentum}
BATCH = 48
PIXELS, DIGITS = 64, 10  # of a picture, and how many kinds
LOOKS = (0, 1, 3, 10, 30, 100)  # after so many steps the gradient is looked at

Blocks = Annotated[int, whole_from(0, 200)]
SomeBlocks = Annotated[int, whole_from(1, 200)]
Place = Annotated[str, require.one_of(NORMS)]
Start = Annotated[str, require.one_of(STARTS)]
OptimizerName = Annotated[str, require.one_of(OPTIMIZERS)]


def train_blocks(blocks: int = 24, **settings) -> BlocksRecord:
    """Train to the end, and return the last record of ``watch_blocks``, which takes the same settings."""
    *_, record = watch_blocks(blocks, **settings)
    return record


def trained(**settings) -> dict[str, Any]:
    """Return each network's accuracy at the end of training, on the last batches and on the test set.

    It also returns the ratio of the first layer's gradient to the last's after 0, 1, 3 … steps, the median over the
    networks, and how far a typical weight moved in these steps. All settings are as in ``watch_blocks``.
    """
    record = train_blocks(**settings)
    return dict(accuracy=record.right, test=record.test, ratio=np.median(record.ratio, axis=0), moved=record.moved)


@guarded
def watch_blocks(
    blocks: Blocks = 24, *, norm: Place = "none", start: Start = "1", activation: ActivationName = "relu",
    warmup: WarmUp = 0, rate: NonNegative = 3e-3, optimizer: OptimizerName = "adam", steps: TrainSteps = 250,
    width: Width = 32, frozen: Flag = False, seeds: Networks = 5, seed: Seed = 0,
) -> Generator[BlocksRecord, None, None]:  # fmt: skip
    """Train ``seeds`` networks of ``blocks`` blocks h + φ(h W₁) W₂, and yield a record after every step.

    An ordinary layer makes ``width`` numbers of the input, the blocks follow, and a readout ends it; with 0 blocks the
    readout is all there is, which is the baseline without a hidden layer. norm : where a layer norm stands, "none",
    "pre" at the input of each branch, or "post" after each sum; start : by what each W₂ is multiplied before training,
    a name in STARTS; warmup : the steps in which the rate rises to ``rate``; frozen : whether all but the readout stay
    as they are. Training is in float32, on the digits, and ``test`` is measured at the end alone. Raises ValueError
    naming the argument and its value.
    """
    require_work("blocks · steps", max(blocks, 1), steps, most=CALLS)
    require_work("seeds · blocks · width² · steps", seeds, max(blocks, 1), width**2, BATCH, steps)
    require.total("seeds · blocks · width · (width + batch)", seeds * max(blocks, 1) * width * (width + BATCH))
    rng = np.random.default_rng(seed)
    x, labels, *held_out = data.digits(dtype="float32")
    path = norm_and_skip(NORMS[norm], "branch", 1.0)
    nets = _started(_drawn(blocks, width, activation, seeds, rng, path), STARTS[start](max(blocks, 1)))
    model = train.classifier(activation, **path)
    rule = OPTIMIZERS[optimizer](rate)
    rule = train.warmup(rule, warmup) if warmup else rule
    batches = data.batches(x, labels, BATCH, rng=rng)
    fitted = train.fit(nets, readout_alone(model) if frozen else model, batches, optimizer=rule, steps=steps)
    probe = (x[:BATCH], labels[:BATCH])
    first = measured(_looked)(nets, probe, activation, path)
    ratio, added, returned = (np.full((seeds, len(LOOKS)), np.nan) for _ in first)
    for looks, value in zip((ratio, added, returned), first, strict=True):
        looks[:, 0] = value
    record = BlocksRecord(
        blocks, norm, start, activation, warmup, float(rate), optimizer, width, bool(frozen), seeds, 0,
        np.full((seeds, steps), np.nan), LOOKS, ratio, added, returned, np.full(len(LOOKS), np.nan),
        np.full(seeds, np.nan), None,
    )  # fmt: skip
    return _watched(record, fitted, nets, probe, held_out, path)


# It hands all settings on, and an investigation asks for their defaults.
_settings = inspect.signature(watch_blocks).replace(return_annotation="BlocksRecord")
train_blocks.__signature__ = _settings  # pyright: ignore[reportFunctionMemberAccess]


@guarded
@measured
def first_step(
    blocks: SomeBlocks = 24, *, norm: Place = "post", rate: NonNegative = 0.01, width: Width = 32,
    seeds: Networks = 5, seed: Seed = 0,
) -> FirstStep:  # fmt: skip
    """ΔW = -rate · m̂ / √ŝ of Adam's first step on the digits, and |ΔW| with random signs.

    Returns the ratio of gradients, b² and s² of ReLU blocks before the step, after it, and after the step whose signs
    were drawn anew. This last one has the same size in every weight, but no direction. The ratio stands beside the root
    of Π (1 + s²) / (1 + b²) over all blocks, where 1 + b² counts only if a norm follows the sum. Returns also which
    share of the squares of h and of dh all samples have in common before the step. In all else as ``watch_blocks``.
    Raises ValueError naming the argument and its value.
    """
    require.total("seeds · blocks · width · (width + batch)", seeds * blocks * width * (width + BATCH))
    rng = np.random.default_rng(seed)
    x, labels, *_ = data.digits(dtype="float32")
    path = norm_and_skip(NORMS[norm], "branch", 1.0)
    nets = _drawn(blocks, width, "relu", seeds, rng, path)
    model = train.classifier("relu", **path)
    stepped = next(train.fit(nets, model, data.batches(x, labels, BATCH, rng=rng), optimizer=train.adam(rate), steps=1))
    other = tree_map(lambda old, new: _any_direction(old, new, rng), nets, stepped.params)
    probe = (x[:BATCH], labels[:BATCH])
    looks = [_looked(each, probe, "relu", path) for each in (nets, stepped.params, other)]
    ratio, added, returned = np.moveaxis(np.array(looks), 0, -1)
    formula = np.stack([_formula(each, probe, path, norm) for each in (nets, stepped.params, other)], axis=-1)
    moved = float(np.median(_moved(nets, stepped.params)))
    return FirstStep(norm, float(rate), blocks, moved, ratio, added, returned, formula, *_in_common(nets, probe, path))


def _any_direction(old: Array, new: Array, rng) -> Array:
    """``old``, moved as far as ``new`` is from it, but up or down at random."""
    return (old + abs(new - old) * rng.choice([-1, 1], size=old.shape)).astype(old.dtype)


def _watched(
    record: BlocksRecord, fitted: Iterator, nets: list, probe, held_out, path
) -> Generator[BlocksRecord, None, None]:
    """Yield each step's record, in arrays of its own."""
    step = measured(lambda: next(fitted, None))  # between two steps, whoever draws has the machine as it was
    looked = measured(_looked)
    test_of = measured(_test)
    while (now := step()) is not None:
        accuracy = record.accuracy.copy()
        accuracy[:, now.step - 1] = now.accuracy
        record = record._replace(step=now.step, accuracy=accuracy, trouble=now.trouble)
        if now.step in LOOKS:
            seen = [record.ratio.copy(), record.added.copy(), record.returned.copy()]
            k = LOOKS.index(now.step)
            for looks, value in zip(seen, looked(now.params, probe, record.activation, path), strict=True):
                looks[:, k] = value
            moved = record.moved.copy()
            moved[k] = np.median(_moved(nets, now.params))
            record = record._replace(ratio=seen[0], added=seen[1], returned=seen[2], moved=moved)
        nets = now.params
        if record.done:
            record = record._replace(test=test_of(now.params, held_out, record.activation, path))
        yield record


def _drawn(blocks: int, width: int, activation: str, seeds: int, rng, path) -> list:
    """Networks of so many blocks for the digits, with the usual weights of their activation, in float32."""
    sizes = [PIXELS, *[width] * (blocks + 1 if blocks else 0), DIGITS]
    weights: dict[str, Any] = dict(scheme=usual(activation), activation=activation, ensemble=(seeds,), dtype="float32")
    return models.init_mlp(sizes, rng=rng, **weights, **path)


def _moved(before: list, after: list) -> Array:
    """How far each weight and each bias has moved, as one list."""
    pairs = zip(leaves(before), leaves(after), strict=True)
    return np.concatenate([abs(new - old).ravel() for old, new in pairs])


def _started(nets: list, factor: float) -> list:
    """The networks, with each second matrix of a branch multiplied by ``factor``."""

    def block(layers):
        if isinstance(layers, models.Layer):
            return layers
        first, (affine, norm) = layers
        return first, models.Layer(Affine((factor * affine.W).astype(affine.W.dtype), affine.b), norm)

    return [block(layers) for layers in nets]


def _looked(nets: list, probe, activation: str, path) -> tuple[Array | float, ...]:
    """‖dh‖ of the loss of ``probe`` at the first hidden layer over that at the last, and b² and s² of the blocks.

    b² = ‖h + branch‖² / ‖h‖² - 1, and s² = ‖dh of the branch‖² / ‖dh of the path‖². Both are the median over the
    blocks, (seeds,). Without a hidden layer all three are NaN, and without a block b² and s² are.
    """
    if len(nets) == 1:
        return np.nan, np.nan, np.nan
    tape, dh = _run(nets, probe, activation, path)
    norms = probes.norms(tape, dh).dh
    ratio = np.where(norms[:, 0] == 0, 0.0, norms[:, 0] / norms[:, -1])
    return ratio, *typical_lane(tape, dh)


def _run(nets: list, probe, activation: str, path) -> tuple[list, Array]:
    """The tape of the hidden layers, and dh of the loss at their end."""
    h, tape = models.hidden(nets[:-1], probe[0], activation, **path)
    logits, readout = ops.affine(nets[-1].affine, h)
    _, dlogits = ops.softmax_cross_entropy(logits, probe[1])
    return tape, readout(dlogits(1.0))[1]


def _in_common(nets: list, probe, path) -> tuple[Array, Array]:
    """N ‖mean over the samples‖² / ‖all N‖², of h and of dh at the end of each block, their medians, (seeds,)."""
    forward = []
    backward = []
    tape, dh = _run(nets, probe, "relu", path)
    for step in reversed(tape):
        if step.name.startswith("join"):
            for rows, shares in ((step.output, forward), (dh, backward)):
                shares.append(squares(np.broadcast_to(rows.mean(-2, keepdims=True), rows.shape)) / squares(rows))
        _, dh = step.pullback(dh)
    return np.median(forward, axis=0), np.median(backward, axis=0)


def _formula(nets: list, probe, path, norm: str) -> Array:
    """The root of Π (1 + s²) / (1 + b²) over the blocks, (seeds,). Only a norm after the sum divides by 1 + b²."""
    added, returned = (np.array(each) for each in each_lane(*_run(nets, probe, "relu", path)))
    divided = 1 + added if norm == "post" else 1.0
    return np.sqrt(np.prod((1 + returned) / divided, axis=0))


def _test(nets: list, held_out, activation: str, path) -> Array:
    """The share of what is held out that each network classifies correctly, (seeds,)."""
    logits, _ = models.mlp(nets, held_out[0], activation, **path)
    return share_correct(logits, held_out[1])
