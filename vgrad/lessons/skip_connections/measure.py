"""What does a path around the layer buy?  h' = h + α · branch, forward and back.

``both_ways``: the size of h and of dh, layer by layer.  ``last_layer``: pre- and post-norm.
"""

from __future__ import annotations

import functools
from typing import Annotated

import numpy as np

from ... import models, ops, probes, require
from ...kit.experiments.flow import Activation, FlowRecord, flow
from ...kit.experiments.learning import usual
from ...kit.experiments.protocol import CALLS, Batch, Networks, measured, require_work
from ...ops import Array
from ...require import Seed
from .records import LastRecord

Width = Annotated[int, require.whole_from(2, 4_096)]  # one unit, normed, is always 0
Depths = Annotated[tuple[int, ...], functools.partial(require.sizes, least=1)]


@require.guarded
def both_ways(*, activation: Activation = "relu", **settings) -> FlowRecord:
    """Return the ``flow`` of 50 layers with a path around each, with He's weights for ReLU and Xavier's for the others.

    settings : those of ``flow``; without any, skip is "activation_last" and depth 50.
    """
    net = dict(skip="activation_last", depth=50) | settings
    return flow(activation=activation, scheme=usual(activation), **net)._replace(shown=("h", "dh"))


@require.guarded
@measured
def last_layer(
    *, depths: Depths = (2, 4, 8, 16, 32), width: Width = 64, batch: Batch = 16, seeds: Networks = 16, seed: Seed = 0
) -> LastRecord:
    """Measure ‖dW‖ of the last block of h + W_2 ReLU(W_1 h), for each of ``depths``, with pre- and with post-norm.

    Layer norm stands before each branch ("pre") or after each join ("post"). The weights are He's. One more layer norm
    follows the last block, as in every transformer with pre-norm (Xiong et al. 2020), and a N(0, 1) cotangent comes
    back through it. width : at least 2, as one unit that is normed is always 0.
    """
    require_work("sum(depths)", sum(depths), most=CALLS // 100)
    require.total("max(depths) · seeds · width · (width + batch)", max(depths) * seeds * width * (width + batch))
    names = {"pre": "layer_input", "post": "layer_output"}
    settings = dict(width=width, batch=batch, seeds=seeds, seed=seed)
    dW = {at: np.stack([_last(norm, depth, **settings) for depth in depths]) for at, norm in names.items()}
    return LastRecord(tuple(depths), width, dW)


def _last(norm: str, depth: int, *, width: int, batch: int, seeds: int, seed: int) -> Array:
    """‖dW‖ of the last block of networks with this ``norm`` and ``depth``, (seeds,)."""
    rng = np.random.default_rng(seed)
    path = dict(skip="branch", norm=norm)
    params = models.init_mlp([width] * (depth + 2), ensemble=(seeds,), scheme="he_normal", rng=rng, **path)[:-1]
    x, cotangent = rng.standard_normal((2, seeds, batch, width))
    h, tape = models.hidden(params, x, "relu", **path)
    unit = ops.Norm(np.ones((seeds, width)), np.zeros((seeds, width)))
    _, dh = ops.layer_norm(unit, h)[1](cotangent)
    return probes.norms(tape, dh).dW[:, -1]
