"""Which paths the gradient takes through a gated cell.

There is the highway of the cell state, and there are the detours through the gates.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from ... import models, probes
from ...kit.experiments.protocol import measured, require_work
from ...kit.experiments.reach import D, networks, rms
from ...ops import Array
from ...require import Finite, NonNegative, Seed, guarded, whole_from
from ...tape import Tape
from .records import GatesRecord

WORK = 10**11  # multiplications


Steps = Annotated[int, whole_from(2, 200)]
Units = Annotated[int, whole_from(1, 256)]


@guarded
@measured
def compare(
    *, forget_bias: Finite = 1.0, mode: str = "alone", update_bias: Finite = 1.0, T: Steps = 50,
    width: Units = 16, sigma: NonNegative = 1.0, batch: Units = 2, seed: Seed = 0,
) -> GatesRecord:  # fmt: skip
    """Measure how much of the last state's gradient reaches each of T steps of an RNN, an LSTM and a GRU.

    All three get the same inputs x ~ N(0, sigma²). forget_bias, mode : of the LSTM, as in ``networks``; update_bias :
    of the GRU.
    """
    require_work("T · batch · width³", T, batch, width**3, most=WORK)
    xs = sigma * np.random.default_rng((seed, 1)).standard_normal((T, batch, D))
    biases = {"rnn": {}, "lstm": dict(bias=forget_bias, mode=mode), "gru": dict(bias=update_bias)}
    tapes = {}
    for cell, bias in biases.items():
        (params,) = networks(cell, **bias, T=T, width=width, seeds=1, seed=seed, apart=True)
        _, tapes[cell] = models.unroll(cell, params, xs)
    kept = {cell: _kept(tape) for cell, tape in tapes.items()}
    parts = [rms(part) / width**0.5 for part in split(tapes["lstm"])]
    return GatesRecord(forget_bias, mode, update_bias, T, width, sigma, batch, seed, kept, *parts)


def _kept(tape: Tape) -> Array:
    """‖d state_T / d state_k‖ for k = 1 … T, over that of the identity, which is what a random gradient keeps."""
    later = probes.transitions(tape)[1:]
    J = np.broadcast_to(np.eye(later[-1].shape[-1]), later[-1].shape)
    jacobians = [J]
    for step in reversed(later):
        J = J @ step
        jacobians.append(J)
    return rms(np.stack(jacobians[::-1])) / J.shape[-1] ** 0.5


@measured
def split(tape: Tape) -> probes.Highway:
    """Return an LSTM's dc_T / dc_k in its two parts, as ``probes.highway`` has it, on one BLAS thread."""
    return probes.highway(tape)
