"""Can a layer before a linear recurrence make it add?  A layer with a ReLU, and one without as the control.

    v = φ(x W_x + b),   h' = a ∘ h + γ ∘ (v W_v + b_v)

The layer sees one step, and the recurrence is linear in v. ``table`` is what the stored table "layered" runs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, NamedTuple

import numpy as np

from .... import cells, data, ops, train
from ....kit.experiments.protocol import CALLS, Batch, Networks, TrainSteps, TwoTimes, Width, require_work
from ....kit.experiments.training import Rates
from ....models.mlp import init_affine
from ....models.recurrent_weights import Sequence
from ....ops import Array
from ....require import Seed, guarded, one_of
from ..records import RING, TASKS, SolveRecord
from . import nets, solve
from .adding import CLIP

ACTIVATIONS: dict[str, Callable] = {"relu": ops.relu, "identity": ops.identity}
Activation = Annotated[str, one_of(ACTIVATIONS)]


class Layered(NamedTuple):
    """The parameters of a layer that reads x, and of the diagonal recurrence that reads the layer."""

    W_x: Array
    b: Array
    W_v: Array
    b_v: Array
    nu: Array


def after(activation: str) -> Callable:
    """Return the cell that reads x through a layer with this activation, in the form that ``models.unroll`` takes."""
    phi = ACTIVATIONS[activation]

    def cell(params: Layered, x: Array, state: tuple):
        z, z_pullback = ops.affine(ops.Affine(params.W_x, params.b), x)
        v, v_pullback = phi(z)
        new_state, step_pullback = cells.diagonal(cells.Diagonal(*params[2:]), v, state)

        def pullback(dstate):
            of_step, dv, dold = step_pullback(dstate)
            of_layer, dx = z_pullback(v_pullback(dv))
            return Layered(*of_layer, *of_step[:3]), dx, dold

        return new_state, pullback

    return cell


def networks(*, width: int, seeds: int, seed: int) -> Sequence:
    """Draw ``seeds`` networks with a layer of He's weights, and behind it the recurrences of ``nets.solvers``."""
    of = TASKS["adding"]
    recurrence, readout = nets.solvers(
        "linear", width, of.outputs, ring=RING, bias=0.0, width=width, seeds=seeds, seed=seed, pulse=False
    )
    drawn = [
        init_affine(of.inputs, width, scheme="he_normal", rng=np.random.default_rng((seed, 3, k)), dtype="float32")
        for k in range(seeds)
    ]
    layer = (np.stack(part) for part in zip(*drawn, strict=True))
    return Sequence(Layered(*layer, *recurrence[:3]), readout)


@guarded
def table(
    activation: Activation, *, T: TwoTimes, width: Width, rate: Rates, batch: Batch, steps: TrainSteps,
    seeds: Networks, seed: Seed,
) -> dict[str, Any]:  # fmt: skip
    """Return when each network had learned to add, how many steps were done, its last loss, and what reaches h_1.

    The batches and the training are those of ``solve.solve``.
    """
    require_work("T · steps", T, steps, most=CALLS)
    params = networks(width=width, seeds=seeds, seed=seed)
    cell = after(activation)
    draw = partial(data.adding, T, batch, dtype="float32")
    record = SolveRecord(
        "adding", "linear", RING, 0.0, T, width, rate, batch, steps,
        solve.reach(cell, params, *draw(rng=np.random.default_rng((seed, 2)))), np.empty((seeds, 0)),
    )  # fmt: skip
    batches = solve.batches(draw, np.random.default_rng((seed, 1)))
    fitted = train.fit(params, train.sequence(cell), batches, optimizer=train.adam(rate), steps=steps, clip_norm=CLIP)
    done = solve.trained(record, fitted)
    return dict(solved=done.solved, done=done.done, final=done.final, reach=done.reach)
