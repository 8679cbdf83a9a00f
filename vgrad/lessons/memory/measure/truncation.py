"""Truncated backpropagation through time: how wrong is its gradient, and what can still be learned with it?

    y_t = x_{t-L},   t = 1, 2, …                           (the echo, whose lag is L)
    g_k = Σ over spans of k steps,  dL/dparams where the state before each span is a constant

``truncation`` compares the gradient g_k of an untrained network with its whole gradient. ``echo`` trains networks on
one endless stream, which reaches them in windows of k steps. ``table`` is what the stored table "echo" runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Annotated, Any

import numpy as np

from .... import models, require, train
from ....kit.experiments.protocol import (
    CALLS,
    Batch,
    Networks,
    Time,
    TwoTimes,
    Width,
    measured,
    require_work,
    share_correct,
)  # fmt: skip
from ....kit.experiments.reach import CELLS, CellName, networks
from ....ops import Array, mse, softmax_cross_entropy
from ....require import Finite, Flag, Seed, guarded
from ....tape import leaves, tree_map
from ..records import EchoRecord, TruncationRecord
from .nets import stacked

SPANS = (1, 4, 8, 16, 32)
D = 2  # numbers in each input of ``truncation``, as many as ``networks`` are drawn for
STREAMS = 16  # that a network hears side by side
RATE = 0.01  # of Adam
CLIP = 1.0  # norm to which the gradient is clipped
TESTED = 640  # steps of the new stream, at least
FIRST = 10  # windows whose mean loss is stored
INITS: dict[str, dict[str, Any]] = {"rnn": dict(recurrent="orthogonal"), "gru": {}}

EchoCell = Annotated[str, require.one_of(INITS)]
Heard = Annotated[int, require.whole_from(1, 100_000)]  # steps of a stream


def _spans(name: str, values) -> None:
    for k in require.several(name, values, 100):
        require.whole(name, k, 1, 10**9)


@guarded
@measured
def truncation(
    cell: CellName, *, bias: Finite = 0.0, mode: str = "alone", gain: Finite = 1.0, lag: Time = 8, T: TwoTimes = 64,
    width: Width = 32, batch: Batch = 16, seeds: Networks = 5, seed: Seed = 0,
    spans: Annotated[Sequence[int], _spans] = SPANS,
) -> TruncationRecord:  # fmt: skip
    """Compare the gradient g_k, cut into spans of k steps, with the whole gradient g, for each k in ``spans``.

        error = ‖g_k - g‖ / ‖g‖,   cosine = ⟨g_k, g⟩ / (‖g_k‖ ‖g‖)

    g holds all parameters of the cell together. The gradient of the readout is left out, because truncation does not
    change it. The networks are untrained, their inputs are x ~ N(0, 1), and the loss at every step is the mean square
    of the difference between the output and the input of ``lag`` steps ago, which is 0 before the first step.
    cell, bias, mode : as in ``networks``; gain : multiplies W_h.
    """
    require.total("T · seeds · batch · width", T * seeds * batch * width)
    require_work("T · seeds · batch · width²", T, seeds, batch, width**2)
    require_work("T · spans", T, 1 + len(spans), most=CALLS)
    options: dict[str, Any] = dict(bias=bias, mode=mode, T=T, width=width, seeds=seeds, seed=seed, gain=gain)
    params = networks(cell, readout=D, **options)
    xs = np.random.default_rng((seed, 1)).standard_normal((T, seeds, batch, D))
    outputs, tape = models.unroll(CELLS[cell], params, xs)
    _, pullback = mse(outputs, np.concatenate([np.zeros_like(xs[:lag]), xs])[:T])
    doutputs = pullback()
    whole, *cut = (_flat(models.through_time(tape, doutputs, truncate=k)[0].cell) for k in (None, *spans))
    error, cosine = np.transpose([_compared(each, whole) for each in cut], (1, 2, 0))
    return TruncationRecord(cell, bias, mode, gain, lag, T, width, batch, seeds, tuple(spans), error, cosine)


def _flat(params) -> Array:
    """All numbers of each network's parameters, (seeds, numbers)."""
    return np.concatenate([array.reshape(len(array), -1) for array in leaves(params)], axis=-1)


def _compared(cut: Array, whole: Array) -> tuple[Array, Array]:
    """The relative error and the cosine of each network's gradient, (seeds,) and (seeds,)."""
    size = np.linalg.norm(whole, axis=-1)
    error = np.linalg.norm(cut - whole, axis=-1) / size
    return error, (cut * whole).sum(axis=-1) / (np.linalg.norm(cut, axis=-1) * size)


