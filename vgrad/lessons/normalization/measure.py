"""What does a norm do to the gradient? Networks without one, with batch norm and with layer norm, side by side.

``compare``: the gradient's flow through each.  ``growth``: the factor a layer, against the batch's size. All of flow's
protocol: the same draws, bands and theory.
"""

from __future__ import annotations

import numpy as np

from ... import require
from ...kit.experiments.flow import MULTIPLY_ADDS, flow
from .records import GrowthRecord, NormsRecord

NORMS = ("none", "batch", "layer")
PLACES = {"before": "", "after": "_after"}  # the activation; and what the norm is called in models.NORMS


def compare(
    *, norms=NORMS, place="before", depth=30, width=32, activation="sigmoid", scheme="xavier_normal", gain=1.0,
    batch=32, seeds=16, seed=0, multiply_adds=MULTIPLY_ADDS,
) -> NormsRecord:  # fmt: skip
    """Run ``flow`` once for each of ``norms``, each some of NORMS: the networks differ in nothing else.

    place : "before" or "after" the activation; batch : at least 2, for batch norm's sake; all else as in ``flow``, and
    what is said there of ``multiply_adds`` holds for each norm.
    """
    require.instance("norms", norms, isinstance(norms, (list, tuple)), f"some of {NORMS}")
    norms = [require.choice("norms", norm, NORMS) for norm in norms]
    suffix = PLACES[require.choice("place", place, PLACES)]
    settings = dict(depth=depth, width=width, activation=activation, scheme=scheme, gain=gain, seeds=seeds)
    settings |= dict(batch=require.whole("batch", batch, 2), seed=seed, multiply_adds=multiply_adds)
    flows = {norm: flow(norm=None if norm == "none" else norm + suffix, **settings) for norm in norms}
    return NormsRecord(depth, width, activation, scheme, gain, place, batch, seeds, flows)


def growth(
    activation, *, norm="batch", batches=(4, 6, 8, 12, 16, 32, 64, 128), depth=20, width=64, seeds=16, seed=0
) -> GrowthRecord:
    """By how much a layer multiplies the gradient, for each size of the batch.   norm : one of NORMS."""
    require.choice("norm", norm, NORMS)
    batches = [require.whole("batches", batch, 2) for batch in require.several("batches", batches)]
    depth, factors, theory = require.whole("depth", depth, 2), [], []
    for batch in batches:
        settings = dict(depth=depth, width=width, activation=activation, batch=batch, seeds=seeds, seed=seed)
        record = flow(norm=None if norm == "none" else norm, **settings)
        factors.append((record.dh[:, 0] / record.dh[:, -1]) ** (1 / (depth - 1)))
        theory.append(record.theory["dh"][0] ** (1 / (depth - 1)))
    return GrowthRecord(activation, norm, depth, width, tuple(batches), np.array(factors), np.array(theory))
