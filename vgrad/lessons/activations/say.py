"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about one activation, which are its slopes and the factor of a layer, and about the sigmoid twin of a tanh net.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.phrases import five, lines, points


def sentence(record) -> str:
    """Say what a layer makes of a gradient, which units are flat, and how large the other slopes are."""
    rms, theory, mean, largest = map(grammar.number, (record.rms, record.theory, record.mean, record.largest))
    name = grammar.look(record.activation).label
    layer = f"A layer of {name} units with weights of size σ_w multiplies the gradient by {rms} σ_w."
    slope = f"The rms slope is {rms} for z with standard deviation {record.sigma:g}. Theory predicts {theory}."
    stopped = f"{share(record.stopped)} slope 0"
    flat = f"{share(record.saturated)} another slope near 0 (within 0.01)"
    others = f"The mean slope is {mean}, and the largest is {largest}."
    return lines([layer, slope], f"Of {record.units} units, {stopped}, and {flat}.", others)


def share(value: float) -> str:
    """Return a share in whole per cent: "none have" and "all have" only where that is exact.

    Whether a slope of tanh is 0 hangs on its last bit, which processors round differently, so there are no decimals.
    """
    if value in (0.0, 1.0):
        return "none have" if value == 0 else "all have"
    if value < 0.01:
        return "less than 1 % have"
    return f"{100 * value:.0f} % have" if value < 0.995 else "nearly all have"


def alt(record) -> str:
    """Say in words what the picture shows."""
    shares = record.shares
    edges = record.edges
    highest = np.sort(np.argsort(-shares, kind="stable")[:3])
    middle = (edges[1:] + edges[:-1]) / 2
    bins = ", ".join(f"{100 * shares[k]:.2g} % near {middle[k]:.3g}" for k in highest if shares[k])
    name = grammar.look(record.activation).label
    return (
        f"Three panels for {name}, z with standard deviation {record.sigma:g}: the curve; its slope, at most "
        f"{grammar.number(record.largest)}; and the units by slope: {bins}; a line marks the rms, "
        f"{grammar.number(record.rms)}."
    )


def factors_sentence(records) -> str:
    """By how much one layer multiplies the gradient, at two sizes of the weights, and the same by theory."""
    first = records[0]
    low = int(np.argmin(abs(first.sigmas - 1)))  # where Xavier's weights are, or the size that is nearest to them
    nets = f"Medians of {grammar.count(first.factors.shape[1], 'network')}: {first.depth} layers, width {first.width}."
    theory = [_at(records, place, theory=True) for place in (low, -1)]
    return lines([_at(records, low), _at(records, -1)], nets, theory)


def _at(records, place: int, theory: bool = False) -> str:
    """What one layer of each activation does at one size of the weights, as measured or as theory predicts it."""
    factors = (record.theory[place] if theory else np.median(record.factors[place]) for record in records)
    each = (f"{grammar.number(value)} ({_name(record)})" for value, record in zip(factors, records, strict=True))
    what = "theory for infinitely wide layers predicts" if theory else "one layer multiplies the gradient by"
    return f"At σ_w = {records[0].sigmas[place]:g}, {what} {listed(each)}."


def _name(record) -> str:
    """The name of the record's activation, as it is said."""
    return grammar.look(record.activation).label


def listed(words) -> str:
    """Return words as a list within a sentence: "a, b and c"."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def factors_alt(records) -> str:
    """The picture in words, with some points of each curve."""
    places = five(0, len(records[0].sigmas) - 1)
    sigmas = [f"{records[0].sigmas[k]:g}" for k in places]
    curves = (
        f"for {_name(record)} it is {points(np.median(record.factors[places], axis=1), sigmas, 'at σ_w =')}"
        for record in records
    )
    return f"The factor of one layer against the size σ_w of the weights, both on axes of decades: {'; '.join(curves)}."


def twins_sentence(record) -> str:
    """What of the gradient reaches the first layer of the tanh net, of its twin, and of the two other nets."""
    tanh, twin, without, sigmoid = map(grammar.number, record.first)
    return lines(
        [
            f"The first of {record.depth} layers gets {tanh} of the gradient in a tanh network and {twin} in its twin.",
            f"It gets {without} in the twin without biases, and {sigmoid} in sigmoids with the tanh weights.",
        ],
        f"Medians of {grammar.count(record.dh.shape[1], 'network')}: width {record.width}, Xavier normal, float64.",
        "The inputs are drawn from N(0, 1), and so is the gradient with respect to the outputs.",
    )


def twins_alt(record) -> str:
    """The picture in words, with the norm of dh at some layers of each net."""
    layers = five(1, record.depth)
    medians = np.median(record.dh, axis=1)
    curves = (
        f"for {name} it is {points([row[layer - 1] for layer in layers], layers, 'at layer')}"
        for name, row in zip(record.nets, medians, strict=True)
    )
    return f"The norm of dh by layer, relative to the last layer: {'; '.join(curves)}."
