"""Is a deep net's gradient noise, and how deep can a net with skip connections be trained?"""

from __future__ import annotations

import numpy as np

from ... import models, probes, require
from ...kit.experiments.learning import learn
from ...kit.experiments.protocol import checked, measured
from .records import ShatterRecord


@checked()
@measured
def shatter(
    *, skip=None, alpha=1.0, norm=None, depth=24, width=100, points=256, lags=20, seeds=5, seed=0
) -> ShatterRecord:
    """The gradient of a ReLU net's one output along a line of inputs: its autocorrelation (Balduzzi et al. 2017).

    x(t) = a + t b, with t from -2 to 2 and N(0, 1) vectors a and b; He's weights. With batch norm, the points are the
    batch.
    """
    rng = np.random.default_rng(require.whole("seed", seed, 0))
    require.counts(depth=depth, width=width, seeds=seeds)
    path = dict(norm=norm, skip=skip and models.Skip(skip, alpha))
    params = models.init_mlp([width] * (depth + 1) + [1], ensemble=(seeds,), scheme="he_normal", rng=rng, **path)
    start, along = rng.standard_normal((2, seeds, 1, width))
    x = start + np.linspace(-2, 2, require.whole("points", points, 2))[:, None] * along
    y, tape = models.mlp(params, x, "relu", **path)
    slope = (models.gradients(tape, np.ones_like(y))[1] * along).sum(axis=-1)
    return ShatterRecord(skip, alpha, norm, depth, width, points, probes.autocorrelation(slope, lags))


def deep(depth: int, steps: int) -> dict:
    """Accuracy of five narrow networks of h + φ(h) W / depth, after so many steps of training."""
    record = learn("relu", skip="pre", alpha="1/depth", depth=depth, width=16, rates=(0.1,), steps=steps)
    return dict(accuracy=record.best)
