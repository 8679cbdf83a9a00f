"""A norm against the size of its batch: a still picture."""

from __future__ import annotations

import numpy as np

from . import curves, grammar
from .normalization import DIGITS, WITH
from .picture import Picture


@grammar.asked
def growth(records) -> Picture:
    """The factor a layer against the batch, an activation a curve; shaded where all layers together make it ten."""
    axes = curves.axes(grammar.new_figure(), "one layer multiplies dh by")
    depth, batches = records[0].depth, records[0].batches
    ceiling = max(1.1 * np.nanmax([np.nanmax(record.factors) for record in records]), 1.3)
    floor = min(0.95 * np.nanmin([np.nanmin(record.factors) for record in records]), 0.8)
    ten = 10 ** (grammar.HEALTHY / (depth - 1))
    axes.set(xscale="log", xlim=(batches[0] / 1.15, batches[-1] * 1.75), ylim=(floor, ceiling))
    grammar.shade(axes, 1 / ten, ten, floor, ceiling)
    ends = []
    for record in records:
        look = grammar.look(record.activation)
        median = curves.curve(axes, record.batches, record.factors.T, look)
        axes.plot(record.batches, record.theory, **grammar.THEORY)
        ends.append((median[-1], look.label, look.color))
    curves.label_ends(axes, batches[-1], ends)
    axes.set_xticks(batches, batches)
    axes.set_xticks([], minor=True)
    axes.set_xlabel("samples in the batch", fontsize=13)
    curves.legend(axes.figure, theory=True)
    return Picture(axes.figure, _growth_sentence(records))


def _growth_sentence(records) -> str:
    parts = []
    for record in records:
        points = []
        for k in (0, len(record.batches) // 2, -1):
            measured, theory = np.median(record.factors[k]), record.theory[k]
            ours = f" (theory {theory:.{DIGITS}g})" if np.isfinite(theory) else ""
            points.append(f"{measured:.{DIGITS}g}{ours} at {record.batches[k]}")
        parts.append(f"{grammar.look(record.activation).label} {', '.join(points)}")
    first = records[0]
    networks = (
        f"medians of {grammar.count(first.factors.shape[1], 'network')}, {first.depth} layers, width {first.width}"
    )
    what = f"One layer {WITH[first.norm]} multiplies the gradient, by the number of samples in the batch"
    return f"{what}: {'; '.join(parts)}; {networks}."
