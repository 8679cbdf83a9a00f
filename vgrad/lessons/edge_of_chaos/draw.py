"""Order and chaos: the chart of χ with a net beside it, alive or still; and what nets from there have learnt."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Rectangle

from ...kit.marks import curves, grammar
from ...kit.marks.picture import Picture
from ...kit.marks.ways import WaysPlot
from ...kit.words.phrases import DRAWS
from .records import REACH
from .say import alt, pair_name, pairs_sentence, sentence, spectra_sentence, trained_alt, trained_sentence

LEVELS = (0.0, 0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 4.0, 1e9)
SHADES = ("#9cc3e6", "#b9d5ee", "#d0e3f4", "#e6f0f9", "#fdeee3", "#fbdcc5", "#f5c4a0", "#eea679")


class PhasePlot(WaysPlot):
    """The picture of a PhaseRecord kept alive: the chart on the left with the net's place, its layers on the right."""

    place = (0.545, 0.135, 0.445, 0.745)
    left, right = 0.13, 0.02

    def _move(self, record, *limits) -> None:
        self.spot.set_data([record.flow.sigma_w], [record.flow.sigma_b])
        super()._move(record, *limits)

    def _beside(self) -> list:
        self.chart = self.figure.add_axes((0.1, 0.135, 0.353, 0.745))
        look = dict(markersize=13, color=grammar.INK, markerfacecolor="#ffd400", markeredgewidth=2, clip_on=False)
        (self.spot,) = self.chart.plot([], [], "o", **look)
        return [self.spot]

    def _drawn(self, record) -> dict:
        return super()._drawn(record.flow)

    def _limits(self, record) -> tuple:
        return (*super()._limits(record.flow), record.chart)

    def _frame(self, deepest, floor, ceiling, scale, chart) -> None:
        super()._frame(deepest, floor, ceiling, scale)
        self.axes.set_xlabel("layer", fontsize=13)
        _chart(self.chart, chart)

    def _titles(self) -> None:
        ink = dict(fontsize=13, va="top", color=grammar.INK)
        self.figure.text(0.012, 0.982, "growth χ; the dashed edge is χ = 1", **ink)
        self.figure.text(0.49, 0.982, "the net at the dot; theory dashed", **ink)


def _chart(axes, chart) -> None:
    """Draw χ over the plane, in steps, and the line where it is 1."""
    for artist in [*axes.collections, *axes.texts]:
        artist.remove()
    grammar.tidy(axes)
    axes.grid(visible=False)
    axes.contourf(chart.sigma_w, chart.sigma_b, chart.chi, levels=LEVELS, colors=SHADES, zorder=0)
    axes.contour(chart.sigma_w, chart.sigma_b, chart.chi, levels=[1.0], colors=[grammar.INK], linestyles="dashed")
    axes.set(xlim=(0, chart.sigma_w[-1]), ylim=(0, chart.sigma_b[-1]))
    axes.set_xlabel("weights σ_w", fontsize=13)
    axes.set_ylabel("biases σ_b", fontsize=13, labelpad=6)
    words = dict(fontsize=14, style="italic", transform=axes.transAxes, va="top")
    if (chart.chi < 1).mean() > 0.1:
        axes.text(0.03, 0.97, "order:\nvanishing", color=grammar.VANISHING, **words)
    if (chart.chi > 1).mean() > 0.1:
        axes.text(0.97, 0.97, "chaos:\nexploding", color=grammar.EXPLODING, ha="right", **words)


def phase(record) -> Picture:
    """Return a still picture of a PhaseRecord."""
    return Picture(PhasePlot(record).figure, sentence(record), alt(record))


