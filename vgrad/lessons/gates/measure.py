"""Which paths the gradient takes through a gated cell.

There is the highway of the cell state, and there are the detours through the gates.
"""

from __future__ import annotations

import numpy as np

from ... import models, probes, require
from ...kit.experiments.protocol import measured
from ...kit.experiments.reach import D, networks, relative_to_last, rms
from ...tape import Step
from .records import GatesRecord


@measured
def compare(
    *, forget_bias=1.0, mode="alone", update_bias=1.0, T=50, width=16, sigma=1.0, batch=2, seed=0
) -> GatesRecord:  # fmt: skip
    """The Jacobians of an RNN, an LSTM and a GRU between all pairs of T steps, of the same inputs x ~ N(0, sigma²)."""
    T = require.whole("T", T, 2)
    require.counts(width=width, batch=batch)
    forget_bias, update_bias = (
        require.number(*one) for one in (("forget_bias", forget_bias), ("update_bias", update_bias))
    )
    xs = np.random.default_rng((require.whole("seed", seed, 0), 1)).standard_normal((T, batch, D))
    xs *= require.number("sigma", sigma, 0)
    biases = {"rnn": {}, "lstm": dict(bias=forget_bias, mode=mode), "gru": dict(bias=update_bias)}
    tapes = {}
    for cell, bias in biases.items():
        (params,) = networks(cell, **bias, T=T, width=width, seeds=1, seed=seed, apart=True)
        tapes[cell] = models.unroll(cell, params, xs)[1]
    maps = {cell: relative_to_last(probes.jacobian_norms(tape)) for cell, tape in tapes.items()}
    parts = [rms(part) / width**0.5 for part in split(tapes["lstm"])]
    return GatesRecord(forget_bias, mode, update_bias, T, width, sigma, batch, seed, maps, *parts)


@measured
def split(tape: list[Step]) -> probes.Highway:
    """An LSTM's dc_T / dc_k in its two parts, as probes.highway has it."""
    return probes.highway(tape)
