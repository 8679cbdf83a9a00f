"""What arrives of a gradient after many steps of an RNN, an LSTM or a GRU: curves over time, and maps side by side."""

from __future__ import annotations

import numpy as np

from ...kit.marks import curves, grammar, heatmap
from ...kit.marks.flow import DECADES
from ...kit.marks.picture import LivePicture, Picture
from ...kit.words.cells import CELLS, record_label
from .say import alt, reach_sentence, sentence

PARTS = {
    "total": grammar.Look("#8f2fb0", "", "all paths"),
    "highway": grammar.Look("#0072b2", "s", "highway"),
    "gates": grammar.Look("#c44e00", "o", "by the gates"),
}
NARROW = dict(linewidth=2.4)
WIDE = dict(linewidth=9, alpha=0.35, solid_capstyle="butt")  # and pale, as all paths lie under one of their parts
STYLES = {"total": WIDE, "highway": NARROW, "gates": NARROW}


def reach(records) -> Picture:
    """Draw ‖dL/dstate_t‖ over that of h_T, where each ReachRecord is a curve and the past is on the left."""
    figure = grammar.new_figure(9.0, 5.0)
    axes = figure.add_axes((0.075, 0.125, 0.905, 0.775))
    grammar.tidy(axes)
    T = max(record.T for record in records)
    quantiles = [grammar.decades(grammar.quantiles(record.sizes)) for record in records]
    floor, ceiling = _limits(np.concatenate([rows.ravel() for rows in quantiles]))
    ends = []
    for record, rows in zip(records, quantiles, strict=True):
        look = CELLS[record.cell]
        at = np.arange(T - record.T, T + 1)
        style = dict(alpha=0.16, linewidth=2.4, every=max(1, T // 8))
        median = curves.band(axes, at, rows.clip(floor, ceiling), look, **style)
        ends.append((median[0], record_label(record), look.color))
    axes.set(xlim=(-0.42 * T, 1.01 * T), ylim=(floor, ceiling))
    curves.ground(axes, floor, ceiling)
    _name_reach(axes, T)
    _label_starts(axes, ends)
    return Picture(figure, reach_sentence(records))


def _name_reach(axes, T: int) -> None:
    """The ticks and names of the axes, and the legend."""
    axes.set_xticks(np.linspace(0, T, 6).round())
    axes.set_xlabel("step t: the loss is at the last one, the gradient comes from the right", fontsize=13)
    handles = [curves.key("median", linewidth=2.6), curves.band_key()]
    curves.legend(axes.figure, handles=handles, columnspacing=1.4)
    curves.title(axes.figure, "gradient of the state, relative to that of the last h", color="black")


def _label_starts(axes, ends) -> None:
    """Labels left of the curves' starts.   ends : (height, text, colour)."""
    points = 72 / axes.figure.dpi
    room = dict(bottom=axes.bbox.y0 * points + 9, top=axes.bbox.y1 * points - 9)
    curves.label_ends(axes, 0, ends, ha="right", fontsize=13, **room)


class GatesPlot(LivePicture):
    """The picture of a GatesRecord, kept alive: a map for each cell, and under them the LSTM's highway and detours."""

    size = (9.0, 6.9)

    def _build(self, record):
        self.heats = {
            cell: heatmap.HeatMap(self.figure.add_axes((0.07 + 0.292 * k, 0.56, 0.243, 0.375)))
            for k, cell in enumerate(("rnn", "lstm", "gru"))
        }
        self.bar = self.figure.add_axes((0.915, 0.56, 0.016, 0.375))
        self.axes = self.figure.add_axes((0.092, 0.085, 0.71, 0.345))
        style = dict(marks="v", marksize=8, markersize=7)
        self.parts = {name: curves.LiveCurve(self.axes, **style, **STYLES[name]) for name in PARTS}
        self._words()
        maps = [artist for heat in self.heats.values() for artist in heat.artists]
        return [*maps, *(part.median for part in self.parts.values()), *(part.zeros for part in self.parts.values())]

    def _limits(self, record):
        parts = [grammar.decades(getattr(record, name)) for name in PARTS]
        return (*heatmap.limits(*record.maps.values()), *_limits(np.concatenate(parts)))

    def _move(self, record, T, most, floor, ceiling) -> None:
        for cell, heat in self.heats.items():
            heat.update(record.maps[cell], most)
        at = np.arange(1, record.T + 1)
        for name, part in self.parts.items():
            row = grammar.decades(getattr(record, name))
            row[-2:] = curves.finite(row[-2:])  # the last two steps have no gate between them, and no mark of a 0
            part.update(at, row, PARTS[name], floor, ceiling, every=max(1, record.T // 10))

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
        curves.ground(self.axes, floor, ceiling)
        times = np.unique(np.round(np.linspace(0, T, 6 if T > 5 else T + 1)).astype(int))
        self.axes.set_xticks([1, *times[1:]])
        self.axes.set_xlabel("k: the earlier time", fontsize=12)

    def _words(self) -> None:
        """The names of the parts, beside them, and what they are parts of."""
        handles = [
            curves.key(look.label, markersize=8, color=look.color, marker=look.marker, **STYLES[name])
            for name, look in PARTS.items()
        ]
        where = dict(loc="center left", bbox_to_anchor=(0.803, 0.26), ncols=1)
        curves.legend(self.figure, handles=handles, fontsize=12.5, handletextpad=0.5, **where)
        curves.title(self.figure, "the LSTM's cell state: the last c by an earlier one", y=0.475)


def gates(record) -> Picture:
    """Return a still picture of a GatesRecord."""
    return Picture(GatesPlot(record).figure, sentence(record), alt(record))


def _limits(rows) -> tuple[float, float]:
    """Floor and ceiling in steps."""
    least, most = curves.span(rows, empty=(-1.0, 1.0))
    return -grammar.up_to(-least, DECADES), grammar.up_to(most, DECADES)
