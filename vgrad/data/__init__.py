"""What the networks learn from: small seeded tasks made of arithmetic and words, and one real set of pictures.

    points        spirals, xor          two features and a class: what depth is for, and what one layer cannot do
    sequences     adding, copy_memory   the answer lies T steps back: how long can a gradient remember?
    sentences     agreement, encode     "the key to the old cabinets": is, or are? memory in words
    handwritten   digits                1797 pictures of 8 × 8 pixels, shipped with the package: nothing is downloaded
    minibatches   batches               pieces of any of these, shuffled, for ever

The contract. Inputs come first, then what is to be learnt from them. Points and pictures are x (N, D), sequences are
time first, xs (T, N, D); labels are whole numbers from 0, targets of a regression are (N, D) like a prediction.
Chance is the keyword ``rng``, a numpy.random.Generator: the same seed gives the same data. ``dtype`` is the precision
of all that is not a label: "float16", "float32" or "float64". How far a net gets without any memory is known beforehand
and said with each sequence: a loss that stays there has learnt nothing of what lies far back. Bad arguments raise a
ValueError that names them.
"""

from __future__ import annotations

from .handwritten import Digits, digits
from .minibatches import batches
from .points import spirals, xor
from .sentences import NOUNS, VERBS, VOCABULARY, Sentences, agreement, encode
from .sequences import ADDING_BASELINE, adding, copy_baseline, copy_memory, one_hot

__all__ = [
    "ADDING_BASELINE",
    "NOUNS",
    "VERBS",
    "VOCABULARY",
    "Digits",
    "Sentences",
    "adding",
    "agreement",
    "batches",
    "copy_baseline",
    "copy_memory",
    "digits",
    "encode",
    "one_hot",
    "spirals",
    "xor",
]
