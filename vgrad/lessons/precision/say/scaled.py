"""What is said of nets whose passes run in 16 bits."""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words.phrases import five, lines, points, whose

MEAN = 10  # batches whose mean accuracy is drawn


def label(record) -> str:
    """Return the format of a record's passes, and its loss scale if there is one."""
    if record.every is not None:
        return f"{record.precision}, a dynamic scale"
    if record.scale == 1:
        return record.precision
    return f"{record.precision}, scale {power(record.scale)}"


def power(number: float) -> str:
    """Return a power of two as people write it, such as 2⁻²⁰, and any other number with two digits."""
    exponent = np.log2(number)
    if exponent == 0:
        return "1"
    return f"2{str(round(exponent)).translate(grammar.RAISED)}" if exponent % 1 == 0 else grammar.number(number)


def accuracy_sentence(records) -> str:
    """Say which accuracy the nets of each record reach, and what they have in common."""
    first, *others = [(label(record).replace(", ", " with "), np.median(record.right)) for record in records]
    told = [f"in {first[0]} the networks classify {first[1]:.0%} of the pictures correctly"]
    told += [f"in {name} {share:.0%}" for name, share in others]
    found = f"{', '.join(told[:-1])} and {told[-1]}" if others else told[0]
    one = records[0]
    factors = sorted({record.factor for record in records}, reverse=True)
    loss = f"loss × {' or '.join(map(power, factors))}"
    protocol = f"{whose(one.seeds)}, {one.depth} tanh layers of {one.width} units, Adam at {one.rate:g}, {loss}."
    how = f"The accuracy is the mean of the last {MEAN} batches, of {one.batch} pictures each. Weights are in float32."
    return lines(f"{found[0].upper()}{found[1:]}.", protocol, how)


def accuracy_alt(records) -> str:
    """Say in words what is drawn: the accuracy of each record's nets along training."""
    told = []
    for record in records:
        course = np.median(means(record), axis=0)
        steps = five(1, len(course))
        told.append(f"{label(record)} {points([course[k - 1] for k in steps], [MEAN * k for k in steps], 'at step')}")
    return f"The accuracy of the batches over the steps of training: {'; '.join(told)}."


def means(record):
    """Return the mean accuracy of ten batches each, (seeds, steps / 10); what is not a number counts as 0."""
    rows = np.nan_to_num(record.accuracy)
    span = min(MEAN, rows.shape[1])
    return rows[:, : rows.shape[1] // span * span].reshape(len(rows), -1, span).mean(axis=-1)
