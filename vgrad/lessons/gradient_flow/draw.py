"""The program's picture: a bar a layer, on the linear axis it uses and on the one that shows what it hides."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from matplotlib.lines import Line2D

from ... import require
from ...kit.marks import columns, curves, grammar
from ...kit.marks.flow import DECADES, limits, on_axis
from ...kit.marks.picture import Picture
from ...require import Count
from .say import bars_sentence, distribution_alt, distribution_sentence, grid_sentence, spread_sentence


@require.guarded
def bars(records, quantity: Annotated[str, require.one_of(("magnitudes", "dW", "h"))] = "magnitudes") -> Picture:
    """Bars of ``quantity`` by layer, relative to the largest, an activation a column; linear above, decades below."""
    figure = grammar.new_figure(9.6, 5.0)
    axes = figure.subplots(2, len(records), sharex=True, sharey="row", squeeze=False)
    figure.subplots_adjust(left=0.095, right=0.995, bottom=0.11, top=0.91, wspace=0.1, hspace=0.14)
    floor = -10.0
    for column, record in zip(axes.T, records, strict=True):
        sizes = getattr(record, quantity)
        look = grammar.look(record.activation)
        relative = sizes / sizes.max()
        layers = np.arange(1, len(sizes) + 1)
        column[0].set_title(look.label, fontsize=13, color=grammar.INK)
        column[0].bar(layers, relative, color=look.color)
        column[1].bar(layers, np.log10(relative) - floor, bottom=floor, color=look.color)
        grammar.shade(column[1], -grammar.HEALTHY, grammar.HEALTHY, floor, 0.5, words=False)
        column[1].set(xticks=layers, ylim=(floor, 0.5))
        for panel in column:
            grammar.tidy(panel, size=11)
    grammar.decade_ticks(axes[1, 0], floor, 0)
    name = "mean |dL/dz|" if quantity == "magnitudes" else f"‖{quantity}‖"
    axes[0, 0].set_ylabel(f"{name} ÷ largest", fontsize=11)
    axes[1, 0].set_ylabel("the same, log axis", fontsize=11)
    figure.supxlabel("layer: input on the left, output on the right", fontsize=12)
    return Picture(figure, bars_sentence(records, quantity))


@require.guarded
def grid(records, columns: Count) -> Picture:
    """Small multiples of dh on one pair of axes: records in rows of ``columns``, an activation a column."""
    rows = -(-len(records) // columns)
    figure = grammar.new_figure(9.6, 0.9 + 1.2 * rows)
    deepest = max(record.net.depth for record in records)
    floor, ceiling = limits(records, deepest)[1:3]
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    inch = 1 / figure.get_figheight()
    figure.subplots_adjust(0.095, 0.6 * inch, 0.995, 1 - 0.34 * inch, wspace=0.08, hspace=0.18)
    for k, (record, panel) in enumerate(zip(records, axes.flat, strict=False)):
        _panel(panel, record, deepest, floor, ceiling)
        if k < columns:
            panel.set_title(grammar.look(record.net.activation).label, fontsize=10.5, color=grammar.INK)
        if k % columns == 0:
            panel.set_ylabel(grammar.title(record.net.scheme), fontsize=9.5)
    figure.supxlabel("layer: input on the left, output on the right", fontsize=11)
    return Picture(figure, grid_sentence(records))


def spread(records, by: str = "width") -> Picture:
    """One dot a network: its ‖dh_1‖ / ‖dh_depth‖, a column a record, the columns named by the net's setting ``by``."""
    require.choice("by", by, records[0].net._fields)
    figure = grammar.new_figure()
    axes = figure.add_axes((0.092, 0.135, 0.895, 0.755))
    decades = [_decades(record) for record in records]
    theory = on_axis(np.array([record.theory["dh"][0] for record in records]), "log")
    finite = np.concatenate([[0.0], *(column[np.isfinite(column)] for column in [*decades, theory])])
    floor = -grammar.up_to(-finite.min(), DECADES)
    ceiling = grammar.up_to(finite.max(), DECADES)
    grammar.tidy(axes)
    axes.set(xlim=(-0.6, len(records) - 0.4), ylim=(floor, ceiling))
    grammar.shade(axes, -grammar.HEALTHY, grammar.HEALTHY, floor, ceiling)
    grammar.decade_ticks(axes, floor, ceiling)
    for k, (record, column) in enumerate(zip(records, decades, strict=True)):
        at = k + 0.62 * (np.arange(record.net.seeds) / record.net.seeds - 0.5)
        dots = dict(linestyle="none", markersize=4, color=grammar.look(record.net.activation).color, alpha=0.5)
        axes.plot(at, column, "o", **dots)
        median = on_axis(record.relative["dh"].median[0], "log").clip(floor, ceiling)
        axes.plot([k - 0.36, k + 0.36], [median, median], color=grammar.INK, linewidth=2.6)
        zero = np.isneginf(column)
        broken = ~(column < np.inf)
        axes.plot(at[zero], np.full(zero.sum(), floor), "v", color=grammar.VANISHING, markersize=8, clip_on=False)
        axes.plot(at[broken], np.full(broken.sum(), ceiling), "^", color=grammar.EXPLODING, markersize=8, clip_on=False)
    axes.plot(np.arange(len(records)), theory, **grammar.THEORY)
    axes.set_xticks(range(len(records)), [getattr(record.net, by) for record in records])
    axes.set_xlabel(by, fontsize=13)
    figure.text(0.012, 0.982, "first layer's dh ÷ last's", fontsize=13, va="top")
    ink = dict(linestyle="none", color=grammar.FAINT)
    handles = [
        Line2D([], [], marker="o", label="a network", **ink),
        Line2D([], [], marker="v", label="exactly 0", **{**ink, "color": grammar.VANISHING}),
        Line2D([], [], linewidth=2.6, color=grammar.INK, label="median"),
        Line2D([], [], label="theory", **grammar.THEORY),
    ]
    figure.legend(handles=handles, loc="upper right", ncols=4, frameon=False, fontsize=13, columnspacing=1.2)
    return Picture(figure, spread_sentence(records, by))


