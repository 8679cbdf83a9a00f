"""A sigmoid net that is a tanh net: the same function, written with the other activation."""

from __future__ import annotations

from ...models import Layer
from ...models.checks import require_layers
from ...ops import Affine
from .protocol import checked


@checked(params=require_layers)
def sigmoid_twin(params: list) -> list:
    """Weights with which a sigmoid net computes what ``params`` compute with tanh, as tanh z = 2 sigmoid(2z) - 1.

    params : layers of an MLP with a readout, no norm. With 2z in place of z, W and b are doubled; after the first
    layer h_tanh = 2 h_sigmoid - 1 comes in, so W is doubled again, and the -1 of each unit, through its weights, goes
    to b.
    """
    first, *others = (layer.affine for layer in params)
    twins = [Affine(2 * first.W, 2 * first.b)]
    for k, (W, b) in enumerate(others, start=2):
        z = 1 if k == len(params) else 2  # the readout's z is the output itself, and stays
        twins.append(Affine(2 * z * W, z * (b - W.sum(axis=-2))))
    return [Layer(affine) for affine in twins]
