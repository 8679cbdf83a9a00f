"""A norm against the size of its batch, and what networks with and without one learn: still pictures."""

from __future__ import annotations

import numpy as np
from matplotlib.lines import Line2D

from . import grammar
from .normalization import DIGITS, LOOKS, WITH, count
from .picture import Picture


def growth(records) -> Picture:
    """The factor a layer against the batch, an activation a curve; shaded where all layers together make it ten."""
    axes = _axes(grammar.new_figure(), "one layer multiplies dh by")
    depth, batches = records[0].depth, records[0].batches
    ceiling = max(1.1 * np.nanmax([np.nanmax(record.factors) for record in records]), 1.3)
    floor = min(0.95 * np.nanmin([np.nanmin(record.factors) for record in records]), 0.8)
    ten = 10 ** (grammar.HEALTHY / (depth - 1))
    axes.set(xscale="log", xlim=(batches[0] / 1.15, batches[-1] * 1.75), ylim=(floor, ceiling))
    grammar.shade(axes, 1 / ten, ten, floor, ceiling)
    ends = []
    for record in records:
        look = grammar.look(record.activation)
        median = _curve(axes, record.batches, record.factors.T, look.color, look.marker)
        axes.plot(record.batches, record.theory, **grammar.THEORY)
        ends.append((median[-1], look.label, look.color))
    _label_ends(axes, batches[-1], ends)
    axes.set_xticks(batches, batches)
    axes.set_xticks([], minor=True)
    axes.set_xlabel("samples in the batch", fontsize=13)
    _legend(axes.figure, theory=True)
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
    networks = f"medians of {count(first.factors.shape[1])}, {first.depth} layers, width {first.width}"
    what = f"One layer {WITH[first.norm]} multiplies the gradient, by the number of samples in the batch"
    return f"{what}: {'; '.join(parts)}; {networks}."


def learning(records) -> Picture:
    """The accuracy of training's batches, step by step; a norm has its colour, an activation its marker."""
    axes = _axes(grammar.new_figure(), "accuracy of each batch, at the better rate")
    steps = records[0].steps
    axes.set(xlim=(0, 1.45 * steps), ylim=(0, 1.02))
    axes.plot([0, steps], [0.1, 0.1], color=grammar.FAINT, linewidth=1.4, linestyle=":")
    ends = []
    for record in records:
        look = LOOKS[record.norm]
        median = _curve(
            axes, np.arange(1, steps + 1), record.curves, look.color, grammar.look(record.activation).marker
        )
        ends.append((np.mean(median[-10:]), _named(record), look.color))
    _label_ends(axes, steps, ends)
    axes.set_xticks(np.arange(0, steps + 1, 20))
    axes.set_xlabel("step of training; the dotted line is guessing", fontsize=13)
    _legend(axes.figure, theory=False)
    return Picture(axes.figure, _learning_sentence(records))


def _learning_sentence(records) -> str:
    parts = [f"{_named(record)}: {record.learnt} of {len(record.best)}" for record in records]
    first = records[0]
    nets = f"{first.depth} layers, width {first.width}"
    return f"Networks that tell more than half of the digits after {first.steps} steps, {nets}: {'; '.join(parts)}."


def _named(record) -> str:
    norm = "no norm" if record.norm == "none" else f"{LOOKS[record.norm].label} norm"
    return f"{grammar.look(record.activation).label}, {norm}"


def _axes(figure, name: str):
    axes = figure.add_axes((0.075, 0.135, 0.905, 0.755))
    grammar.tidy(axes)
    figure.text(0.012, 0.982, name, fontsize=13, va="top", color=grammar.INK)
    return axes


def _curve(axes, x, rows, color: str, marker: str):
    """The networks' band and their median, which is returned; rows : (seeds, len(x))."""
    low, median, high = np.quantile(rows, (0.1, 0.5, 0.9), axis=0)
    axes.fill_between(x, low, high, color=color, alpha=0.22, linewidth=0)
    axes.plot(x, median, color=color, marker=marker, markersize=8, linewidth=2.6, markevery=max(1, len(x) // 10))
    return median


def _label_ends(axes, x: float, ends) -> None:
    """Direct labels behind the curves' ends, each at least 17 points above the one below."""
    to_points, last = 72 / axes.figure.dpi, -np.inf
    for y, text, color in sorted(ends):
        height = axes.transData.transform((x, y))[1] * to_points
        last = max(height, last + 17)
        axes.annotate(
            text, (x, y), (10, last - height), textcoords="offset points", va="center", fontsize=14, weight="bold",
            color=color,
        )  # fmt: skip


def _legend(figure, theory: bool) -> None:
    ink = dict(color=grammar.FAINT)
    handles = [Line2D([], [], linewidth=2.6, label="median", **ink)]
    handles.append(Line2D([], [], linewidth=9, alpha=0.3, label="8 of 10 networks", **ink))
    if theory:
        handles.append(Line2D([], [], label="theory", **grammar.THEORY))
    figure.legend(handles=handles, loc="upper right", ncols=3, frameon=False, fontsize=13, columnspacing=1.4)
