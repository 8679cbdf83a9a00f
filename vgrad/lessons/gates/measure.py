"""Which paths the gradient takes through a gated cell.

There is the highway of the cell state, and there are the detours through the gates.
"""

from __future__ import annotations

import numpy as np

from ... import models, probes
from ...kit.experiments.protocol import AtLeastTwo, measured
from ...kit.experiments.reach import D, networks, relative_to_identity, rms
from ...require import Count, Finite, NonNegative, Seed, guarded
from ...tape import Tape
from .records import GatesRecord


@guarded
@measured
def compare(
    *, forget_bias: Finite = 1.0, mode: str = "alone", update_bias: Finite = 1.0, T: AtLeastTwo = 50,
    width: Count = 16, sigma: NonNegative = 1.0, batch: Count = 2, seed: Seed = 0,
) -> GatesRecord:  # fmt: skip
    """Measure the Jacobians of an RNN, an LSTM and a GRU between all pairs of T steps.

    All three get the same inputs x ~ N(0, sigma²). forget_bias, mode : of the LSTM, as in ``networks``; update_bias :
    of the GRU.
    """
    xs = sigma * np.random.default_rng((seed, 1)).standard_normal((T, batch, D))
    biases = {"rnn": {}, "lstm": dict(bias=forget_bias, mode=mode), "gru": dict(bias=update_bias)}
    tapes = {}
    for cell, bias in biases.items():
        (params,) = networks(cell, **bias, T=T, width=width, seeds=1, seed=seed, apart=True)
        _, tapes[cell] = models.unroll(cell, params, xs)
    maps = {cell: relative_to_identity(probes.jacobian_norms(tape)) for cell, tape in tapes.items()}
    parts = [rms(part) / width**0.5 for part in split(tapes["lstm"])]
    return GatesRecord(forget_bias, mode, update_bias, T, width, sigma, batch, seed, maps, *parts)


@measured
def split(tape: Tape) -> probes.Highway:
    """Return an LSTM's dc_T / dc_k in its two parts, as ``probes.highway`` has it, on one BLAS thread."""
    return probes.highway(tape)
