"""Is, or are?  The verb agrees with the first noun, however many other nouns have come in between.

    the key near the old cabinets that the sailors painted ...    is
    the keys near the old cabinet that the sailor painted ...     are

The task is that of Linzen, Dupoux & Goldberg 2016, the words and the grammar are this project's own. A sentence stops
where its verb would stand. Any noun may be the subject or stand between: which one counts is told by its place alone.
The nouns in between, the attractors, are singular or plural as a coin falls, whatever the subject is; other words do
not change with number (the verbs of the relative clauses are in the past tense), so that they say nothing.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from .. import require
from ..require import Precision, Rng, guarded
from .points import Many, even
from .sequences import one_hot

Array = np.ndarray
VERBS = ("is", "are")  # by label: 0 singular, 1 plural
_PEOPLE = ("teacher", "farmer", "sailor", "neighbour", "doctor", "child", "woman", "man")
_THINGS = ("key", "cabinet", "door", "window", "chair", "lamp", "clock", "picture", "tree", "boat", "box", "bench")
_IRREGULAR = {"child": "children", "woman": "women", "man": "men", "box": "boxes", "bench": "benches"}
NOUNS = {noun: _IRREGULAR.get(noun, f"{noun}s") for noun in _PEOPLE + _THINGS}  # singular: plural
_WORDS = {
    "NOUN": (*NOUNS, *NOUNS.values()),  # as many singular as plural: one choice is a fair coin too
    "PERSON": (*_PEOPLE, *(NOUNS[person] for person in _PEOPLE)),
    "BY": ("near", "behind", "beside", "opposite"),
    "FINE": ("strange", "lovely", "famous", "curious"),
    "OLD": ("old", "new", "small", "big"),
    "SAW": ("saw", "found", "painted", "watched", "sketched", "remembered"),
}
_PLACES = ("BY the NOUN", "BY the OLD NOUN", "BY the FINE OLD NOUN")
_CLAUSES = ("that the PERSON SAW", "that the OLD PERSON SAW")  # need a noun before them: never two in a row
_ENDINGS = ("nearby", "over there")  # no noun; they fill the last one or two places
_PHRASES = {template: len(template.split()) for template in (*_PLACES, *_CLAUSES, *_ENDINGS)}
_FIXED = {word for template in _PHRASES for word in template.split() if word not in _WORDS}
VOCABULARY = tuple(sorted(_FIXED.union(*_WORDS.values())))
_INDEX = {word: index for index, word in enumerate(VOCABULARY)}


Distance = Annotated[int, require.whole_from(0, 1000)]  # words; nobody reads a longer sentence


class Sentences(NamedTuple):
    """N sentences of T words: xs (T, N, V) one-hot in VOCABULARY's order, labels (N,) 0 or 1, words N lists of T."""

    xs: Array
    labels: Array
    words: list[list[str]]


@guarded
def agreement(distance: Distance, N: Many, *, rng: Rng, dtype: Precision = "float64") -> Sentences:
    """Return N sentences whose subject is followed by ``distance`` words, and then by is (label 0) or are (label 1).

    T = distance + 2: "the", the subject, ``distance`` words; the verb is the answer to be given after the last word.
    Half of the subjects are plural (to within one). From distance 3 on at least one noun follows the subject, and the
    last noun says nothing of the label: to answer by it is right half of the time, at a cross-entropy of ln 2.
    (To count all nouns, the subject among them, is right more often: 71 % at distance 12, 62 % at distance 50.)
    Raises ValueError unless distance is from 0 to 1,000 and N from 1 to 100,000, and for more than 100,000,000 numbers
    in all.
    """
    require.total("N · (distance + 2) · len(VOCABULARY)", N * (distance + 2) * len(VOCABULARY))
    labels = even(2, N, rng)
    chance = rng.random((N, 1 + 2 * distance)).tolist()  # the subject; at most every word and every phrase
    words = [_sentence(distance, label, iter(draws)) for label, draws in zip(labels.tolist(), chance, strict=True)]
    return Sentences(_one_hot(words, dtype), labels, words)


@guarded
def encode(sentence: str, *, dtype: Precision = "float64") -> Array:
    """Return a sentence of your own, such as "the key near the doors", as a batch of one: xs (T, 1, V), one-hot.

    Raises ValueError for a word that is not in VOCABULARY; capitals do not matter.
    """
    words = sentence.lower().split() if isinstance(sentence, str) else []
    if not 0 < len(words) <= 10_000:
        raise ValueError(f"sentence is {sentence!r:.99}; allowed is a string of 1 to 10000 words of VOCABULARY")
    for word in words:
        require.choice("word", word, VOCABULARY)
    return _one_hot([words], dtype)


def _sentence(distance: int, label: int, draws) -> list[str]:
    """A subject of the number asked for, then phrases until ``distance`` words are full; draws yields U(0, 1)."""

    def pick(options):
        return options[int(next(draws) * len(options))]

    words = ["the", pick(tuple(NOUNS.items()))[label]]
    phrase = ""
    while len(words) < distance + 2:
        phrase = pick(_fitting(distance + 2 - len(words), phrase))
        words += [pick(_WORDS[word]) if word in _WORDS else word for word in phrase.split()]
    return words


def _fitting(left: int, before: str) -> list[str]:
    """The phrases that may come next: short enough, an ending only at the end, no clause right after a clause."""
    kinds = _PLACES if before in _CLAUSES else _PLACES + _CLAUSES
    return [phrase for phrase in kinds if _PHRASES[phrase] <= left] or [_ENDINGS[left - 1]]


def _one_hot(words: list[list[str]], dtype: str) -> Array:
    return one_hot(
        np.array([[_INDEX[word] for word in sentence] for sentence in words]).T, len(VOCABULARY), dtype=dtype
    )
