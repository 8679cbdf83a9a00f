"""How much of a gradient a recurrence keeps: a linear one, whose share can be written down, beside a tanh RNN."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from .... import models, probes, require
from ....kit.experiments.protocol import Batch, TwoTimes, Width, measured, require_work
from ....ops import Array
from ....require import Finite, NumberArray, Seed, guarded

D = 2  # inputs per step

Size = Annotated[float, require.number_from(0.001, 0.999999)]


@guarded
@measured
def kept(
    r: Size | None = None, *, T: TwoTimes = 1000, width: Width = 32, batch: Batch = 4, seed: Seed = 0
) -> float:  # fmt: skip
    """‖dL/dh_1‖ / ‖dL/dh_T‖.  Return how much of the gradient of the last h reaches the first, in one network.

    r : |λ| of all units of a linear recurrence h' = λ ∘ h + γ ∘ u, whose angles are drawn from a whole turn. Without it
    the network is a tanh RNN with an orthogonal W_h. All weights, the inputs x ~ N(0, 1) and the gradient of the last h
    depend on the seed.
    """
    require.total("T · batch · width", T * batch * width)
    require_work("T · batch · width²", T, batch, width**2)
    rng = np.random.default_rng(seed)
    params: Any
    if r is None:
        cell = "rnn"
        params = models.init_recurrent(cell, D, width, recurrent="orthogonal", rng=rng)
    else:
        cell = "diagonal"
        params = models.init_linear(cell, D, width, ring=(r, r), angle=2 * np.pi, rng=rng)
    outputs, tape = models.unroll(cell, params, rng.standard_normal((T, batch, D)))
    doutputs = np.zeros_like(outputs)
    doutputs[-1] = rng.standard_normal(outputs.shape[1:])
    norms = probes.norms_in_time(tape, doutputs)
    return float(norms[..., 0] / norms[..., -1])


@guarded
def scan(r: Finite, v: NumberArray) -> Array:
    """h_t = r h_(t-1) + v_t, from h = 0.  Return h_1 … h_T, of the shape of v, whose rows are the steps."""
    require.shape("v", v, "(T, …)", v.ndim > 0)
    h = np.zeros_like(v)
    before = np.zeros_like(h[0]) if len(v) else h
    for t in range(len(v)):
        before = h[t] = r * before + v[t]
    return h
