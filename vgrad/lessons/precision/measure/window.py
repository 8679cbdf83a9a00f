"""What becomes of the gradient of each layer in a format: which entries are 0, subnormal, fine or infinite.

The pass runs in the format itself, from a cotangent of the loss that is the loss scale times the loss factor. The same
networks in float64 say how large each entry would be.
"""

from __future__ import annotations

import functools
from itertools import pairwise
from typing import Annotated, NamedTuple

import numpy as np

from .... import data, init, models, ops, require
from ....kit.experiments.protocol import ActivationName, measured, require_work, scaled_draw
from ....models import Layer
from ....ops import Affine, Array
from ....ops.rounding import bfloat16, in_bfloat16
from ....require import NonNegative, guarded
from ....tape import backprop, tree_map
from ..records import WINDOWS, WindowRecord

PIXELS, OUTPUTS = 64, 10
MULTIPLY_ADDS = 2**28  # what one call may cost: seeds · depth · batch · width²
QUANTITIES = ("dW", "dh")
DRAWS = 15  # the name of these networks' draws begins with it

Format = Annotated[str, require.one_of(WINDOWS)]
Quantity = Annotated[str, require.one_of(QUANTITIES)]
Power = Annotated[int, require.whole_from(0, 100)]
NegativePower = Annotated[int, require.whole_from(-100, 0)]
Few = Annotated[int, require.whole_from(1, 100)]
Width = Annotated[int, require.whole_from(1, 512)]
Batch = Annotated[int, require.whole_from(1, 1500)]


@guarded
@measured
def in_format(
    *, precision: Format = "float16", quantity: Quantity = "dW", depth: Few = 8, scale: Power = 0,
    factor: NegativePower = -20, activation: ActivationName = "tanh", gain: NonNegative = 1.0, width: Width = 32,
    batch: Batch = 32, seeds: Few = 5,
) -> WindowRecord:  # fmt: skip
    """Count what becomes of dL/dW in a format, where L = 2^scale · 2^factor · the mean loss of a batch of digits.

    The weights are Xavier normal times ``gain``, and biases are 0. The parameters and pictures are rounded to the
    format, the pass runs in it, and the entries are counted before the gradient is divided by the scale. Entries that
    are 0 in float64 too are not counted. quantity : "dW", or "dh" of shape (batch, width), which at the output is the
    gradient with respect to the logits. Raises ValueError naming the argument, its value and what is allowed.
    """
    require_work("seeds · depth · batch · width²", seeds, depth, batch, width, width, most=MULTIPLY_ADDS)
    net = _Net(activation, int(depth), int(width), float(gain), int(batch), int(seeds))
    exact = _exact(net)[QUANTITIES.index(quantity)]
    logits, *gradients = _walk(net, precision, 2.0 ** (scale + factor))
    rows = gradients[QUANTITIES.index(quantity)]
    counts = np.stack([_kinds(row[real], precision) for row, real in zip(rows, exact.real, strict=True)], axis=-1)
    return WindowRecord(
        precision, quantity, net.depth, int(scale), int(factor), activation, net.gain, net.width, net.batch, net.seeds,
        counts, exact.bits + (scale + factor), bool(np.isfinite(logits).all()),
    )  # fmt: skip


class _Net(NamedTuple):
    """Which networks."""

    activation: str
    depth: int
    width: int
    gain: float
    batch: int
    seeds: int


class _Exact(NamedTuple):
    """One quantity in float64, at a loss of scale and factor 1."""

    real: list[Array]  # of each layer: which entries are not 0
    bits: Array  # (3, depth + 1)


@functools.lru_cache(maxsize=8)
def _exact(net: _Net) -> tuple[_Exact, ...]:
    """dW and dh in float64. Neither the format nor the scale nor the factor changes them, but for a power of two."""
    return tuple(_as_exact(rows) for rows in _walk(net, "float64", 1.0)[1:])


def _as_exact(rows: list[Array]) -> _Exact:
    real = [row != 0 for row in rows]
    return _Exact(real, np.stack([_bits(row[there]) for row, there in zip(rows, real, strict=True)], axis=-1))


def _bits(entries: Array) -> Array:
    """log2 of the sizes of entries, so that a tenth, half and nine tenths are lower; NaN if there are none."""
    return np.quantile(np.log2(np.abs(entries)), (0.1, 0.5, 0.9)) if entries.size else np.full(3, np.nan)


def _kinds(entries: Array, precision: str) -> Array:
    """How many entries are zero, subnormal, fine, and infinite or NaN."""
    size = np.abs(entries)
    zero = np.count_nonzero(size == 0)
    faint = np.count_nonzero(size < 2.0 ** WINDOWS[precision].normal)
    finite = np.count_nonzero(np.isfinite(size))
    return np.array([zero, faint - zero, finite - faint, size.size - finite])


def _walk(net: _Net, precision: str, dloss: float) -> tuple[Array, list[Array], list[Array]]:
    """The logits, and dW and dh of each layer from the first to the output, each with a leading axis of networks."""
    rounded = bfloat16 if precision == "bfloat16" else functools.partial(np.asarray, dtype=precision)
    phi = in_bfloat16(ops.ACTIVATIONS[net.activation]) if precision == "bfloat16" else net.activation
    digits = data.digits()
    x = rounded(digits.x_train[: net.batch])
    logits, tape = models.mlp(tree_map(rounded, _networks(net)), x, phi)
    _, pullback = ops.softmax_cross_entropy(logits, digits.y_train[: net.batch])
    dlogits = pullback(dloss)
    dW, dh = [], [rounded(dlogits)]
    for adjoint in backprop(tape, dlogits):
        if isinstance(adjoint.grads, Affine):
            dW.append(rounded(adjoint.grads.W))
        elif adjoint.layer is not None:
            dh.append(rounded(adjoint.cotangent))
    return logits, dW[::-1], dh[::-1]


def _networks(net: _Net) -> list[Layer]:
    """The networks in float64; a smaller depth has the first layers of a larger one, and its own output."""
    sizes = [PIXELS, *[net.width] * net.depth, OUTPUTS]
    layers = []
    for k, (fan_in, fan_out) in enumerate(pairwise(sizes), start=1):
        std = net.gain * init.xavier(fan_in, fan_out)
        name = (DRAWS, k if k <= net.depth else 0)
        W = scaled_draw(name, init.normal, (net.seeds, fan_in, fan_out), std, precision="float64", seed=0)
        layers.append(Layer(Affine(W, np.zeros((net.seeds, fan_out)))))
    return layers
