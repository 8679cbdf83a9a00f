"""Who can learn from afar?  The adding problem: two numbers of a long sequence are marked, and to be added at its end.

``watch``: networks that learn it, a record after every step, with what reaches each time of the gradient, and how far
the gate that keeps the state is open.  ``run``: the last record.  ``table`` is what the stored table "adding" runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat

import numpy as np

from ... import data, models, probes, require, train
from ...kit.experiments.protocol import measured
from ...kit.experiments.reach import CELLS, keeping, networks
from ...ops import Array, affine, mse
from .records import MemoryRecord

BATCH, CLIP = 32, 1.0
MARKS = (0, 25, 50, 100, 200, 400, 800)  # steps at which the stored table says how far the gradient reaches


def train_memory(cell: str, **settings) -> MemoryRecord:
    """Train to the end.   settings : as of ``watch``."""
    *_, record = watch(cell, **settings)
    return record


def watch(
    cell: str, *, bias=0.0, mode="alone", T=100, width=32, rate=0.01, steps=400, seeds=5, every=10, seed=0
) -> Iterator[MemoryRecord]:
    """Train ``seeds`` networks on the same batches, by Adam, clipped to a norm of 1; yield a record after every step.

    cell, bias, mode : as in ``gates``; every : after so many steps the way back through time is measured again. The
    records begin with step 0, before any training. Raises ValueError naming argument and value.
    """
    steps, seeds, every = (require.whole(*one, 1) for one in (("steps", steps), ("seeds", seeds), ("every", every)))
    options = dict(bias=bias, mode=mode, T=T, width=width, seeds=seeds, readout=1, dtype="float32")
    params, rng = networks(cell, seed=seed, **options), np.random.default_rng((seed, 1))
    batches = (data.adding(T, BATCH, rng=rng, dtype="float32") for _ in repeat(None))
    xs, target = data.adding(T, BATCH, rng=np.random.default_rng((seed, 2)), dtype="float32")
    nothing = np.full((seeds, steps), np.nan)
    record = MemoryRecord(cell, bias, mode, T, width, rate, seeds, 0, nothing, *_way_back(cell, params, xs, target), 0)
    model, rule = train.sequence(CELLS[cell]), train.adam(rate)
    fitted = train.fit(params, model, batches, optimizer=rule, steps=steps, clip_norm=CLIP)
    return _watched(record, fitted, xs, target, every)


def _watched(record: MemoryRecord, fitted, xs, target, every: int) -> Iterator[MemoryRecord]:
    """Each step's record, in arrays of its own."""
    step = measured(lambda: next(fitted, None))  # between two steps, whoever draws has the machine as it was
    yield record
    while (now := step()) is not None:
        loss = record.loss.copy()
        loss[:, now.step - 1] = now.loss
        record = record._replace(step=now.step, loss=loss, trouble=now.trouble)
        if now.step % every == 0 or record.done:
            sizes, open_, widest = _way_back(record.cell, now.params, xs, target)
            record = record._replace(sizes=sizes, open=open_, widest=widest, measured=now.step)
        yield record


@measured
def _way_back(cell: str, params, xs: Array, target: Array) -> tuple[Array, Array, Array]:
    """sizes, open and widest of a MemoryRecord: on one batch that is kept for this."""
    outputs, tape = models.unroll(CELLS[cell], params.cell, xs)
    silent = np.zeros_like(outputs)
    silent[-1] = _of_last(params.readout, outputs[-1], target)
    states = [adjoint.cotangent for adjoint in models.back_through_time(tape, silent)]
    sizes = np.stack([probes.norm(np.concatenate(state, axis=-1)) for state in states[::-1]], axis=-1)
    relative = sizes / np.where(sizes[:, -1:] > 0, sizes[:, -1:], 1.0)
    if cell not in ("lstm", "gru"):
        return relative, *np.full((2, len(sizes)), np.nan)
    gate = keeping(cell, params.cell, xs[:, None], outputs).astype(np.float64)
    with np.errstate(divide="ignore"):
        of_each = np.exp(np.log(gate).mean(axis=(0, -2)))
    return relative, gate.mean(axis=(0, -2, -1)), of_each.max(axis=-1)


def _of_last(readout, h: Array, target: Array) -> Array:
    """dL/dh_T."""
    read, pullback = affine(readout, h)
    _, loss_pullback = mse(read, target)
    return pullback(loss_pullback())[1]


BLOCK = 10  # steps whose mean loss is stored


def table(cell: str, **settings) -> dict:
    """Of each network: its loss, means of BLOCK steps; when it had solved it; reach and gates after MARKS steps."""
    marks, reach, open_, widest = [], [], [], []
    for record in watch(cell, every=MARKS[1], **settings):
        if record.step in MARKS:
            marks.append(record.step)
            reach.append(record.sizes[:, 0])
            open_.append(record.open)
            widest.append(record.widest)
    loss = record.loss.reshape(record.seeds, -1, BLOCK).mean(axis=-1)
    return dict(solved=record.solved, loss=loss, marks=marks, reach=reach, open=open_, widest=widest)
