"""How much of the gradient reaches each word of a sentence?  And can a net learn what it does not reach?

``connectivity`` sends your own sentence through an RNN, an LSTM and a GRU before any training. ``agree`` trains RNNs to
say whether "is" or "are" follows, while the subject stands further and further back.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np

from .... import data, models, probes, require, train
from ....kit.experiments.protocol import (
    CALLS,
    Band,
    Batch,
    Networks,
    TrainSteps,
    Width,
    band,
    measured,
    relative,
    require_work,
)
from ....kit.experiments.training import Rates
from ....models.recurrent_weights import CellName
from ....ops import Array
from ....require import Finite, NonNegative, Seed, guarded
from ..records import AgreeRecord, ConnectivityRecord

CELLS = ("rnn", "lstm", "gru")
UNITS = 32  # of each net
MOST = 60  # words of a sentence
FRESH = 400  # sentences that a net is asked after training
LEARNT = 0.9  # of fresh sentences answered rightly: such a net has learnt

Sentence = Annotated[str, require.thing("a string, of any words", lambda sentence: isinstance(sentence, str))]
Distances = Annotated[
    Sequence[int],
    lambda name, values: [require.whole(name, distance, 0, 1_000) for distance in require.several(name, values, 100)],
]


@guarded
@measured
def connectivity(
    sentence: Sentence, *, gain: NonNegative = 1.0, forget_bias: Finite = 0.0, update_bias: Finite = 0.0,
    seeds: Networks = 16, seed: Seed = 0,
) -> ConnectivityRecord:  # fmt: skip
    """Send a gradient back from the last word of ``sentence``, and measure what arrives at each word.

    The nets are untrained. They have UNITS units and Xavier's weights, and W_h is multiplied by ``gain``. A word is a
    vector of N(0, 1), drawn by its own letters, so that any word has one, and the same word has the same. forget_bias :
    of the LSTM; update_bias : of the GRU. Raises ValueError for what is not a string.
    """
    words = tuple(sentence.split())
    biases = {"rnn": {}, "lstm": dict(forget_bias=forget_bias), "gru": dict(update_bias=update_bias)}
    options: dict[str, Any] = dict(gain=gain, seeds=seeds, seed=seed)
    reach = {cell: _reach(cell, words[:MOST], **biases[cell], **options) for cell in CELLS} if words else {}
    return ConnectivityRecord(words[:MOST], len(words[MOST:]), gain, forget_bias, update_bias, seeds, reach)


def _reach(cell: str, words, *, seeds: int, seed: int, **options) -> Band:
    """‖dx_k‖ / ‖dx_T‖ of all networks at once."""
    rng = np.random.default_rng(seed)
    xs = np.stack([_vector(word) for word in words])[:, None, None, :]
    params = models.init_recurrent(cell, UNITS, UNITS, rng=rng, ensemble=(seeds,), **options)
    outputs, tape = models.unroll(cell, params, np.broadcast_to(xs, (len(words), seeds, 1, UNITS)))
    doutputs = np.zeros_like(outputs)
    doutputs[-1] = rng.standard_normal(outputs.shape[1:])
    sizes = probes.norm(models.through_time(tape, doutputs)[1])
    return band(relative(sizes.T))


def _vector(word: str) -> Array:
    """A draw of N(0, 1), the same for the same letters; capitals and what is not a letter or a digit do not matter."""
    letters = "".join(filter(str.isalnum, word.lower())) or word
    return np.random.default_rng(zlib.crc32(letters.encode())).standard_normal(UNITS)


@guarded
@measured
def agree(
    *, cell: CellName = "rnn", distances: Distances = (2, 5, 8, 50), units: Width = 16, steps: TrainSteps = 150,
    batch: Batch = 16, rate: Rates = 0.01, seeds: Networks = 5, seed: Seed = 0,
) -> AgreeRecord:  # fmt: skip
    """Train nets to say "is" or "are" at the end of ``data.agreement`` sentences, and ask them 400 new ones.

    Training is Adam at the learning rate ``rate``, with the gradient clipped to a norm of 1. There are ``seeds`` nets
    at each distance, and they learn from the same sentences.
    """
    T = max(distances) + 2
    require_work("(sum(distances) + 2 len(distances)) · steps", sum(distances) + 2 * len(distances), steps, most=CALLS)
    require.total(
        "(max(distances) + 2) · seeds · units · (units + max(batch, 400))",
        T * seeds * units * (units + max(batch, FRESH)),
    )
    settings: dict[str, Any] = dict(units=units, steps=steps, batch=batch, rate=rate, seeds=seeds, seed=seed)
    rows = [_learn(cell, distance, **settings) for distance in distances]
    accuracy, before, after, states = (np.array(part) for part in zip(*rows, strict=True))
    learnt = (accuracy > LEARNT).sum(axis=1)
    return AgreeRecord(cell, tuple(distances), steps, accuracy, before, after, states, learnt)


def _learn(cell, distance, *, units, steps, batch, rate, seeds, seed):
    """Accuracy in the end, the gradient at the subject before training and after it, and both sizes of the states."""
    rng = np.random.default_rng(seed)
    model = train.sequence(cell)
    params = models.init_recurrent(cell, len(data.VOCABULARY), units, readout=2, rng=rng, ensemble=(seeds,))
    probe = data.agreement(distance, batch, rng=rng).xs
    before, small = _subject(cell, params, probe, seeds)
    sentences = (data.agreement(distance, batch, rng=rng) for _ in range(steps))
    batches = ((new.xs, new.labels) for new in sentences)
    for record in train.fit(params, model, batches, optimizer=train.adam(rate), steps=steps, clip_norm=1.0):
        params = record.params
    fresh = data.agreement(distance, FRESH, rng=rng)
    after, large = _subject(cell, params, probe, seeds)
    return model(params, (fresh.xs, fresh.labels)).accuracy, before, after, (small, large)


def _subject(cell, params, xs: Array, seeds: int) -> tuple[Array, Array]:
    """‖dx‖ at the subject, the second word, over that at the last one, and the rms of all h, one per network."""
    T, *sentences = xs.shape
    outputs, tape = models.unroll(cell, params, np.broadcast_to(xs[:, None], (T, seeds, *sentences)))
    doutputs = np.zeros_like(outputs)
    doutputs[-1] = (-1.0, 1.0)  # L = the logit of "are" less that of "is"
    sizes = probes.norm(models.through_time(tape, doutputs)[1])
    hs = np.stack([step.output[0] for step in tape if isinstance(step.output, tuple)])
    return sizes[1] / sizes[-1], np.mean(hs**2, axis=(0, 2, 3)) ** 0.5
