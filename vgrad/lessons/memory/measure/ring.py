"""What linear recurrences do to a gradient, beside a tanh RNN and a GRU."""

from __future__ import annotations

import math
from functools import partial
from typing import Annotated, Any

import numpy as np

from .... import cells, models, ops, probes, require, theory
from ....kit.experiments.protocol import Networks, Time, Width, measured, require_work
from ....models.linear import Angle, Ring
from ....ops import Array
from ....require import Seed, guarded
from ..records import RING, RingRecord

D = 2  # inputs a step
RATIOS = (0.9, 0.99, 0.999)
TINY, LARGEST = 1e-6, 10.0
MOST = 20  # numbers r of one call

Ratios = Annotated[tuple[float, ...], lambda name, values: _ratios(name, values, LARGEST)]


@guarded
@measured
def ring(
    r: Ratios = RATIOS, *, between: Ring = RING, angle: Angle | None = None, T: Time = 1000, width: Width = 32,
    seeds: Networks = 5, seed: Seed = 0,
) -> RingRecord:  # fmt: skip
    """dL/dh_{t-1} = λ* ∘ dL/dh_t.  Send a N(0, 1) gradient of h_T back through T steps, and measure what arrives.

    r : for each number a diagonal recurrence whose units all have |λ| = r; between : the ring from which another one
    draws |λ|, uniform in area; angle : θ of all of them is uniform in [0, angle], or λ and h are real if it is None.
    Beside them stand a tanh RNN with an orthogonal W_h and a GRU with all biases 0. The inputs are x ~ N(0, 1).
    """
    require_work("T · seeds · width²", T, seeds, width**2)
    rng = np.random.default_rng((seed, 1))
    xs = rng.standard_normal((T, 1, D))
    options: dict[str, Any] = dict(rng=rng, ensemble=(seeds,))
    drawn = models.init_linear("diagonal", D, width, ring=between, angle=angle, **options)
    on_ring = _arrives("diagonal", drawn, xs, rng)
    exact = {float(each): _arrives(*_of_size(drawn, float(each)), xs=xs, rng=rng) for each in r}
    rnn = _arrives("rnn", models.init_recurrent("rnn", D, width, recurrent="orthogonal", **options), xs, rng)
    gru = _arrives("gru", models.init_recurrent("gru", D, width, **options), xs, rng)
    back = np.arange(T - 1, -1, -1)
    powers = {each: each**back for each in exact}
    expected = np.array([theory.ring_ratio(int(t), *map(float, between)) for t in back])
    return RingRecord(between, angle, T, width, seeds, exact, powers, on_ring, expected, rnn, gru)


def _arrives(cell, params, xs: Array, rng: np.random.Generator) -> Array:
    """‖dL/dh_t‖ / ‖dL/dh_T‖ for t = 1 … T, (seeds, T)."""
    outputs, tape = models.unroll(cell, params, xs)
    doutputs = np.zeros_like(outputs)
    doutputs[-1] = rng.standard_normal(outputs[-1].shape)
    norms = probes.norms_in_time(tape, doutputs)
    return norms / norms[..., -1:]


def _of_size(params: cells.Diagonal, r: float) -> tuple[Any, cells.Diagonal]:
    """The recurrence and its parameters where all units have |λ| = r."""
    s = -math.log(r)
    if r < 1:
        return "diagonal", params._replace(nu=np.full_like(params.nu, math.log(s)))
    grows = partial(cells.diagonal, normalized=False, decay=ops.identity)  # nu is s itself, and γ is left out
    return grows, params._replace(nu=np.full_like(params.nu, s))


def _ratios(name: str, values, most: float) -> None:
    """Raise ValueError unless ``values`` are one to MOST numbers above 0."""
    for value in require.several(name, values, MOST):
        require.number(name, value, TINY, most)
