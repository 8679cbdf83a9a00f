"""Who solves a task whose answer lies T steps back?  Linear recurrences beside a tanh RNN and a GRU.

``solve`` trains networks on one of two tasks. In "first" a network names the first of T symbols, and noise follows the
symbol. In "adding" it adds two numbers that are marked. ``table`` is what the stored tables run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated, Any

import numpy as np

from .... import data, models, ops, probes, require, train
from ....kit.experiments.protocol import CALLS, Batch, Networks, TrainSteps, TwoTimes, Width, measured, require_work
from ....kit.experiments.training import Rates
from ....models.linear import Ring
from ....ops import Array
from ....require import Finite, Seed, guarded
from ..records import RING, SYMBOLS, TASKS, SolveRecord
from . import nets
from .adding import BLOCK, CLIP

NOISE = 0.005  # standard deviation of what follows the symbol

Task = Annotated[str, require.one_of(TASKS)]


@guarded
@measured
def solve(
    task: Task, cell: nets.Solver, *, T: TwoTimes = 100, ring: Ring | None = None, bias: Finite = 0.0,
    width: Width = 32, rate: Rates = 0.01, batch: Batch = 16, steps: TrainSteps = 200, seeds: Networks = 5,
    seed: Seed = 0,
) -> SolveRecord:  # fmt: skip
    """Train ``seeds`` networks on the same batches until all have solved the task, or for so many steps.

    ring : from which "linear" and "selective" draw how much of h a step keeps, (0.99, 0.9999) if it is None; bias : of
    a GRU's update gate. Training is Adam at the learning rate ``rate``, with the gradient clipped to a norm of 1.
    Raises ValueError naming argument and value.
    """
    require_work("T · steps", T, steps, most=10 * CALLS)
    require.total("T · seeds · batch · width", T * seeds * batch * width)
    of = TASKS[task]
    params = nets.solvers(
        cell, of.inputs, of.outputs, ring=ring, bias=bias, width=width, seeds=seeds, seed=seed, pulse=task == "first"
    )
    draw = partial(DRAWS[task], T, batch, dtype="float32")
    reach_before = reach(nets.CELLS[cell], params, *draw(rng=np.random.default_rng((seed, 2))))
    ring = ring or RING if cell in nets.LINEAR else None
    record = SolveRecord(task, cell, ring, bias, T, width, rate, batch, steps, reach_before, np.empty((seeds, 0)))
    model = train.sequence(nets.CELLS[cell])
    drawn = batches(draw, np.random.default_rng((seed, 1)))
    return trained(record, train.fit(params, model, drawn, optimizer=train.adam(rate), steps=steps, clip_norm=CLIP))


def first_of(T: int, N: int, *, rng: np.random.Generator, dtype: str) -> tuple[Array, Array]:
    """xs (T, N, SYMBOLS) and labels (N,): a symbol, one-hot, at the first step, and noise at every other one."""
    xs = NOISE * rng.standard_normal((T, N, SYMBOLS))
    labels = rng.integers(0, SYMBOLS, N)
    xs[0] = data.one_hot(labels, SYMBOLS)
    return xs.astype(dtype), labels


DRAWS: dict[str, Callable] = {"first": first_of, "adding": data.adding}


def table(task: str, cell: str, **settings) -> dict[str, Any]:
    """Return what the stored tables keep of each network.

    That is when it had solved the task, its score in means of BLOCK steps, its last score, and how much of the gradient
    reached the first state before training.
    """
    record = solve(task, cell, **settings)
    blocks = record.scores[:, : record.done // BLOCK * BLOCK].reshape(record.seeds, -1, BLOCK)
    return dict(
        solved=record.solved, done=record.done, scores=blocks.mean(axis=-1), final=record.final, reach=record.reach
    )


def batches(draw: Callable, rng: np.random.Generator) -> Iterator:
    """Yield new batches without an end."""
    while True:
        yield draw(rng=rng)


def trained(record: SolveRecord, fitted: Iterator[train.TrainRecord]) -> SolveRecord:
    """The record after training, which ends when all networks have solved the task."""
    scores = []
    trouble = None
    for now in fitted:
        scores.append(now.loss if now.accuracy is None else now.accuracy)
        trouble = now.trouble
        if None not in record._replace(scores=np.stack(scores, axis=-1)).solved:
            break
    return record._replace(scores=np.stack(scores, axis=-1), trouble=trouble)


def reach(cell: Callable | str, params, xs: Array, target: Array) -> Array:
    """‖dL/dh_1‖ / ‖dL/dh_T‖ of a loss at the last step."""
    outputs, tape = models.unroll(cell, params, xs)
    _, pullback = (ops.softmax_cross_entropy if target.dtype.kind in "iu" else ops.mse)(outputs[-1], target)
    doutputs = np.zeros_like(outputs)
    doutputs[-1] = pullback()
    norms = probes.norms_in_time(tape, doutputs)
    return norms[..., 0] / norms[..., -1]
