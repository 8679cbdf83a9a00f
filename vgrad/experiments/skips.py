"""What does a path around the layer buy?  h' = h + α · branch, forward and back.

``both_ways``: the size of h and of dh, layer by layer.  ``last_layer``: pre- and post-norm.  ``shatter``: the gradient
along a line of inputs.  ``deep``: what the stored table "path_depth" runs in each cell.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .. import models, ops, probes, require, theory
from ..ops import Array
from ._protocol import Band, band, checked, measured
from .gradient_flow import MULTIPLY_ADDS, FlowRecord, flow
from .learning import learn, usual

OVER = {"1": lambda depth: 1.0, "sqrt(depth)": lambda depth: depth**0.5, "depth": float}  # what α is divided by


class PathRecord(NamedTuple):
    """What ``both_ways`` measured: a FlowRecord, and the way forward beside it."""

    flow: FlowRecord
    alpha: float
    over: str  # a name in OVER: the branch is multiplied by α over that
    relative: dict[str, Band]  # "h": rms of h_k, that of the input being 1; "dh": ‖dh_k‖ over that of the last layer
    theory: dict[str, Array]  # the same of an infinitely wide net
    seeds_asked: int
    shown: tuple[str, ...] = ("h", "dh")
    scale: str = "log"

    depth = property(lambda self: self.flow.depth)
    seeds = property(lambda self: self.flow.seeds)
    activation = property(lambda self: self.flow.activation)

    @property
    def forward(self) -> float:
        """The median over the networks of the last h's size over the input's."""
        return float(self.relative["h"].median[-1])

    @property
    def back(self) -> float:
        """The median over the networks of ‖dh_1‖ / ‖dh_depth‖."""
        return self.flow.ratio


class LastRecord(NamedTuple):
    """What ``last_layer`` measured: ‖dW‖ of the last block, for each depth and network."""

    depths: tuple[int, ...]
    width: int
    dW: dict[str, Array]  # "pre" and "post": (depths, seeds)


class ShatterRecord(NamedTuple):
    """What ``shatter`` measured."""

    skip: str | None
    alpha: float | str
    norm: str | None
    depth: int
    width: int
    points: int
    correlation: Array  # (seeds, lags + 1)


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
