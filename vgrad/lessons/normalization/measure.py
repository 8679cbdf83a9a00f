"""What does a norm do to the gradient? Networks without one, with batch norm and with layer norm, side by side.

``compare``: the gradient's flow through each.  ``growth``: the factor a layer, against the batch's size. All of flow's
protocol: the same draws, bands and theory.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from ... import require
from ...kit.experiments.flow import MULTIPLY_ADDS, Activation, Budget, Depth, Many, Net, Scheme, Width, flow
from ...require import NonNegative, Seed
from .records import GrowthRecord, NormsRecord

NORMS = ("none", "batch", "layer")
PLACES = {"before": "", "after": "_after"}  # the activation; and what the norm is called in models.NORMS
Norm = Annotated[str, require.one_of(NORMS)]
Place = Annotated[str, require.one_of(PLACES)]
Two = Annotated[int, require.whole_from(2, 10_000)]


def _require_norms(name: str, values) -> None:
    """Raise ValueError unless ``values`` are a list of some of NORMS, or of none."""
    require.instance(name, values, isinstance(values, (list, tuple)), f"some of {NORMS}")
    for value in values:
        require.choice(name, value, NORMS)


def _require_batches(name: str, values) -> None:
    """Raise ValueError unless ``values`` are one or more sizes of a batch, of at least 2."""
    for value in require.several(name, values, 100):
        require.whole(name, value, 2, 10_000)


@require.guarded
def compare(
    *, norms: Annotated[tuple[str, ...], _require_norms] = NORMS, place: Place = "before", depth: Depth = 30,
    width: Width = 32, activation: Activation = "sigmoid", scheme: Scheme = "xavier_normal", gain: NonNegative = 1.0,
    batch: Two = 32, seeds: Many = 16, seed: Seed = 0, multiply_adds: Budget = MULTIPLY_ADDS,
) -> NormsRecord:  # fmt: skip
    """Run ``flow`` once for each of ``norms``, each some of NORMS: the networks differ in nothing else.

    place : "before" or "after" the activation; batch : at least 2, for batch norm's sake; all else as in ``flow``, and
    what is said there of ``multiply_adds`` holds for each norm.
    """
    net = Net(depth, width, activation, scheme, gain, batch=batch, seeds=seeds, seed=seed)
    named = {norm: None if norm == "none" else norm + PLACES[place] for norm in norms}
    flows = {
        norm: flow(**net._replace(norm=name)._asdict(), multiply_adds=multiply_adds) for norm, name in named.items()
    }
    return NormsRecord(net, place, flows)


@require.guarded
def growth(
    activation: Activation, *, norm: Norm = "batch",
    batches: Annotated[tuple[int, ...], _require_batches] = (4, 6, 8, 12, 16, 32, 64, 128),
    depth: Two = 20, width: Width = 64, seeds: Many = 16, seed: Seed = 0,
) -> GrowthRecord:  # fmt: skip
    """Measure by how much a layer multiplies the gradient, for each size of the batch.   norm : one of NORMS."""
    net = Net(depth, width, activation, norm=None if norm == "none" else norm, seeds=seeds, seed=seed)
    records = [flow(**net._replace(batch=batch)._asdict()) for batch in batches]
    factors = [(record.dh[:, 0] / record.dh[:, -1]) ** (1 / (depth - 1)) for record in records]
    theory = [record.theory["dh"][0] ** (1 / (depth - 1)) for record in records]
    return GrowthRecord(activation, norm, depth, width, tuple(batches), np.array(factors), np.array(theory))
