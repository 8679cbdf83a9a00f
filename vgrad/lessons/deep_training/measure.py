"""Is a deep net's gradient noise, and how deep can a net with skip connections be trained?"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from ... import models, probes, require
from ...kit.experiments.learning import learn
from ...kit.experiments.protocol import Alpha, Depth, FormName, Networks, Width, measured, norm_and_skip
from ...models.checks import NormName
from ...require import Seed, guarded, whole_from
from .records import ShatterRecord

Points = Annotated[int, whole_from(2, 10_000)]


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
