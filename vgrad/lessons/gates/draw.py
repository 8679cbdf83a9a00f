"""What arrives of a gradient after many steps of an RNN, an LSTM or a GRU: curves over time, and maps side by side."""

from __future__ import annotations

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ...kit.marks import curves, grammar, heatmap
from ...kit.marks.flow import DECADES
from ...kit.marks.grammar import decades
from ...kit.marks.picture import Canvas, Picture
from ...kit.words.cells import CELLS, record_label
from .say import alt, reach_sentence, sentence

PARTS = {
    "total": grammar.Look("#8f2fb0", "*", "all paths"),
    "highway": grammar.Look("#0072b2", "s", "highway"),
    "gates": grammar.Look("#c44e00", "o", "by the gates"),
}


@grammar.asked
def reach(records) -> Picture:
    """A still picture of ReachRecords: ‖dL/dstate_t‖ over that of h_T, each net a curve; the past is on the left."""
    figure = grammar.new_figure(9.0, 5.0)
    axes = figure.add_axes((0.075, 0.125, 0.905, 0.775))
    grammar.tidy(axes)
    T, ends = max(record.T for record in records), []
    quantiles = {id(r): decades(np.quantile(r.sizes, (0.1, 0.5, 0.9), axis=0)) for r in records}
    floor, ceiling = _limits(np.concatenate([rows.ravel() for rows in quantiles.values()]))
    for record in records:
        look, at = CELLS[record.cell], np.arange(T - record.T, T + 1)
        low, median, high = quantiles[id(record)].clip(floor, ceiling)
        axes.fill_between(at, low, high, color=look.color, alpha=0.16, linewidth=0)
        style = dict(color=look.color, marker=look.marker, markersize=8, linewidth=2.4)
        axes.plot(at, median, markevery=max(1, T // 8), **style)
        ends.append((median[0], record_label(record), look.color))
    axes.set(xlim=(-0.42 * T, 1.01 * T), ylim=(floor, ceiling))
    _ground(axes, floor, ceiling)
    axes.set_xticks(np.linspace(0, T, 6).round())
    axes.set_xlabel("step t: the loss is at the last one, the gradient comes from the right", fontsize=13)
    _label_starts(axes, ends)
    ink = dict(color=grammar.FAINT)
    handles = [Line2D([], [], linewidth=2.6, label="median", **ink)]
    handles.append(Patch(alpha=0.3, label="8 of 10 networks", linewidth=0, **ink))
    figure.legend(handles=handles, loc="upper right", ncols=2, frameon=False, fontsize=13, columnspacing=1.4)
    figure.text(0.012, 0.982, "gradient of the state, relative to that of the last h", fontsize=13, va="top")
    return Picture(figure, reach_sentence(records))


def _label_starts(axes, ends) -> None:
    """Labels left of the curves' starts, each at least ROOM above the one below.   ends : (height, text, colour)."""
    to_points, ends = 72 / axes.figure.dpi, sorted(ends)
    heights = [axes.transData.transform((0, y))[1] * to_points for y, *_ in ends]
    places = curves.stacked(heights, axes.bbox.y0 * to_points + 9, axes.bbox.y1 * to_points - 9)
    style = dict(textcoords="offset points", ha="right", va="center", fontsize=13, weight="bold")
    for (y, text, color), height, place in zip(ends, heights, places, strict=True):
        axes.annotate(text, (0, y), (-10, place - height), color=color, **style)


class GatesPlot:
    """The picture of a GatesRecord kept alive: a map for each cell, and under them the LSTM's highway and detours."""

    def __init__(self, record):
        self.figure = grammar.new_figure(9.0, 6.9)
        self.heats = {
            cell: heatmap.HeatMap(self.figure.add_axes((0.07 + 0.292 * k, 0.56, 0.243, 0.375)))
            for k, cell in enumerate(("rnn", "lstm", "gru"))
        }
        self.bar = self.figure.add_axes((0.915, 0.56, 0.016, 0.375))
        self.axes = self.figure.add_axes((0.092, 0.085, 0.71, 0.345))
        self.lines, self.zeros = {}, {}
        for name, look in PARTS.items():
            (self.lines[name],) = self.axes.plot([], [], markersize=7, **_style(name, look))
            floor = dict(marker="v", color=grammar.VANISHING, markersize=8, clip_on=False, linestyle="none")
            (self.zeros[name],) = self.axes.plot([], [], **floor)
        self.canvas = Canvas(self.figure, [*self._moving()])
        self._limits = None
        self._words()
        self.update(record)

    def update(self, record) -> None:
        """Move every artist to ``record``; only a step of an axis costs a full draw."""
        T, most = heatmap.limits(*record.maps.values())
        now = (T, most, *_limits(np.concatenate([decades(getattr(record, name)) for name in PARTS])))
        if now != self._limits:
            self._limits = now
            self._frame(*now)
            self.canvas.forget()
        for cell, heat in self.heats.items():
            heat.update(record.maps[cell], most)
        for name, line in self.lines.items():
            at, rows = np.arange(1, record.T + 1), decades(getattr(record, name))
            line.set_data(at, np.where(np.isfinite(rows), rows, np.nan))
            line.set_markevery(max(1, record.T // 10))
            zero = (rows == -np.inf) & (at < record.T - 1)  # the last two steps have no gate between them
            self.zeros[name].set_data(at[zero], np.full(zero.sum(), now[2]))

    def png(self) -> bytes:
        """What it looks like now."""
        return self.canvas.png()

    def _moving(self):
        for heat in self.heats.values():
            yield from heat.artists
        yield from self.lines.values()
        yield from self.zeros.values()

    def _frame(self, T: int, most: float, floor: float, ceiling: float) -> None:
        for cell, heat in self.heats.items():
            heat.frame(T, most)
            heat.axes.set_title(CELLS[cell].label, fontsize=14, weight="bold", color=CELLS[cell].color)
            if cell != "rnn":
                heat.axes.set_ylabel("")
        heatmap.bar(self.bar, most)
        for artist in [*self.axes.patches, *self.axes.texts]:
            artist.remove()
        self.axes.set(xlim=(1 - 0.02 * T, 1.02 * T), ylim=(floor, ceiling))
        grammar.tidy(self.axes)
        _ground(self.axes, floor, ceiling)
        times = np.unique(np.round(np.linspace(0, T, 6 if T > 5 else T + 1)).astype(int))
        self.axes.set_xticks([1, *times[1:]])
        self.axes.set_xlabel("k: the earlier time", fontsize=12)

    def _words(self) -> None:
        handles = [Line2D([], [], markersize=8, label=look.label, **_style(name, look)) for name, look in PARTS.items()]
        where = dict(loc="center left", bbox_to_anchor=(0.803, 0.26))
        self.figure.legend(handles=handles, frameon=False, fontsize=12.5, handletextpad=0.5, **where)
        words = dict(fontsize=13, va="top", color=grammar.INK)
        self.figure.text(0.012, 0.475, "the LSTM's cell state: the last c by an earlier one", **words)


@grammar.asked
def gates(record) -> Picture:
    """A still picture of a GatesRecord."""
    return Picture(GatesPlot(record).figure, sentence(record), alt(record))


def _style(name: str, look) -> dict:
    """All paths lie under one of their parts, and are wider and paler than these, so that both are seen."""
    wide = dict(linewidth=9, alpha=0.35, marker="", solid_capstyle="butt")
    return dict(color=look.color) | (wide if name == "total" else dict(linewidth=2.4, marker=look.marker))


def _limits(rows) -> tuple[float, float]:
    """Floor and ceiling in steps."""
    rows = rows[np.isfinite(rows)]
    least, most = (rows.min(), rows.max()) if rows.size else (-1.0, 1.0)
    return -grammar.up_to(-least, DECADES), grammar.up_to(most, DECADES)


def _ground(axes, floor: float, ceiling: float) -> None:
    """Shaded sides and ticks."""
    grammar.shade(axes, -grammar.HEALTHY, grammar.HEALTHY, floor, ceiling)
    grammar.decade_ticks(axes, floor, ceiling)
