"""What may be wrong with a network at the start: weights that are equal, too large, too few, or off their centre.

A fault is done to the weights after they have been drawn. Not every fault makes a network ill, and that is why they
are needed: a readout that starts at zero is a usual trick, and it learns.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ....ops import Affine, Array
from ....tape import tree_map
from .kinds import KINDS, Network


def draw(kind: str, seed: int, fault: str | None = None, amount: float = 0.0, **settings) -> Network:
    """Return the network of these settings, with its fault if it has one. The precision is that of ``settings``."""
    rng = np.random.default_rng((seed, 7))
    network = KINDS[kind](rng, **settings)
    if fault is None:
        return network
    spoiled = FAULTS[fault](rng, amount)(network.params)
    return network._replace(params=tree_map(lambda array: array.astype(settings["dtype"]), spoiled))


def _of_maps(change: Callable[[Affine], Affine]) -> Callable:
    """The fault that changes each affine map in front of the readout; of a transformer, those of its MLPs."""

    def spoil(params: list) -> list:
        return [*(_changed(block, change) for block in params[:-1]), params[-1]]

    return spoil


def _changed(tree, change):
    if isinstance(tree, Affine):
        return change(tree)
    if not isinstance(tree, tuple):
        return tree
    branches = [_changed(branch, change) for branch in tree]
    return type(tree)(*branches) if hasattr(tree, "_fields") else tuple(branches)


def _of_readout(change: Callable[[Affine], Affine]) -> Callable:
    return lambda params: [*params[:-1], params[-1]._replace(affine=change(params[-1].affine))]


def _of_one_layer(change: Callable[[Affine], Affine], rng) -> Callable:
    """The fault that changes one layer alone, drawn by chance."""

    def spoil(params: list) -> list:
        k = int(rng.integers(len(params) - 1))
        return [_changed(block, change) if i == k else block for i, block in enumerate(params)]

    return spoil


def _everywhere(change: Callable[[Array], Array]) -> Callable:
    """The fault that changes every matrix, the readout's too."""
    return lambda params: tree_map(lambda array: change(array) if array.ndim >= 2 else array, params)


def _sparse(rng, share):
    return _of_maps(lambda affine: affine._replace(W=affine.W * (rng.random(affine.W.shape) < share)))


def _low_rank(rng, rank):
    def project(affine):
        left = rng.standard_normal((affine.W.shape[0], int(rank)))
        right = rng.standard_normal((int(rank), affine.W.shape[1]))
        product = left @ right
        return affine._replace(W=product * np.linalg.norm(affine.W) / np.linalg.norm(product))

    return _of_maps(project)


def _heavy(rng, freedom):
    def draw(affine):
        W = rng.standard_t(freedom, affine.W.shape)
        return affine._replace(W=W * np.linalg.norm(affine.W) / np.linalg.norm(W))

    return _of_maps(draw)


def _last_maps(amount):
    """The fault that multiplies the last map of each branch that has two."""

    def spoil(params: list) -> list:
        return [
            (*block[:-1], _changed(block[-1], lambda affine: affine._replace(W=affine.W * amount)))
            if type(block) is tuple
            else block
            for block in params
        ]

    return spoil


def _shifted(amount):
    return _of_maps(lambda affine: affine._replace(b=affine.b + amount))


FAULTS: dict[str, Callable] = {  # (rng, amount) -> params -> params
    "constant": lambda rng, amount: _everywhere(lambda W: np.full_like(W, amount)),
    "constant hidden": lambda rng, amount: _of_maps(lambda affine: affine._replace(W=np.full_like(affine.W, amount))),
    "nearly constant": lambda rng, amount: _everywhere(
        lambda W: 1 / W.shape[-2] + amount * rng.standard_normal(W.shape)
    ),
    "readout": lambda rng, amount: _of_readout(lambda affine: affine._replace(W=affine.W * amount)),
    "bias": lambda rng, amount: _shifted(amount),
    "one layer": lambda rng, amount: _of_one_layer(lambda affine: affine._replace(W=affine.W * amount), rng),
    "one bias": lambda rng, amount: _of_one_layer(lambda affine: affine._replace(b=affine.b + amount), rng),
    "equal units": lambda rng, amount: _of_one_layer(
        lambda affine: affine._replace(W=np.repeat(affine.W[:, :1], affine.W.shape[1], axis=1)), rng
    ),
    "last maps": lambda rng, amount: _last_maps(amount),
    "sparse": _sparse,
    "low rank": _low_rank,
    "heavy tails": _heavy,
}
