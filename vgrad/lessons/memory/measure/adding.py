"""Who can learn from afar?  The adding problem: two numbers of a long sequence are marked, and to be added at its end.

``watch`` trains networks on it and yields a record after every step, which holds how much of the gradient reaches each
time, and how far the gate that keeps the state is open. ``train_memory`` returns the last record. ``table`` is what the
stored table "adding" runs.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import repeat
from typing import Any

import numpy as np

from .... import data, models, probes, require, train
from ....kit.experiments.protocol import CALLS, Networks, TrainSteps, TwoTimes, Width, measured, require_work
from ....kit.experiments.reach import keeping
from ....kit.experiments.training import Rates
from ....ops import Array, affine, mse
from ....require import Count, Finite, Flag, Seed, guarded
from ..records import MemoryRecord
from .nets import CELLS, CellName, networks

BATCH = 32
CLIP = 1.0  # norm to which the gradient is clipped
BLOCK = 10  # steps whose mean loss is stored
MARKS = (0, 25, 50, 100, 200, 400, 800)  # steps at which the stored table says how far the gradient reaches


def train_memory(cell: str, **settings) -> MemoryRecord:
    """Train to the end, and return the last record of ``watch``, which takes the same settings."""
    *_, record = watch(cell, **settings)
    return record


@guarded
def watch(
    cell: CellName, *, bias: Finite = 0.0, mode: str = "alone", T: TwoTimes = 100, width: Width = 32,
    rate: Rates = 0.01, steps: TrainSteps = 400, seeds: Networks = 5, every: Count = 10, seed: Seed = 0,
    span: Count | None = None, shuffled: Flag = False,
) -> Generator[MemoryRecord, None, None]:  # fmt: skip
    """Train ``seeds`` networks on the same batches, and yield a record after every step.

    Training is Adam at the learning rate ``rate``, with the gradient clipped to a norm of 1. cell, bias, mode : as in
    ``networks``; every : after so many steps the backward pass through time is measured again; span : how many of the
    last steps the gradient goes back through, which is all where it is None; shuffled : whether each sequence of a
    batch gets the answer of another one, so that there is nothing to remember, which is a control. The records begin
    with step 0, before any training. Raises ValueError naming argument and value.
    """
    require_work("T · steps", T, steps, most=CALLS)
    require.total("T · seeds · width · (width + 32)", T * seeds * width * (width + BATCH))
    options: dict[str, Any] = dict(bias=bias, mode=mode, T=T, width=width, seeds=seeds, seed=seed)
    params = networks(cell, readout=1, dtype="float32", **options)
    rng = np.random.default_rng((seed, 1))
    batches = (_batch(T, rng, shuffled) for _ in repeat(None))
    xs, target = data.adding(T, BATCH, rng=np.random.default_rng((seed, 2)), dtype="float32")
    to_come = np.full((seeds, steps), np.nan)
    span = None if span is not None and span >= T else span
    found = _way_back(cell, params, xs, target, span)
    record = MemoryRecord(cell, bias, mode, T, width, rate, seeds, 0, to_come, *found, 0, span=span)
    fitted = train.fit(
        params, _model(CELLS[cell], span), batches, optimizer=train.adam(rate), steps=steps, clip_norm=CLIP
    )
    return _watched(record, fitted, xs, target, every)


def _batch(T: int, rng, shuffled: bool) -> tuple[Array, Array]:
    """Sequences and their answers, or the answers of others among them."""
    xs, target = data.adding(T, BATCH, rng=rng, dtype="float32")
    return xs, rng.permutation(target) if shuffled else target


def _watched(
    record: MemoryRecord, fitted: Iterator, xs: Array, target: Array, every: int
) -> Generator[MemoryRecord, None, None]:
    """Yield each step's record, in arrays of its own."""
    step = measured(lambda: next(fitted, None))  # between two steps, whoever draws has the machine as it was
    yield record
    while (now := step()) is not None:
        loss = record.loss.copy()
        loss[:, now.step - 1] = now.loss
        record = record._replace(step=now.step, loss=loss, trouble=now.trouble)
        if now.step % every == 0 or record.done:
            sizes, opened, widest = _way_back(record.cell, now.params, xs, target, record.span)
            record = record._replace(sizes=sizes, open=opened, widest=widest, measured=now.step)
        yield record


def _model(cell: str, span: int | None) -> train.Model:
    """The model of training. The state before the last ``span`` steps is a constant to the gradient."""
    whole = train.sequence(cell)
    if span is None:
        return whole

    def model(params, batch) -> train.Pass:
        xs, target = batch
        start = len(xs) - (span or 0)
        _, before = models.unroll(cell, params.cell, xs[:start])
        outputs, tape = models.unroll(cell, params, xs[start:], before[-1].output)
        loss, pullback = mse(outputs[-1], target)
        doutputs = np.zeros_like(outputs)
        doutputs[-1] = pullback()
        grads, _, _ = models.through_time(tape, doutputs)
        return train.Pass(loss, None, grads, lambda: whole(params, batch).trouble())

    return model


@measured
def _way_back(cell: str, params, xs: Array, target: Array, span: int | None) -> tuple[Array, Array, Array]:
    """``sizes``, ``open`` and ``widest`` of a MemoryRecord, on one batch that is kept for this."""
    outputs, tape = models.unroll(CELLS[cell], params.cell, xs)
    doutputs = np.zeros_like(outputs)
    doutputs[-1] = _last_dh(params.readout, outputs[-1], target)
    states = [adjoint.cotangent for adjoint in models.back_through_time(tape, doutputs)]
    sizes = np.stack([probes.norm(np.concatenate(state, axis=-1)) for state in states[::-1]], axis=-1)
    relative = sizes / np.where(sizes[:, -1:] > 0, sizes[:, -1:], 1.0)
    if span is not None:
        relative[:, : len(xs) + 1 - span] = 0.0  # the state before the span counts as a constant
    if cell not in ("lstm", "gru"):
        no_gate = np.full(len(sizes), np.nan)
        return relative, no_gate, no_gate
    gate = keeping(cell, params.cell, xs[:, None], outputs).astype(np.float64)
    with np.errstate(divide="ignore"):
        per_unit = np.exp(np.log(gate).mean(axis=(0, -2)))
    return relative, gate.mean(axis=(0, -2, -1)), per_unit.max(axis=-1)


def _last_dh(readout, h: Array, target: Array) -> Array:
    """dL/dh_T."""
    read, pullback = affine(readout, h)
    _, loss_pullback = mse(read, target)
    return pullback(loss_pullback())[1]


def table(cell: str, **settings) -> dict[str, Any]:
    """Return what the stored table keeps of each network.

    That is its loss, in means of BLOCK steps, the step at which it had solved the problem, and how far the gradient
    reaches and the gates are open after MARKS steps.
    """
    steps = require.whole("steps", settings.get("steps", BLOCK), BLOCK, 10_000)
    require.instance("steps", steps, steps % BLOCK == 0, f"a multiple of {BLOCK}")
    records = [*watch(cell, every=MARKS[1], **settings)]
    marked = [record for record in records if record.step in MARKS]
    last = records[-1]
    return dict(
        solved=last.solved,
        loss=last.loss.reshape(last.seeds, -1, BLOCK).mean(axis=-1),
        marks=[record.step for record in marked],
        reach=[record.sizes[:, 0] for record in marked],
        open=[record.open for record in marked],
        widest=[record.widest for record in marked],
    )
