"""What is said under the pictures of transformers that train, and the texts that stand for the pictures."""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words.phrases import lines, points


def middle(rows):
    """Return the median over networks, the last axis."""
    return np.median(rows, axis=-1)


def scales_sentence(record) -> str:
    """Say what each kind of network reaches, and what W_q receives before training with 1/√d and without."""
    divided, whole, _, uniform, _ = middle(record.accuracy)
    before, after = middle(record.starved)[:2]
    found = f"With the scores divided by √d the accuracy is {divided:.2f}, and without the division {whole:.2f}."
    control = f"Uniform attention, in which all weights are equal, reaches {uniform:.2f}."
    pixels = f"A readout of the pixels alone reaches {np.median(record.baseline):.2f}."
    received = (
        f"Before training, W_q receives {grammar.number(before)} times the gradient of W_v with the division, and "
        f"{grammar.number(after)} times without it."
    )
    protocol = "Medians of five networks of 4 blocks, width 64, 16 tokens, each at the best of three learning rates."
    how = "Adam takes 150 steps on batches of 32 digits, and the accuracy is that of the last ten batches."
    return lines([found, control, pixels, received], protocol, how)


def scales_alt(record) -> str:
    """Say in words what is drawn: the ratio of gradients and the accuracies of each kind of network."""
    rows = zip(record.names, record.starved, record.accuracy, strict=True)
    each = (f"{name}: dW_q over dW_v {_span(starved)}, accuracy {_span(accuracy)}" for name, starved, accuracy in rows)
    return f"Five networks each, a dot for each network. {'; '.join(each)}."


def places_sentence(record) -> str:
    """Say at which learning rate each network is best, and what a warm-up changes."""
    told = [_best_of(name, rows, record.rates) for name, rows in zip(record.names, record.accuracy, strict=True)]
    without, with_it = (middle(rows) for rows in record.accuracy[:2])
    at = int((with_it - without).argmax())
    most = (
        f"At a learning rate of {record.rates[at]:g}, the warm-up takes post-norm from an accuracy of "
        f"{without[at]:.2f} to {with_it[at]:.2f}."
    )
    pixels = f"A readout of the pixels alone reaches {np.median(record.baseline):.2f}."
    protocol = "Medians of five networks of 12 blocks, width 32, 8 tokens; the warm-up takes 100 of 200 steps of Adam."
    return lines([most, f"The best accuracies are: {'; '.join(told)}.", pixels], protocol)


def places_alt(record) -> str:
    """Say in words what is drawn: the accuracy of each network at each learning rate."""
    rates = [f"{rate:g}" for rate in record.rates]
    rows = zip(record.names, record.accuracy, strict=True)
    each = (f"{name} {points(middle(accuracy), rates, 'at')}" for name, accuracy in rows)
    return f"Median accuracy by learning rate: {'; '.join(each)}."


def growth_sentence(record) -> str:
    """Say how far the scores spread after training, with and without QK-norm, and what the networks reach."""
    ends = dict(zip(record.names, np.median(record.std[..., -1], axis=1), strict=True))
    start = np.median(record.std[0][:, 0])
    accuracy = dict(zip(record.names, middle(record.accuracy), strict=True))
    plain, normed = record.names[:2]
    found = (
        f"In {record.looks[-1]} steps, the standard deviation of a query's scores grows from {grammar.number(start)} "
        f"to {grammar.number(ends[plain])}. With {normed} it ends at {grammar.number(ends[normed])}."
    )
    told = ", ".join(f"{name} {value:.2f}" for name, value in accuracy.items())
    protocol = f"Medians of five networks of 4 blocks, width 64, 16 tokens, Adam at {record.rate:g}."
    return lines([found, f"The accuracies are: {told}."], protocol, "The scores are those of the first block.")


def growth_alt(record) -> str:
    """Say in words what is drawn: the spread of the scores after each look, and the accuracies."""
    rows = zip(record.names, record.std, record.accuracy, strict=True)
    each = (
        f"{name} {points(np.median(std, axis=0), record.looks, 'after step')}, accuracy {_span(accuracy)}"
        for name, std, accuracy in rows
    )
    return f"Standard deviation of the scores of the first block during training: {'; '.join(each)}."


def starved_sentence(record) -> str:
    """Say how alike the tokens are during training, and what W_q receives then."""
    rows = zip(record.names, record.rest, record.starved, record.accuracy, strict=True)
    told = [
        f"With {name.replace(', ', ' at ')}, the tokens of the last block differ by "
        f"{grammar.number(np.median(rest[:, -1]))} of their size, and W_q receives "
        f"{grammar.number(np.median(starved[:, -1]))} times the gradient of W_v (accuracy {np.median(right):.2f})."
        for name, rest, starved, right in rows
    ]
    protocol = f"Medians of five networks of 12 blocks, width 32, 8 tokens, after {record.looks[-1]} steps of Adam."
    return lines(told, protocol, "In float32, tokens that are equal still differ by about 1e-7 of their size.")


def starved_alt(record) -> str:
    """Say in words what is drawn: the rest of the tokens and the ratio of gradients after each look."""
    rows = zip(record.names, record.rest, record.starved, strict=True)
    each = (
        f"{name}: tokens {points(np.median(rest, axis=0), record.looks, 'after step')}; "
        f"W_q over W_v {points(np.median(starved, axis=0), record.looks, 'after step')}"
        for name, rest, starved in rows
    )
    return (
        f"How much the tokens of the last block differ, and dW_q over dW_v there, during training. {'. '.join(each)}."
    )


def _best_of(name: str, rows, rates) -> str:
    """The name, its best median and the learning rate of it."""
    best = int(middle(rows).argmax())
    return f"{name} {middle(rows)[best]:.2f} at {rates[best]:g}"


def _span(values) -> str:
    return f"{grammar.number(np.min(values))} to {grammar.number(np.max(values))}"
