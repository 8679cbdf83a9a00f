"""Does a task need depth?  And is the gradient of a deep net noise?

``train_plain`` trains nets, deep or wide, to tell two spirals apart. ``shatter`` measures how far a gradient resembles
itself along a line of inputs. ``deep`` trains a path around up to a thousand layers.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from .... import data, models, ops, probes, require, train
from ....kit.experiments.learning import learn, readout_alone
from ....kit.experiments.protocol import (
    CALLS,
    LAST,
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
from ....models.checks import NormName
from ....ops import Array
from ....require import Flag, NonNegative, Seed, guarded, whole_from
from ....tape import leaves
from ..records import PlainRecord, ShatterRecord

BATCH = 48
TRAINING, TEST = 1500, 1000  # points of the spirals
TURNS = 3.0  # of each arm

Points = Annotated[int, whole_from(2, 10_000)]
Hidden = Annotated[int, whole_from(0, 200)]


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


@guarded
def spiral_points(points: Points = 600, *, seed: Seed = 0) -> tuple[Array, Array]:
    """Return points of the two spirals that ``train_plain`` learns, (points, 2), and their labels, (points,)."""
    return data.spirals(points, turns=TURNS, noise=0.0, rng=np.random.default_rng(seed))


@guarded
@measured
def train_plain(
    hidden: Hidden = 4, *, width: Width = 36, norm: NormName = None, skip: FormName = None, alpha: Alpha = 1.0,
    frozen: Flag = False, rate: NonNegative = 0.01, steps: TrainSteps = 500, seeds: Networks = 5, seed: Seed = 0,
) -> PlainRecord:  # fmt: skip
    """Train ``seeds`` ReLU nets of so many hidden layers to tell two spirals apart, by Adam, and measure what they did.

    The arms go round three times. norm, skip, alpha : what the layers have beside them, as in ``shatter``; frozen :
    whether all layers but the readout stay as they are. With 0 hidden layers the readout is all there is. Training is
    in float32. Raises ValueError naming the argument and its value.
    """
    require_work("hidden · steps", max(hidden, 1), steps, most=CALLS)
    require_work("seeds · hidden · width² · steps", seeds, max(hidden, 1), width**2, BATCH, steps)
    rng = np.random.default_rng(seed)
    x, labels = data.spirals(TRAINING + TEST, turns=TURNS, noise=0.0, rng=rng, dtype="float32")
    path = norm_and_skip(norm, skip, alpha)
    sizes = [2, *[width] * hidden, 2]
    nets = models.init_mlp(sizes, ensemble=(seeds,), scheme="he_normal", rng=rng, dtype="float32", **path)
    ratio = _ratio(nets, (x[:BATCH], labels[:BATCH]), path, seeds)
    model = train.classifier("relu", **path)
    batches = data.batches(x[:TRAINING], labels[:TRAINING], BATCH, rng=rng)
    fitted = train.fit(
        nets, readout_alone(model) if frozen else model, batches, optimizer=train.adam(rate), steps=steps
    )
    runs = [*fitted]
    last = np.array([run.accuracy for run in runs[-LAST:]])
    logits, _ = models.mlp(runs[-1].params, x[TRAINING:], "relu", **path)
    return PlainRecord(
        hidden, width, norm, skip, alpha, bool(frozen), float(rate), steps,
        sum(array[0].size for array in leaves(nets)), ratio, np.nan_to_num(last.mean(axis=0)),
        share_correct(logits, labels[TRAINING:]),
    )  # fmt: skip


def trained_plain(**settings) -> dict[str, Any]:
    """Return what ``train_plain`` measured: each network's accuracy and ratio of gradients, and how many weights."""
    record = train_plain(**settings)
    return dict(accuracy=record.accuracy, test=record.test, ratio=record.ratio, weights=record.weights)


def deep(depth: int, steps: int) -> dict[str, Any]:
    """Return the accuracy of five narrow networks of h + φ(h) W / depth, after so many steps of training."""
    record = learn("relu", skip="activation_first", alpha="1/depth", depth=depth, width=16, rates=(0.1,), steps=steps)
    return dict(accuracy=record.best)


def _ratio(nets: list, probe, path, seeds: int) -> Array:
    """‖dh‖ of the loss of ``probe`` at the first hidden layer over that at the last, (seeds,); NaN without one."""
    if len(nets) == 1:
        return np.full(seeds, np.nan)
    h, tape = models.hidden(nets[:-1], probe[0], "relu", **path)
    logits, readout = ops.affine(nets[-1].affine, h)
    _, dlogits = ops.softmax_cross_entropy(logits, probe[1])
    _, dh = readout(dlogits(1.0))
    norms = probes.norms(tape, dh).dh
    return norms[:, 0] / norms[:, -1]
