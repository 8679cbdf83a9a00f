"""What linear recurrences do to a gradient and to a memory, beside a tanh RNN and a GRU.

``ring`` measures the gradient by time. ``state_sizes`` measures how large a state becomes with and without γ.
``selective`` measures a gate that the input opens.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

import numpy as np

from .... import cells, models, ops, probes, require, theory
from ....kit.experiments.protocol import Batch, Networks, Time, Width, measured, require_work
from ....models.linear import Angle, Ring
from ....ops import Array
from ....require import Seed, guarded
from ....tape import backprop
from ..records import RING, RingRecord, SelectiveRecord, SizesRecord
from .nets import without_gamma

D = 2  # inputs a step
RATIOS = (0.9, 0.99, 0.999)
WIDE = 16  # inputs a step of white noise
TINY, LARGEST = 1e-6, 10.0
BELOW_ONE = 1 - 1e-9
MOST = 20  # numbers r of one call
KEEP, FORGET = -6.0, 6.0  # z of the recurrence gate where x is 0, and at a mark, where x is 1

Ratios = Annotated[tuple[float, ...], lambda name, values: _ratios(name, values, LARGEST)]
Kept = Annotated[tuple[float, ...], lambda name, values: _ratios(name, values, BELOW_ONE)]
Marks = Annotated[Sequence[int], lambda name, values: _marks(name, values)]


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


@guarded
@measured
def state_sizes(
    r: Kept = RATIOS, *, T: Time = 1000, width: Width = 32, batch: Batch = 8, seeds: Networks = 5, seed: Seed = 0
) -> SizesRecord:
    """h_t = r h_{t-1} + γ u_t.  Measure the rms of h_t, with γ = √(1 - r²) and without it, where u is white noise.

    r : for each number a diagonal recurrence whose units all have λ = r. The noise has variance 1 in each unit, and h_0
    is 0.
    """
    r = tuple(map(float, r))
    require.total("len(r) · T · seeds · batch · width", len(r) * T * seeds * batch * width)
    rng = np.random.default_rng((seed, 1))
    xs = rng.standard_normal((T, batch, WIDE))
    params: Any = models.init_linear("diagonal", WIDE, width, rng=rng, ensemble=(seeds,))
    W_x = params.W_x / np.linalg.norm(params.W_x, axis=-2, keepdims=True)
    nu = np.log(-np.log(r))[:, None, None] + np.zeros((seeds, width))
    params = cells.Diagonal(W_x + np.zeros((len(r), 1, 1, 1)), np.zeros(nu.shape), nu)
    found = [_rms(each, xs) for each in (params, without_gamma(params))]
    return SizesRecord(r, T, width, seeds, *found, *(_expected(r, T, flag) for flag in (True, False)))


def _expected(r: tuple[float, ...], T: int, normalized: bool) -> Array:
    """What theory says of the rms of h_1 … h_T, (len(r), T)."""
    rms = require.bare(theory.memory_rms)
    return np.array([[rms(each, t, normalized=normalized) for t in range(1, T + 1)] for each in r])


def _rms(params: cells.Diagonal, xs: Array) -> Array:
    """The rms of h_1 … h_T over units and samples, (len(r), seeds, T)."""
    hs, _ = models.unroll("diagonal", params, xs)
    return np.moveaxis(np.sqrt((hs**2).mean(axis=(-2, -1))), 0, -1)


@guarded
@measured
def selective(marks: Marks = (50,), *, T: Time = 100) -> SelectiveRecord:
    """a_t = exp(-8 softplus(nu) σ(z_t)).  Let the input open the gate of one unit of "gated_linear" that forgets.

    marks : the steps t from 1 to T whose x_t is 1, where z is 6; elsewhere x_t is 0, and z is -6. A gradient of h_T is
    sent back: with marks=() nothing is to be forgotten.
    """
    for mark in marks:
        require.whole("marks", mark, 1, T)
    xs = np.zeros((T, 1, 1))
    xs[[mark - 1 for mark in marks]] = 1.0
    W_x = np.array([[FORGET - KEEP, 0.0, 1.0]])  # of the parts r, i, u
    params = cells.GatedLinear(W_x, np.array([KEEP, 0.0, 0.0]), np.zeros(1))
    _, tape = models.unroll("gated_linear", params, xs)
    dhs = [step.cotangent[0].item() for step in backprop(tape, (np.ones((1, 1)),))]
    gates = np.array([J.item() for J in probes.transitions(tape)])
    return SelectiveRecord(tuple(map(int, marks)), T, gates, np.array(dhs[::-1]))


def _ratios(name: str, values, most: float) -> None:
    """Raise ValueError unless ``values`` are one to MOST numbers above 0."""
    for value in require.several(name, values, MOST):
        require.number(name, value, TINY, most)


def _marks(name: str, values) -> None:
    """Raise ValueError unless ``values`` are whole numbers from 1, or none."""
    many = isinstance(values, (tuple, list))
    require.instance(name, values, many, "a tuple of steps, from 1 to T")
