"""A sigmoid net that is a tanh net: the same function, written with the other activation."""

from __future__ import annotations

from ... import require
from ...models import Layer
from ...ops import Affine
from ...require import guarded
from .protocol import Layers


@guarded
def sigmoid_twin(params: Layers) -> list[Layer]:
    """Return weights with which a sigmoid net computes what ``params`` compute with tanh.

    params : layers of an MLP with a readout, and no norm. Because tanh z = 2 sigmoid(2z) - 1, W and b are doubled, so
    that z becomes 2z. After the first layer h_tanh = 2 h_sigmoid - 1 comes in. So W is doubled again, and the -1 of
    each unit goes through its weights into b.
    """
    for layer in params:
        require.instance("params", layer, isinstance(layer, Layer), "a list of Layer, as init_mlp draws it")
        W, b = layer.affine
        require.array("W", W, 2)
        require.array("b", b, 1)
        expected = (*W.shape[:-2], W.shape[-1])
        require.shape("b", b, f"{expected}, as W has shape {W.shape}", b.shape == expected)
    first, *others = (layer.affine for layer in params)
    twins = [Affine(2 * first.W, 2 * first.b)]
    for layer_number, (W, b) in enumerate(others, start=2):
        factor = 1 if layer_number == len(params) else 2  # the readout's z is the output itself, and stays
        twins.append(Affine(2 * factor * W, factor * (b - W.sum(axis=-2))))
    return [Layer(affine) for affine in twins]