def trained(record) -> Picture:
    """A table of accuracies, depth by σ_w, under the lines 6 ξ and 6 ξ_c, with a frame where they differ."""
    axes = curves.axes(grammar.new_figure(), "layers, and share classified correctly; dashed 6 ξ, dotted 6 ξ_c")
    table = record.accuracy
    plain = axes.imshow(table, cmap="cividis", vmin=0, vmax=1, origin="lower", aspect="auto").get_cmap()
    for row, column in np.ndindex(*table.shape):
        ink = "#ffffff" if table[row, column] < 0.6 else grammar.INK
        box = dict(facecolor=plain(table[row, column]), linewidth=0, pad=1.5)
        words = dict(ha="center", va="center", fontsize=12, color=ink, bbox=box)
        axes.text(column, row, f"{table[row, column]:.2f}", **words)
    for row, column in np.argwhere(record.within(record.xi) != record.within(record.xi_c)):
        frame = dict(fill=False, edgecolor="#ffffff", linewidth=2)
        axes.add_patch(Rectangle((column - 0.44, row - 0.44), 0.88, 0.88, **frame))
    for scale, style in ((record.xi, "dashed"), (record.xi_c, "dotted")):
        _reach(axes, scale, record.depths, style)
    axes.set_ylim(-0.5, len(record.depths) - 0.5)
    axes.grid(visible=False)
    axes.set_xticks(range(len(record.sigma_w)), [f"{w:.2f}" for w in record.sigma_w])
    axes.set_yticks(range(len(record.depths)), record.depths)
    axes.set_xlabel("weights σ_w; biases σ_b 0.22", fontsize=13)
    return Picture(axes.figure, trained_sentence(record), trained_alt(record))


def _reach(axes, scale, depths, style: str) -> None:
    """Draw six times a scale over the table, as a line with a white edge; at the top it leaves the picture."""
    beyond = [*depths, 2 * depths[-1]]  # a curve that leaves at the top, not one that lies along it
    rows = np.interp(np.log(REACH * scale), np.log(beyond), np.arange(len(beyond)), left=-0.5)
    for color, width in (("#ffffff", 5), (grammar.INK, 2.6)):
        axes.plot(np.arange(len(scale)), rows, color=color, linewidth=width, linestyle=style)


def pairs(records) -> Picture:
    """The correlation of two inputs by layer, a pair a curve, with theory's beside it."""
    axes = curves.axes(grammar.new_figure(), "correlation of two inputs")
    depth = records[0].correlation.shape[1]
    layers = np.arange(depth + 1)
    ends = []
    for record, look in curves.with_looks(records, tuple(grammar.CURES.values())):
        rows = np.insert(record.correlation, 0, record.c, axis=1)
        median = curves.curve(axes, layers, rows, look, theory=np.insert(record.theory, 0, record.c))
        ends.append((median[-1], pair_name(record), look.color))
    axes.set(xlim=(0, 1.62 * depth), ylim=(-0.1, 1.05))
    axes.set_xticks(_ticks(depth))
    curves.label_ends(axes, depth, ends)
    axes.set_xlabel("layer; 0 is the input", fontsize=13)
    curves.legend(axes.figure, theory=True)
    return Picture(axes.figure, pairs_sentence(records))


def _ticks(depth: int) -> range:
    """The layers that have a tick: about six of them."""
    return range(0, depth + 1, max(1, depth // 6))


def spectra(records) -> Picture:
    """Singular values of whole nets' Jacobians, from the largest to the smallest, a draw a curve."""
    axes = curves.axes(grammar.new_figure(), "singular value of the whole net")
    floor, n = -10, records[0].width
    axes.set(xlim=(0, 1.2 * n), ylim=(floor, 2))
    grammar.shade(axes, -grammar.HEALTHY, grammar.HEALTHY, floor, 2)
    ends = []
    for record in records:
        look = DRAWS[record.draw]
        rows = np.log10(np.maximum(record.values, 10.0**floor))
        median = curves.curve(axes, np.arange(1, n + 1), rows, look)
        ends.append((max(median[-1], floor + 2.5), look.label, look.color))  # clear of the axis and its words
    curves.label_ends(axes, n, ends)
    grammar.decade_ticks(axes, floor, 2)
    axes.set_xticks(range(0, n + 1, max(1, n // 5)))
    axes.set_xlabel("direction, from the most to the least stretched", fontsize=13)
    curves.legend(axes.figure)
    return Picture(axes.figure, spectra_sentence(records, floor))
