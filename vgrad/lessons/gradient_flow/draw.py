"""The program's picture: a bar a layer, on the linear axis it uses and on the one that shows what it hides."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from ... import require
from ...kit.marks import columns, curves, grammar, heatmap
from ...kit.marks.flow import DECADES, DEPTHS, on_axis
from ...kit.marks.picture import LivePicture, Picture
from ...require import Count
from .say import (
    OVER,
    ZERO,
    bars_alt,
    bars_sentence,
    differing_theory,
    distribution_alt,
    distribution_sentence,
    first_decades,
    grid_alt,
    grid_sentence,
    in_cell,
    pair,
    spread_alt,
    spread_sentence,
)

TITLE = "powers of ten that the gradient loses (-) or gains (+) in the backward pass to layer 1"


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
    name = "mean |dz|" if quantity == "magnitudes" else f"‖{quantity}‖"
    axes[0, 0].set_ylabel(f"{name} ÷ largest", fontsize=11)
    axes[1, 0].set_ylabel("the same, log axis", fontsize=11)
    figure.supxlabel("layer: input on the left, output on the right", fontsize=12)
    return Picture(figure, bars_sentence(records, quantity), bars_alt(records, quantity))


@require.guarded
def grid(records, columns: Count) -> Picture:
    """A table of verdicts: records in rows of ``columns``, each cell coloured by the decades that are written in it."""
    rows = -(-len(records) // columns)
    figure = grammar.new_figure(9.6, 1.4 + 0.62 * rows)
    inch = 1 / figure.get_figheight()
    axes = figure.add_axes((0.125, 0.44 * inch, 0.87, 0.62 * rows * inch))
    axes.set(xlim=(0, columns), ylim=(rows, 0), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    cells = [(k // columns, k % columns, record) for k, record in enumerate(records)]
    sizes = np.abs([first_decades(record) for record in records])
    most = grammar.up_to(np.max(sizes, where=np.isfinite(sizes), initial=0), heatmap.DECADES)
    ordered = all(_same(record, records[column], records[row * columns]) for row, column, record in cells)
    for row, column, record in cells:
        _cell(axes, row, column, record, most, named=not ordered)
    if ordered:
        _heads(axes, cells)
    figure.text(0.008, 1 - 0.06 * inch, TITLE, fontsize=13, va="top", color=grammar.INK)
    figure.text(0.125, 0.1 * inch, _key(records), fontsize=12, va="bottom", color=grammar.FAINT)
    return Picture(figure, grid_sentence(records), grid_alt(records, columns))


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
    return Picture(figure, spread_sentence(records, by), spread_alt(records, by))


def _decades(record):
    """log10 of ‖dh_1‖ / ‖dh_depth‖, one per network; -inf where nothing arrives."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log10(record.dh[:, 0]) - np.log10(record.dh[:, -1])


def _same(record, above, beside) -> bool:
    """Whether a record has the activation of its column and the initialization of its row."""
    return record.net.activation == above.net.activation and record.net.scheme == beside.net.scheme


def _cell(axes, row: int, column: int, record, most: float, named: bool) -> None:
    """One cell: its colour, its decades or the mark of what has none, and theory's where it is another.

    named : whether the pair is written in the cell, as it is not that of its row and column.
    """
    decades = first_decades(record)
    color = heatmap.colours(np.array([decades]), most)[0]
    axes.add_patch(Rectangle((column + 0.02, row + 0.03), 0.96, 0.94, color=color, linewidth=0))
    light = color[:3] @ (0.3, 0.59, 0.11) > 0.55
    ink = dict(ha="center", va="center", color=grammar.INK if light else grammar.PAPER)
    theory = differing_theory(record)
    axes.text(
        column + 0.5, row + (0.5 if theory is None else 0.42), in_cell(decades), fontsize=15, weight="bold", **ink
    )
    if theory is not None:
        axes.text(column + 0.5, row + 0.79, f"theory {in_cell(theory)}", fontsize=10, **ink)
    if named:
        axes.text(column + 0.5, row + 0.14, pair(record), fontsize=10, **ink)


