"""How much of the gradient reaches each word of a sentence?  And can a net learn what it does not reach?

``connectivity``: your own sentence, through an RNN, an LSTM and a GRU before any training.  ``agree``: RNNs that learn
whether "is" or "are" follows, the subject standing further and further back.
"""

from __future__ import annotations

import zlib

import numpy as np

from .... import data, models, probes, require, train
from ....kit.experiments.protocol import Band, band, measured, relative
from ....ops import Array
from ..records import AgreeRecord, ConnectivityRecord

CELLS = ("rnn", "lstm", "gru")
UNITS, MOST = 32, 60  # units of each net, and the most words of a sentence
LEARNT = 0.9  # of fresh sentences answered rightly: such a net has learnt


@measured
def connectivity(sentence: str, *, gain=1.0, forget_bias=0.0, update_bias=0.0, seeds=16, seed=0) -> ConnectivityRecord:
    """Send a gradient back from the last word of ``sentence``.

    The nets are untrained: UNITS units, Xavier's weights, W_h times ``gain``. A word is a vector of N(0, 1), drawn by
    its own letters, so that any word has one, and the same word the same. forget_bias : of the LSTM; update_bias : of
    the GRU. Raises ValueError for what is not a string.
    """
    if not isinstance(sentence, str):
        raise ValueError(f"sentence is {sentence!r}; allowed is a string, of any words")
    words = tuple(sentence.split())
    biases = {"rnn": {}, "lstm": dict(forget_bias=forget_bias), "gru": dict(update_bias=update_bias)}
    options = dict(gain=require.number("gain", gain, 0.0), seeds=require.whole("seeds", seeds, 1), seed=seed)
    reach = {cell: _reach(cell, words[:MOST], **biases[cell], **options) for cell in CELLS} if words else {}
    return ConnectivityRecord(words[:MOST], len(words[MOST:]), gain, forget_bias, update_bias, seeds, reach)


def _reach(cell: str, words, *, seeds: int, seed: int, **options) -> Band:
    """‖dx_k‖ / ‖dx_T‖ of all networks at once."""
    rng = np.random.default_rng(require.whole("seed", seed, 0))
    xs = np.stack([_vector(word) for word in words])[:, None, None, :]
    params = models.init_recurrent(cell, UNITS, UNITS, rng=rng, ensemble=(seeds,), **options)
    outputs, tape = models.unroll(cell, params, np.broadcast_to(xs, (len(words), seeds, 1, UNITS)))
    doutputs = np.zeros_like(outputs)
    doutputs[-1] = rng.standard_normal(outputs.shape[1:])
    sizes = probes.norm(models.through_time(tape, doutputs)[1])
    return band(relative(sizes.T))


def _vector(word: str) -> Array:
    """N(0, 1), the same for the same letters; capitals and what is not a letter or a digit do not matter."""
    letters = "".join(filter(str.isalnum, word.lower())) or word
    return np.random.default_rng(zlib.crc32(letters.encode())).standard_normal(UNITS)


@measured
def agree(
    *, cell="rnn", distances=(2, 5, 8, 50), units=16, steps=150, batch=16, rate=0.01, seeds=5, seed=0
) -> AgreeRecord:
    """Train nets to say "is" or "are" at the end of ``data.agreement`` sentences, and ask them 400 new ones.

    With Adam, and the gradient clipped to a norm of 1; ``seeds`` nets at each distance, on the same sentences.
    """
    distances = [require.whole("distances", distance, 0) for distance in require.several("distances", distances)]
    require.counts(units=units, steps=steps, batch=batch, seeds=seeds)
    settings = dict(units=units, steps=steps, batch=batch, rate=rate, seeds=seeds, seed=require.whole("seed", seed, 0))
    rows = [_learn(cell, distance, **settings) for distance in distances]
    accuracy, before, after = (np.array(part) for part in zip(*rows, strict=True))
    return AgreeRecord(cell, tuple(distances), steps, accuracy, before, after, (accuracy > LEARNT).sum(axis=1))


def _learn(cell, distance, *, units, steps, batch, rate, seeds, seed):
    """Accuracy in the end, and the gradient at the subject before training and after it."""
    rng, model = np.random.default_rng(seed), train.sequence(cell)
    params = models.init_recurrent(cell, len(data.VOCABULARY), units, readout=2, rng=rng, ensemble=(seeds,))
    probe = data.agreement(distance, batch, rng=rng).xs
    before = _subject(cell, params, probe, seeds)
    sentences = (data.agreement(distance, batch, rng=rng) for _ in range(steps))
    batches = ((new.xs, new.labels) for new in sentences)
    for record in train.fit(params, model, batches, optimizer=train.adam(rate), steps=steps, clip_norm=1.0):
        params = record.params
    fresh = data.agreement(distance, 400, rng=rng)
    return model(params, (fresh.xs, fresh.labels)).accuracy, before, _subject(cell, params, probe, seeds)


def _subject(cell, params, xs: Array, seeds: int) -> Array:
    """‖dx‖ at the subject, the second word, over that at the last one, one per network."""
    T, *sentences = xs.shape
    outputs, tape = models.unroll(cell, params, np.broadcast_to(xs[:, None], (T, seeds, *sentences)))
    doutputs = np.zeros_like(outputs)
    doutputs[-1] = (-1.0, 1.0)  # L = the logit of "are" less that of "is"
    sizes = probes.norm(models.through_time(tape, doutputs)[1])
    return sizes[1] / sizes[-1]