@guarded
@measured
def echo(
    lag: Time, span: Time, *, cell: EchoCell = "gru", carried: Flag = True, frozen: Flag = False, steps: Heard = 2000,
    width: Width = 32, seeds: Networks = 5, seed: Seed = 0,
) -> EchoRecord:  # fmt: skip
    """Train on a stream of random bits to answer, at every step, the bit of ``lag`` steps ago.

    The stream reaches the networks in windows of ``span`` steps. A window has a loss and an update of its own, and no
    gradient leaves it. carried : whether a window begins in the state where the last one ended, or in 0; frozen :
    whether the cell stays as it was drawn, so that the readout alone learns; steps : how long the stream is, whose last
    part is left out where it does not fill a window; cell : a GRU with all biases 0, or an RNN whose W_h is orthogonal.
    Training is Adam at 0.01, with the gradient clipped to a norm of 1. Then the networks answer a new stream, without
    the steps whose answer lies before its beginning.
    """
    require.whole("span", span, 1, steps)
    require_work("steps", steps + TESTED, most=CALLS)
    require_work("span · seeds · width · (width + 16)", span, seeds, width, width + STREAMS)
    trained = train.fit(
        _listeners(cell, width, seeds, seed), _listening(cell, carried, frozen), _stream(lag, span, (seed, 1)),
        optimizer=train.adam(RATE), steps=steps // span, clip_norm=CLIP,
    )  # fmt: skip
    records = [record._replace(params=None) if record.step < steps // span else record for record in trained]
    loss, course = (np.stack(rows, axis=-1) for rows in zip(*((r.loss, r.accuracy) for r in records), strict=True))
    by_position = _tested(cell, carried, records[-1].params, lag, span, seed)
    return EchoRecord(cell, lag, span, carried, frozen, width, seeds, steps, loss, course, by_position)


def _listeners(cell: str, width: int, seeds: int, seed: int):
    """The networks, in one tree with an ensemble axis."""
    options: dict[str, Any] = dict(readout=2, dtype="float32", **INITS[cell])
    return stacked(lambda rng: models.init_recurrent(cell, 1, width, rng=rng, **options), seeds, seed)


def _stream(lag: int, span: int, seed: tuple[int, ...]) -> Iterator[tuple[Array, Array]]:
    """Windows of an endless stream: inputs of -1 or 1, (span, STREAMS, 1), and the bits of lag steps ago as labels."""
    rng = np.random.default_rng(seed)
    held = rng.integers(0, 2, (lag, STREAMS))
    while True:
        bits = np.concatenate([held, rng.integers(0, 2, (span, STREAMS))])
        yield (2 * bits[lag:, :, None] - 1).astype(np.float32), bits[:span]
        held = bits[span:]


def _listening(cell: str, carried: bool, frozen: bool) -> train.Model:
    """The model of one window after the other. The tape of a window begins in a state that is a constant to it."""
    state = None

    def model(params, batch) -> train.Pass:
        nonlocal state
        outputs, labels, tape = _heard(cell, params, batch, state)
        state = tape[-2].output if carried else None  # of the last step, after which the readout stands
        loss, pullback = softmax_cross_entropy(outputs, labels)
        grads, _, _ = models.through_time(tape, pullback(np.full_like(loss, 1 / len(loss))))
        if frozen:
            grads = grads._replace(cell=tree_map(np.zeros_like, grads.cell))
        correct = share_correct(outputs, labels)
        return train.Pass(loss.mean(axis=0), correct.mean(axis=0), grads, lambda: "the loss is no longer finite")

    return model


def _heard(cell: str, params, batch: tuple[Array, Array], state: tuple | None) -> tuple[Array, Array, models.InTime]:
    """The outputs (span, seeds, N, 2) of a window, its labels for all networks, and its tape."""
    xs, labels = batch
    outputs, tape = models.unroll(cell, params, xs, state)
    return outputs, np.broadcast_to(labels[:, None], outputs.shape[:-1]), tape


def _tested(cell: str, carried: bool, params, lag: int, span: int, seed: int) -> Array:
    """The accuracy on a new stream by the position within a window, (seeds, span)."""
    unknown = -(-lag // span)  # windows at the beginning, which ask for bits that nobody has heard
    windows = unknown + -(-TESTED // span)
    state, correct = None, []
    for batch in islice(_stream(lag, span, (seed, 2)), windows):
        outputs, labels, tape = _heard(cell, params, batch, state)
        state = tape[-2].output if carried else None
        correct.append(share_correct(outputs, labels))
    return np.mean(correct[unknown:], axis=0).T


def table(lag: int, span: int, **settings) -> dict[str, Any]:
    """Return what the stored table "echo" keeps of each network.

    That is its accuracy on a new stream after training, over all positions, and the mean loss of its first FIRST
    windows.   lag, span, settings : as in ``echo``.
    """
    record = echo(lag, span, **settings)
    return dict(accuracy=record.accuracy, start=record.loss[:, :FIRST].mean(axis=1))
