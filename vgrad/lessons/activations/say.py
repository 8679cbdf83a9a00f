"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about one activation: its slopes, and the factor of a layer.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.phrases import five, lines, medians


def sentence(record) -> str:
    """Say of a record of slopes: what a layer makes of a gradient; which units are flat; and the other slopes."""
    rms, theory, mean, largest = map(grammar.number, (record.rms, record.theory, record.mean, record.largest))
    name = grammar.look(record.activation).label
    layer = f"A layer of {name} units with weights of size σ_w multiplies the gradient by {rms} σ_w."
    slope = f"This is the rms slope where z ~ N(0, {record.sigma:g}²), and theory predicts {theory}."
    flat = f"{share(record.saturated)} saturated (slope below 0.01)"
    stopped = f"{share(record.stopped)} at 0"
    others = f"The mean slope is {mean}, and the largest is {largest}."
    return lines([layer, slope], f"Of {record.units} units, {flat}, and {stopped}.", others)


def share(value: float) -> str:
    """Return a share in whole per cent: "none are" and "all are" only where that is exact.

    Whether a slope of tanh is 0 hangs on its last bit, which processors round differently, so there are no decimals.
    """
    if value in (0.0, 1.0):
        return "none are" if value == 0 else "all are"
    if value < 0.01:
        return "less than 1 % are"
    return f"{100 * value:.0f} % are" if value < 0.995 else "nearly all are"


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
    """The largest factor of each activation, and at which size of z it is reached."""
    parts = []
    for record in records:
        median = np.median(record.factors, axis=1)
        points = (
            f"{median[k]:.2g} (theory {record.theory[k]:.2g}) at {record.sigmas[k]:g}"
            for k in five(0, len(record.sigmas) - 1, 4)
        )
        parts.append(f"{grammar.look(record.activation).label} {', '.join(points)}")
    first = records[0]
    nets = f"{medians(first.factors.shape[1])}, {first.depth} layers, width {first.width}"
    return f"One layer multiplies the gradient, by σ_w: {'; '.join(parts)}; {nets}."
