"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the explorer `connectivity`, where the gradient reaches the words of a sentence.
"""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words import cells
from ....kit.words.phrases import five, it_is, points

LOOKS = {name: cells.CELLS[name] for name in ("rnn", "lstm", "gru")}


def sentence(record) -> str:
    """Say what arrives at the first word through each cell; the networks."""
    return " ".join([f"{_finding(record)}.", *_left_out(record), _networks(record)])


def alt(record) -> str:
    """Say in words what is drawn: what arrives at five of the words."""
    if not record.words:
        return "An empty picture of the gradient at each word of a sentence: no sentence is given."
    at = five(0, len(record.words) - 1)
    words = [f'"{record.words[k]}"' for k in at]
    parts = []
    for cell, band in record.reach.items():
        parts.append(f"{LOOKS[cell].label}: {points([band.median[k] for k in at], words, 'at')}")
    return f"The gradient at each word, relative to the last one's. {'; '.join(parts)}. {_networks(record)}"


def _finding(record) -> str:
    if not record.words:
        return "There is no sentence: type one"
    if len(record.words) == 1:
        return f'"{record.words[0]}" is first and last in one, and there is nothing to lose on the way'
    back = grammar.count(len(record.words) - 1, "word")
    arrives = {cell: band.median[0] for cell, band in record.reach.items()}
    parts = [
        it_is(ratio, f"{grammar.number(ratio)} through the {LOOKS[cell].label}") for cell, ratio in arrives.items()
    ]
    ends = f'Of the gradient at "{record.words[-1]}", so much reaches "{record.words[0]}"'
    return f"{ends}, {back} back: {'; '.join(parts)}"


def _left_out(record) -> list[str]:
    if not record.left_out:
        return []
    more = grammar.count(record.left_out, "word")
    return [f"Only the first {len(record.words)} words were read; {more} more did not fit."]


def _networks(record) -> str:
    biases = f"b_f = {record.forget_bias:g}, b_u = {record.update_bias:g}, W_h × {record.gain:g}"
    nets = f"{grammar.count(record.seeds, 'untrained network')} of each kind"
    return f"Median of {nets}, {biases}; each word is a vector drawn by its letters, whether or not it is English."


def agreement_sentence(record) -> str:
    """Say how many networks have learned the agreement, for each distance of the subject."""
    of = record.accuracy.shape[1]
    each = zip(record.distances, record.learnt, strict=True)
    parts = [f"{learnt} of {of} with {distance} words between" for distance, learnt in each]
    faded = [
        str(d)
        for d, before, after in zip(record.distances, record.before, record.after, strict=True)
        if np.median(after) < 0.1 * np.median(before)
    ]
    how = f"while they are trained it fades further at distance {', '.join(faded)}" if faded else "training fades none"
    who = f"RNNs that learn is or are in {grammar.count(record.steps, 'step')}"
    return f"{who}: {'; '.join(parts)}. Of the gradient at the subject, {how}."
