"""Is a deep net's gradient noise?  And how do nets of many blocks train, with a norm, small branches or a warm-up?

``shatter``: how far a gradient resembles itself.  ``train_blocks``: h + branch, trained, with its controls.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Annotated, Any

import numpy as np

from ... import data, models, ops, probes, require, train
from ...kit.experiments.learning import learn, usual
from ...kit.experiments.protocol import (
    CALLS,
    ActivationName,
    Alpha,
    Depth,
    FormName,
    Networks,
    TrainSteps,
    Width,
    measured,
    norm_and_skip,
    require_work,
    share_correct,
)
from ...models.checks import NormName
from ...ops import Affine, Array
from ...require import Flag, NonNegative, Seed, guarded, whole_from
from ...tape import tree_map
from .records import BlocksRecord, ShatterRecord

NORMS = {"none": None, "pre": "layer_input", "post": "layer_output"}  # a layer norm's place: as models calls it
STARTS = {"1": lambda blocks: 1.0, "1/sqrt(blocks)": lambda blocks: blocks**-0.5, "0": lambda blocks: 0.0}
TASKS = ("digits", "spirals")
OPTIMIZERS = {"adam": train.adam, "momentum": train.momentum}
BATCH = 48
TRAINING, TEST = 1500, 1000  # points of the spirals
TURNS = 2.5  # of each arm
LOOKS = (0, 1, 3, 10, 30, 100)  # after so many steps the gradient is looked at

Points = Annotated[int, whole_from(2, 10_000)]
Blocks = Annotated[int, whole_from(0, 200)]
WarmUp = Annotated[int, whole_from(0, 10_000)]
Place = Annotated[str, require.one_of(NORMS)]
Start = Annotated[str, require.one_of(STARTS)]
Task = Annotated[str, require.one_of(TASKS)]
OptimizerName = Annotated[str, require.one_of(OPTIMIZERS)]


@guarded
@measured
def shatter(
    *, skip: FormName = None, alpha: Alpha = 1.0, norm: NormName = None, depth: Depth = 24, width: Width = 100,
    points: Points = 256, lags: int = 20, seeds: Networks = 5, seed: Seed = 0,
) -> ShatterRecord:  # fmt: skip
    """Measure the autocorrelation of the gradient of a ReLU net's one output along a line of inputs.

    x(t) = a + t b, with t from -2 to 2 and N(0, 1) vectors a and b (Balduzzi et al. 2017). The weights are He's. With
    batch norm, the points are the batch. lags : the largest distance, in points, at which it is compared with itself.
    """
    require.total("seeds · depth · width · (width + points)", seeds * depth * width * (width + points))
    rng = np.random.default_rng(seed)
    path = norm_and_skip(norm, skip, alpha)
    params = models.init_mlp([width] * (depth + 1) + [1], ensemble=(seeds,), scheme="he_normal", rng=rng, **path)
    start, along = rng.standard_normal((2, seeds, 1, width))
    x = start + np.linspace(-2, 2, points)[:, None] * along
    y, tape = models.mlp(params, x, "relu", **path)
    slope = (models.gradients(tape, np.ones_like(y))[1] * along).sum(axis=-1)
    return ShatterRecord(skip, alpha, norm, depth, width, points, probes.autocorrelation(slope, lags))


def deep(depth: int, steps: int) -> dict[str, Any]:
    """Return the accuracy of five narrow networks of h + φ(h) W / depth, after so many steps of training."""
    record = learn("relu", skip="pre", alpha="1/depth", depth=depth, width=16, rates=(0.1,), steps=steps)
    return dict(accuracy=record.best)


def train_blocks(blocks: int = 24, **settings) -> BlocksRecord:
    """Train to the end, and return the last record of ``watch_blocks``, which takes the same settings."""
    *_, record = watch_blocks(blocks, **settings)
    return record


def trained(**settings) -> dict[str, Any]:
    """Return each network's accuracy at the end of training, on the last batches and on the test set.

    It also returns the ratio of the first layer's gradient to the last's after 0, 1, 3 … steps, the median over the
    networks. All settings are as in ``watch_blocks``.
    """
    record = train_blocks(**settings)
    return dict(accuracy=record.right, test=record.test, ratio=np.median(record.ratio, axis=0))


@guarded
def watch_blocks(
    blocks: Blocks = 24, *, norm: Place = "none", start: Start = "1", activation: ActivationName = "relu",
    warmup: WarmUp = 0, rate: NonNegative = 3e-3, optimizer: OptimizerName = "adam", steps: TrainSteps = 250,
    width: Width = 32, frozen: Flag = False, task: Task = "digits", seeds: Networks = 5, seed: Seed = 0,
) -> Generator[BlocksRecord, None, None]:  # fmt: skip
    """Train ``seeds`` networks of ``blocks`` blocks h + φ(h W₁) W₂, and yield a record after every step.

    An ordinary layer makes ``width`` numbers of the input, the blocks follow, and a readout ends it; with 0 blocks the
    readout is all there is, which is the baseline without a hidden layer. norm : where a layer norm stands, "none",
    "pre" at the input of each branch, or "post" after each sum; start : by what each W₂ is multiplied before training,
    a name in STARTS; warmup : the steps in which the rate rises to ``rate``; frozen : whether all but the readout stay
    as they are; task : "digits", or "spirals" of two classes whose arms go round two and a half times. Training is
    in float32, and ``test`` is measured at the end alone. Raises ValueError naming the argument and its value.
    """
    require_work("blocks · steps", max(blocks, 1), steps, most=CALLS)
    require_work("seeds · blocks · width² · steps", seeds, max(blocks, 1), width**2, BATCH, steps)
    require.total("seeds · blocks · width · (width + batch)", seeds * max(blocks, 1) * width * (width + BATCH))
    rng = np.random.default_rng(seed)
    x, labels, *held_out = _task(task, rng)
    path = norm_and_skip(NORMS[norm], "branch", 1.0)
    sizes = [x.shape[-1], *[width] * (blocks + 1 if blocks else 0), labels.max() + 1]
    weights: dict[str, Any] = dict(scheme=usual(activation), activation=activation, ensemble=(seeds,), dtype="float32")
    nets = _started(models.init_mlp(sizes, rng=rng, **weights, **path), STARTS[start](max(blocks, 1)))
    model = train.classifier(activation, **path)
    rule = OPTIMIZERS[optimizer](rate)
    rule = train.warmup(rule, warmup) if warmup else rule
    batches = data.batches(x, labels, BATCH, rng=rng)
    fitted = train.fit(nets, _freezing(model) if frozen else model, batches, optimizer=rule, steps=steps)
    probe = (x[:BATCH], labels[:BATCH])
    first = measured(_looked)(nets, probe, activation, path)
    ratio, added, returned = (np.full((seeds, len(LOOKS)), np.nan) for _ in first)
    for looks, value in zip((ratio, added, returned), first, strict=True):
        looks[:, 0] = value
    record = BlocksRecord(
        blocks, norm, start, activation, warmup, float(rate), optimizer, width, bool(frozen), task, seeds, 0,
        np.full((seeds, steps), np.nan), LOOKS, ratio, added, returned, np.full(seeds, np.nan), None,
    )  # fmt: skip
    return _watched(record, fitted, probe, held_out, path)


def _watched(record: BlocksRecord, fitted: Iterator, probe, held_out, path) -> Generator[BlocksRecord, None, None]:
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
            for looks, value in zip(seen, looked(now.params, probe, record.activation, path), strict=True):
                looks[:, LOOKS.index(now.step)] = value
            record = record._replace(ratio=seen[0], added=seen[1], returned=seen[2])
        if record.done:
            record = record._replace(test=test_of(now.params, held_out, record.activation, path))
        yield record


def _task(task: str, rng) -> tuple[Array, ...]:
    """Inputs and labels to train on, and inputs and labels that are held out."""
    if task == "digits":
        return data.digits(dtype="float32")
    x, labels = data.spirals(TRAINING + TEST, turns=TURNS, noise=0.0, rng=rng, dtype="float32")
    return x[:TRAINING], labels[:TRAINING], x[TRAINING:], labels[TRAINING:]


def _started(nets: list, factor: float) -> list:
    """The networks, with each second matrix of a branch multiplied by ``factor``."""

    def block(layers):
        if isinstance(layers, models.Layer):
            return layers
        first, (affine, norm) = layers
        return first, models.Layer(Affine((factor * affine.W).astype(affine.W.dtype), affine.b), norm)

    return [block(layers) for layers in nets]


def _freezing(model: train.Model) -> train.Model:
    """The model, but for the gradients of all layers before the readout, which are 0."""

    def frozen_model(params, batch):
        run = model(params, batch)
        return run._replace(grads=[*(tree_map(np.zeros_like, d) for d in run.grads[:-1]), run.grads[-1]])

    return frozen_model


def _looked(nets: list, probe, activation: str, path) -> tuple[Array | float, ...]:
    """‖dh‖ of the loss of ``probe`` at the first hidden layer over that at the last, and b² and s² of the blocks.

    b² = ‖h + branch‖² / ‖h‖² - 1, and s² = ‖dh of the branch‖² / ‖dh of the path‖². Both are the median over the
    blocks, (seeds,). Without a hidden layer all three are NaN, and without a block b² and s² are.
    """
    if len(nets) == 1:
        return np.nan, np.nan, np.nan
    h, tape = models.hidden(nets[:-1], probe[0], activation, **path)
    logits, readout = ops.affine(nets[-1].affine, h)
    _, dlogits = ops.softmax_cross_entropy(logits, probe[1])
    _, dh = readout(dlogits(1.0))
    norms = probes.norms(tape, dh).dh
    ratio = np.where(norms[:, 0] == 0, 0.0, norms[:, 0] / norms[:, -1])
    return ratio, *_lanes(tape, dh)


def _lanes(tape, dh) -> tuple[Array | float, Array | float]:
    """b² and s² of the blocks on a tape, their medians, (seeds,)."""
    added = []
    returned = []
    for step in reversed(tape):
        if step.name.startswith("join"):
            added.append(_squares(step.output) / _squares(step.input[0]) - 1)
        if step.name.startswith("fork"):
            returned.append(_squares(dh[1]) / _squares(dh[0]))
        _, dh = step.pullback(dh)
    return (np.median(added, axis=0), np.median(returned, axis=0)) if added else (np.nan, np.nan)


def _squares(rows) -> Array:
    """The sum of the squares of each network's numbers, (seeds,)."""
    return np.square(rows, dtype="float64").sum(axis=(-2, -1))


def _test(nets: list, held_out, activation: str, path) -> Array:
    """The share of what is held out that each network classifies correctly, (seeds,)."""
    logits, _ = models.mlp(nets, held_out[0], activation, **path)
    return share_correct(logits, held_out[1])