def _heads(axes, cells) -> None:
    """Name the activation over each column, and the initialization beside each row, from the first cell of each."""
    style = dict(fontsize=13, color=grammar.INK, linespacing=0.95, textcoords="offset points", annotation_clip=False)
    for row, column, record in cells:
        if row == 0:
            name = grammar.look(record.net.activation).label.replace(" ", "\n")
            axes.annotate(name, (column + 0.5, 0), (0, 7), ha="center", va="baseline", **style)
        if column == 0:
            name = grammar.title(record.net.scheme).replace(" ", "\n")
            axes.annotate(name, (0, row + 0.5), (-5, 0), ha="right", va="center", **style)


def _key(records) -> str:
    """What the colours and the marks mean that are in the table."""
    parts = ["◀ blue: it vanishes", "white: it holds (within a decade)", "orange: it explodes ▶"]
    every = [first_decades(record) for record in records]
    parts += [f"{ZERO}: exactly 0"] if any(np.isneginf(every)) else []
    parts += ["small: theory"] if any(differing_theory(record) is not None for record in records) else []
    parts += [f"{OVER}: not finite"] if not all(np.array(every) < np.inf) else []
    return "    ".join(parts)


class DistributionPlot(LivePicture):
    """The picture of a DistributionRecord kept alive: a violin for each layer, as wide as there are entries of a size.

    Its colour is that of the layer's median.
    """

    def _build(self, record) -> list:
        self.axes = self.figure.add_axes((0.092, 0.135, 0.895, 0.755))
        self.violins = PolyCollection([], edgecolors=grammar.FAINT, linewidths=0.6, zorder=2)
        self.axes.add_collection(self.violins, autolim=False)
        self.curve = curves.LiveCurve(self.axes, linewidth=1.4)
        self.figure.text(0.012, 0.982, "entries of dh, relative to the last layer's typical one", fontsize=13, va="top")
        return [self.violins, *self.curve.artists]

    def _limits(self, record) -> tuple:
        floor = -grammar.up_to(-record.edges[0], DECADES)
        return grammar.up_to(record.net.depth, DEPTHS), floor, grammar.up_to(record.edges[-1], DECADES)

    def _frame(self, deepest: float, floor: float, ceiling: float) -> None:
        axes = self.axes
        for artist in [*axes.patches, *axes.texts]:
            artist.remove()
        grammar.tidy(axes)
        axes.set(xlim=(0.2, deepest + 0.8), ylim=(floor, ceiling))
        grammar.shade(axes, -grammar.HEALTHY, grammar.HEALTHY, floor, ceiling)
        grammar.decade_ticks(axes, floor, ceiling)
        axes.set_xticks(np.unique(np.linspace(1, deepest, int(min(deepest, 6))).round()))
        axes.set_xlabel("layer: from the input on the left to the output on the right", fontsize=13)

    def _move(self, record, deepest: float, floor: float, ceiling: float) -> None:
        widths = record.shares / max(record.shares.max(), 1e-12)
        self.violins.set_verts([_violin(k, record.edges, row) for k, row in enumerate(widths, start=1)])
        self.violins.set_facecolor(columns.fills(record.quantiles[1]))
        layers = np.arange(1, record.net.depth + 1)
        medians = on_axis(record.quantiles[1], "log")
        self.curve.update(layers, medians, grammar.Look(grammar.INK, "", "median"), floor, ceiling)
        for mark, there, edge in (
            (self.curve.zeros, record.zeros > 0, floor),
            (self.curve.overflows, record.broken > 0, ceiling),
        ):
            mark.set_data(layers[there], np.full(there.sum(), edge))


def distribution(record) -> Picture:
    """Draw a violin for each layer, as wide as there are entries of dh of a size, in the colour of their median."""
    return Picture(DistributionPlot(record).figure, distribution_sentence(record), distribution_alt(record))


def _violin(at: float, edges, widths):
    """The outline of one layer's histogram, mirrored; the widest of all is as wide as there is room: (points, 2)."""
    here = np.flatnonzero(widths)
    part = slice(here[0], here[-1] + 1) if here.size else slice(0)
    heights = ((edges[:-1] + edges[1:]) / 2)[part]
    half = 0.46 * widths[part]
    return np.column_stack([np.concatenate([at - half, (at + half)[::-1]]), np.concatenate([heights, heights[::-1]])])