def _decades(record):
    """log10 of ‖dh_1‖ / ‖dh_depth‖, one per network; -inf where nothing arrives."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log10(record.dh[:, 0]) - np.log10(record.dh[:, -1])


def _panel(panel, record, deepest: int, floor: float, ceiling: float) -> None:
    """One small multiple: band, median, theory."""
    look = grammar.look(record.net.activation)
    layers = np.arange(1, record.net.depth + 1)
    grammar.shade(panel, -grammar.HEALTHY, grammar.HEALTHY, floor, ceiling, words=False)
    low, median, high = (on_axis(row, "log") for row in record.relative["dh"])
    panel.fill_between(layers, low.clip(floor), high.clip(None, ceiling), color=look.color, alpha=0.22, linewidth=0)
    panel.plot(layers, np.where(np.isfinite(median), median, np.nan), color=look.color, linewidth=2)
    zero = record.relative["dh"].median == 0
    broken = ~np.isfinite(record.relative["dh"].median)
    panel.plot(layers[zero], np.full(zero.sum(), floor), "v", color=grammar.VANISHING, markersize=4, clip_on=False)
    panel.plot(
        layers[broken], np.full(broken.sum(), ceiling), "^", color=grammar.EXPLODING, markersize=4, clip_on=False
    )
    panel.plot(layers, on_axis(record.theory["dh"], "log"), **{**grammar.THEORY, "linewidth": 1.1})
    grammar.tidy(panel, size=9)
    panel.set(xlim=(1, max(deepest, 2)), ylim=(floor, ceiling), xticks=sorted({1, round(deepest / 2) or 1}))
    grammar.decade_ticks(panel, floor, ceiling, most=4)


def distribution(record) -> Picture:
    """Draw a violin for each layer, as wide as there are entries of dh of a size, in the colour of their median."""
    figure = grammar.new_figure()
    axes = figure.add_axes((0.092, 0.135, 0.895, 0.755))
    depth = record.net.depth
    floor, ceiling = -grammar.up_to(-record.edges[0], DECADES), grammar.up_to(record.edges[-1], DECADES)
    grammar.tidy(axes)
    axes.set(xlim=(0.2, depth + 0.8), ylim=(floor, ceiling))
    grammar.shade(axes, -grammar.HEALTHY, grammar.HEALTHY, floor, ceiling)
    grammar.decade_ticks(axes, floor, ceiling)
    for k, colour in enumerate(columns.fills(record.quantiles[1])):
        _violin(axes, k + 1, record.edges, record.shares[k] / max(record.shares.max(), 1e-12), colour)
    layers = np.arange(1, depth + 1)
    axes.plot(layers, curves.finite(on_axis(record.quantiles[1], "log")), color=grammar.INK, linewidth=1.4)
    for cells, mark, colour, edge in (
        (record.zeros > 0, "v", grammar.VANISHING, floor), (record.broken > 0, "^", grammar.EXPLODING, ceiling),
    ):  # fmt: skip
        axes.plot(layers[cells], np.full(cells.sum(), edge), mark, color=colour, markersize=8, clip_on=False)
    axes.set_xticks(np.unique(np.linspace(1, depth, min(depth, 6)).round()))
    axes.set_xlabel("layer: from the input on the left to the output on the right", fontsize=13)
    figure.text(0.012, 0.982, "entries of dh, relative to the last layer's typical one", fontsize=13, va="top")
    return Picture(figure, distribution_sentence(record), distribution_alt(record))


def _violin(axes, at: float, edges, widths, colour) -> None:
    """One layer's histogram, mirrored; the widest of all is as wide as there is room."""
    here = np.flatnonzero(widths)
    if here.size:
        part = slice(here[0], here[-1] + 1)
        half = 0.46 * widths[part]
        steps = dict(facecolor=colour, edgecolor=grammar.FAINT, linewidth=0.6, zorder=2)
        axes.fill_betweenx((edges[:-1] + edges[1:])[part] / 2, at - half, at + half, **steps)
