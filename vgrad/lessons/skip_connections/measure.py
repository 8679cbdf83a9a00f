"""What does a path around the layer buy?  h' = h + α · branch, forward and back.

``both_ways``: the size of h and of dh, layer by layer.  ``last_layer``: pre- and post-norm.  ``shatter``: the gradient
along a line of inputs.  ``deep``: what the stored table "path_depth" runs in each cell.
"""

from __future__ import annotations

import numpy as np

from ... import models, ops, probes, require, theory
from ...kit.experiments.flow import MULTIPLY_ADDS, flow
from ...kit.experiments.learning import usual
from ...kit.experiments.protocol import band, checked, measured
from ...ops import Array
from .records import LastRecord, PathRecord

OVER = {"1": lambda depth: 1.0, "sqrt(depth)": lambda depth: depth**0.5, "depth": float}  # what α is divided by


@checked()
@measured
def both_ways(
    *, skip="post", alpha=1.0, over="1", norm=None, depth=50, width=32, activation="relu", batch=16, seeds=16, seed=0,
    multiply_adds=MULTIPLY_ADDS,
) -> PathRecord:  # fmt: skip
    """Run ``flow`` on h + (alpha / over) · branch, and keep the size of h too.

    skip : None or one in models.FORMS; over : one in OVER; norm : one in models.NORMS. Weights are He's for ReLU and
    leaky ReLU, Xavier's for all others.
    """
    over_depth = OVER[require.choice("over", over, OVER)](require.whole("depth", depth, 1))
    alpha = require.number("alpha", alpha)
    path = dict(skip=skip, alpha=alpha / over_depth, norm=norm)
    settings = dict(depth=depth, width=width, activation=activation, scheme=usual(activation), batch=batch)
    record = flow(**path, **settings, seeds=seeds, seed=seed, multiply_adds=multiply_adds)
    forward = band(record.h / (batch * width) ** 0.5)
    says = theory.flow(depth, activation, record.sigma_w, record.sigma_b, **path, batch=batch, width=width)
    return PathRecord(
        record, alpha, over, {"h": forward, "dh": record.relative["dh"]}, {"h": says.h, "dh": record.theory["dh"]},
        record.seeds_asked,
    )  # fmt: skip


@measured
def last_layer(*, depths=(2, 4, 8, 16, 32), width=64, batch=16, seeds=16, seed=0) -> LastRecord:
    """‖dW‖ of the last block of h + W_2 ReLU(W_1 h), layer norm of each branch's input ("pre") or after each join.

    He's weights; and one more layer norm after the last block, as every transformer with pre-norm has (Xiong et al.
    2020). A N(0, 1) cotangent comes back through it.
    """
    depths = require.several("depths", depths)
    for depth in depths:
        require.counts(depths=depth)
    require.counts(batch=batch, seeds=seeds)
    width, seed = require.whole("width", width, 2), require.whole("seed", seed, 0)  # one unit, normed, is always 0
    names = {"pre": "layer_input", "post": "layer_output"}
    settings = dict(width=width, batch=batch, seeds=seeds, seed=seed)
    dW = {at: np.stack([_last(norm, depth, **settings) for depth in depths]) for at, norm in names.items()}
    return LastRecord(depths, width, dW)


def _last(norm: str, depth: int, *, width: int, batch: int, seeds: int, seed: int) -> Array:
    rng, path = np.random.default_rng(seed), dict(skip="branch", norm=norm)
    params = models.init_mlp([width] * (depth + 2), ensemble=(seeds,), scheme="he_normal", rng=rng, **path)[:-1]
    x, cotangent = rng.standard_normal((2, seeds, batch, width))
    h, tape = models.hidden(params, x, "relu", **path)
    unit = ops.Norm(np.ones((seeds, width)), np.zeros((seeds, width)))
    _, dh = ops.layer_norm(unit, h)[1](cotangent)
    return probes.norms(tape, dh).dW[:, -1]
