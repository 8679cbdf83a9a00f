"""Which steps make the gradient of the weights that all steps share?

The nets are those of ``unrolled``, so that the picture of one net and the numbers of several belong together.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from .... import models, probes, require
from ....kit.experiments.protocol import Networks, measured
from ....ops import Array
from ....require import Seed, guarded
from ..records import PartsRecord
from .recurrence import LONGEST, drawn_net

Steps = Annotated[int, require.whole_from(1, LONGEST)]


@guarded
@measured
def parts(*, T: Steps = 30, seeds: Networks = 16, seed: Seed = 0) -> PartsRecord:
    """dW_h = Σ_t h_{t-1}ᵀ dz_t.  Measures the part of each step, with a random loss gradient at the last state.

    There are ``seeds`` tanh RNNs of UNITS units, with the spectral radius 1 and inputs of N(0, 1). They read one
    sequence of T inputs each.
    """
    rows = [_of_one_net(T, np.random.default_rng([seed, k])) for k in range(seeds)]
    dh, dW, off = (np.array(row).T for row in zip(*rows, strict=True))
    return PartsRecord(T, dh, dW, off)


def _of_one_net(T: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """‖dh_t‖ / ‖dh_T‖, ‖part of step t‖ / ‖dW_h‖, and how far the last k steps are from dW_h, each (T,)."""
    params, xs, state, _ = drawn_net("rnn", T=T, radius=1.0, sigma=1.0, nonnormality=1.0, rng=rng)
    hs, tape = models.unroll("rnn", params, xs, state)
    doutputs = np.zeros_like(hs)
    doutputs[-1] = rng.standard_normal(hs.shape[1:])
    *steps, _ = models.back_through_time(tape, doutputs)  # the last step first; "input" comes after them
    before = [state[0], *hs[:-1]]
    of_steps = np.array([h.T @ step.grads[1] for h, step in zip(reversed(before), steps, strict=True)])
    sums = np.cumsum(of_steps, axis=0)
    whole = probes.norm(sums[-1])
    dh = np.array([probes.norm(step.cotangent[0]) for step in steps])
    return dh[::-1] / dh[0], probes.norm(of_steps)[::-1] / whole, probes.norm(sums[-1] - sums) / whole
