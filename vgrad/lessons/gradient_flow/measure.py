"""A program often used to show vanishing gradients, reproduced to the last digits, so that it can be questioned.

Ten layers, 4-8-8-8-8-8-8-8-8-8-1, no biases, one input, weights from a 64-bit linear congruential generator. The
activation follows every layer, the last too. At each layer it reports mean |dL/dz|, and scales its bars by the largest.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

import numpy as np

from ... import models, probes, require
from ...kit.experiments.flow import FlowRecord, draw_networks
from ...kit.experiments.protocol import measured
from ...ops import Affine, Array
from ...require import Finite, Seed
from ...tape import backprop
from .records import DistributionRecord, TenLayerRecord

SIZES = (4, *[8] * 9, 1)
INPUT = (0.5, -0.3, 0.8, -0.1)
TEN_LAYER_ACTIVATIONS = ("sigmoid", "tanh", "leaky_relu")  # the program calls the last one "relu"
TYPICAL_SLOPES = {"sigmoid": 0.25, "tanh": 0.65, "leaky_relu": 1.0}  # of its table of powers
TenLayerActivation = Annotated[str, require.one_of(TEN_LAYER_ACTIVATIONS)]
FlowOf = Annotated[FlowRecord, require.thing("what flow returns", lambda it: isinstance(it, FlowRecord))]
BIN = 0.25  # decades
MOST_ENTRIES = 2**24  # that are looked at in one call: seeds · batch · width · depth
State = Annotated[int, require.whole_from(0, 2**64 - 1)]  # of the generator


@require.guarded
def gradient_magnitudes(activation: TenLayerActivation, seed: State = 42, scale: Finite = 1.0) -> Array:
    """Return the program's ten numbers, mean |dL/dz| per layer: (10,).

    scale : multiplies every weight; √3 makes them Xavier's.
    """
    return ten_layers(activation, seed=seed, scale=scale).magnitudes


@require.guarded
@measured
def ten_layers(activation: TenLayerActivation, *, seed: State = 42, scale: Finite = 1.0) -> TenLayerRecord:
    """Run the program.   activation : "sigmoid", "tanh" or "leaky_relu"; seed : of its generator, from 0 to 2⁶⁴ - 1."""
    params = ten_layer_weights(seed, scale)
    h, tape = models.hidden(params, np.array([INPUT]), activation)
    adjoints = [adjoint for adjoint in backprop(tape, np.ones_like(h)) if adjoint.grads is not None][::-1]
    return TenLayerRecord(
        activation, seed, scale,
        magnitudes=np.array([np.abs(adjoint.cotangent).mean() for adjoint in adjoints]),
        dW=np.array([np.linalg.norm(adjoint.grads.W) for adjoint in adjoints]),
        h=np.array([np.sqrt(np.mean(step.output**2)) for step in tape[1::2]]),
        variances=np.array([np.mean(W**2) * sum(W.shape) / 2 for (W, _), _ in params]),
    )  # fmt: skip


@require.guarded
def ten_layer_weights(seed: State = 42, scale: Finite = 1.0) -> list[models.Layer]:
    """Draw the program's ten layers from the numbers of ``lcg``, output row by output row.

    w = r · √(2 / (fan_in + fan_out)) · scale
    """
    numbers = lcg(seed)
    layers = []
    for fan_in, fan_out in pairwise(SIZES):
        rows = np.array([[next(numbers) for _ in range(fan_in)] for _ in range(fan_out)])
        bound = scale * (2.0 / (fan_in + fan_out)) ** 0.5
        layers.append(models.Layer(Affine(rows.T * bound, np.zeros(fan_out))))
    return layers


@require.guarded
def lcg(seed: Seed):
    """Yield the program's random numbers in [-1, 1), endlessly: r = (s >> 33) / 2³¹ · 2 - 1 after each step of s.

    s ← 6364136223846793005 s + 1442695040888963407 mod 2⁶⁴ (Knuth's MMIX, The Art of Computer Programming 2, §3.3.4).
    """
    state = int(seed)
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield (state >> 33) / 2**31 * 2.0 - 1.0


@require.guarded
@measured
def distribution(record: FlowOf) -> DistributionRecord:
    """Measure the sizes of all entries of dL/dh_k, layer by layer, in the networks of a FlowRecord.

    The networks are drawn again, and they are the same. Entries are relative to the root mean square of those of the
    last layer, network by network. A bin is a quarter of a decade wide. Raises ValueError where there are more than
    2²⁴ entries.
    """
    net = record.net
    require.whole("seeds · batch · width · depth", net.seeds * net.batch * net.width * net.depth, 1, MOST_ENTRIES)
    params, x, cotangent = draw_networks(net)
    skip = net.skip and models.Skip(net.skip, net.branch_factor)
    tape = models.hidden(params, x, net.activation, norm=net.norm, skip=skip)[1]
    typical = record.dh[:, -1, None, None] / (net.batch * net.width) ** 0.5
    layers = [np.abs(adjoint.dh.astype(float)) / typical for adjoint in probes.layers(tape, cotangent)][::-1]
    decades = [np.log10(entries[(entries > 0) & np.isfinite(entries)]) for entries in layers]
    edges = _edges(decades)
    return DistributionRecord(
        net, edges,
        shares=np.array([np.histogram(row, edges)[0] / layers[0].size for row in decades]),
        zeros=np.array([(entries == 0).mean() for entries in layers]),
        broken=np.array([(~np.isfinite(entries)).mean() for entries in layers]),
        quantiles=np.array([np.quantile(entries, (0.1, 0.5, 0.9)) for entries in layers]).T,
    )  # fmt: skip


def _edges(decades: list[Array]) -> Array:
    """The edges of bins that hold all entries."""
    found = np.concatenate([[0.0], *decades])
    low, high = np.floor(found.min() / BIN), np.floor(found.max() / BIN) + 1
    return np.arange(low, high + 1) * BIN
