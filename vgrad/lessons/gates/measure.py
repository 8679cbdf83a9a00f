"""Which paths the gradient takes through a gated cell.

There is the highway of the cell state, and there are the detours through the gates.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from ... import models, probes
from ...kit.experiments.protocol import measured, require_work
from ...kit.experiments.reach import D, networks, relative_to_identity, rms
from ...require import Finite, NonNegative, Seed, guarded, whole_from
from ...tape import Tape
from .records import GatesRecord

WORK = 10**11  # multiplications


Pairs = Annotated[int, whole_from(2, 200)]  # steps, each of which is paired with each
Units = Annotated[int, whole_from(1, 256)]


@guarded
@measured
def compare(
    *, forget_bias: Finite = 1.0, mode: str = "alone", update_bias: Finite = 1.0, T: Pairs = 50,
    width: Units = 16, sigma: NonNegative = 1.0, batch: Units = 2, seed: Seed = 0,
) -> GatesRecord:  # fmt: skip
    """Measure the Jacobians of an RNN, an LSTM and a GRU between all pairs of T steps.

    All three get the same inputs x ~ N(0, sigma²). forget_bias, mode : of the LSTM, as in ``networks``; update_bias :
    of the GRU.
    """
    require_work("T² · batch · width³", T**2, batch, width**3, most=WORK)
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
