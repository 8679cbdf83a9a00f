"""What arrives of a gradient at each step of three nets, as rows of lit cells, and an LSTM's highway and detours."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.patches import PathPatch, Polygon, Rectangle
from matplotlib.path import Path

from ....kit.marks import curves, grammar, heatmap
from ....kit.marks.picture import LivePicture, Picture
from ....kit.words.cells import CELLS
from ....kit.words.phrases import verdict
from ..say import alt, sentence

LEFT = 0.36  # room for names and numbers, as a share of the steps
NAME = dict(fontsize=15, weight="bold", va="center")
PLAIN = dict(fontsize=13, weight="normal", color=grammar.INK)
NUMBER = dict(fontsize=13, weight="bold", ha="right", va="center")
ROAD = 0.2, 1.7  # where the highway is, from its lower edge, and how wide it is where it keeps all
ARCHES = 2.35, 1.7  # the same of the detours, and how high they are
HOPS = 7
ACROSS = 8  # points of the image across a cell
APART = 50  # cells at the most that are seen apart
INSIDE = "LSTM, from c to c: the highway, as wide as what it keeps, and all paths with a detour"


class Row:
    """One cell for each step, lit by how much of the last state's gradient reaches it, and the number at the first."""

    def __init__(self, axes, bottom: float, height: float, name: str, color: str):
        self.extent = bottom, bottom + height
        axes.text(0.0, bottom + height / 2, name, transform=axes.get_yaxis_transform(), color=color, **NAME)
        self.lamps = axes.imshow(np.zeros((1, 1, 4)), interpolation="none", aspect="auto", zorder=1)
        self.frame = axes.add_patch(Rectangle((0, bottom), 1, height, fill=False, edgecolor=grammar.INK, linewidth=2))
        self.number = axes.text(0, bottom + height / 2, "", **NUMBER)
        self.artists = [self.lamps, self.frame, self.number]

    def update(self, kept, most: float) -> None:
        """Move to what is ``kept`` at each step, (T,), with the first step on the left."""
        T = len(kept)
        self.lamps.set_data(_cells(kept, most))
        self.lamps.set_extent((T - 0.5, -0.5, *self.extent))
        self.frame.set(x=-0.5, width=T)
        _say_number(self.number, T, kept[0])


class Highway:
    """A band whose width is what the cell state keeps, and over it the detours, lit as the cells are."""

    def __init__(self, axes):
        self.middle = ROAD[0] + ROAD[1] / 2
        heights = self.middle, ARCHES[0] + ARCHES[1] / 2
        for y, name in zip(heights, ("highway", "with a detour"), strict=True):
            axes.text(0.0, y, name, transform=axes.get_yaxis_transform(), **NAME | PLAIN)
        axes.text(0.0, 5.0, INSIDE, transform=axes.get_yaxis_transform(), **NAME | PLAIN)
        self.band = axes.add_patch(Polygon(np.zeros((1, 2)), facecolor=CELLS["lstm"].color, linewidth=0))
        self.rails = axes.add_patch(Rectangle((0, ROAD[0]), 1, ROAD[1], fill=False, linestyle=":", color=grammar.FAINT))
        self.lamps = axes.imshow(np.zeros((1, 1, 4)), interpolation="none", aspect="auto", zorder=1)
        self.edge = axes.add_patch(PathPatch(Path(np.zeros((1, 2))), fill=False, edgecolor=grammar.FAINT, linewidth=1))
        self.lamps.set_clip_path(self.edge)
        self.numbers = [axes.text(0, y, "", **NUMBER) for y in heights]
        self.artists = [self.rails, self.band, self.lamps, self.edge, *self.numbers]

    def update(self, record, most: float) -> None:
        """Move to the two parts of a GatesRecord."""
        T = record.T
        back = np.arange(T)
        half = np.nan_to_num(record.highway[::-1]).clip(0, 1) * ROAD[1] / 2
        upper, lower = np.stack([back, self.middle + half]), np.stack([back, self.middle - half])
        self.band.set_xy(np.concatenate([upper, lower[:, ::-1]], axis=1).T)
        self.rails.set(x=-0.5, width=T)
        path = _arches(T)
        self.edge.set_path(path)
        rgba = heatmap.colours(grammar.decades(record.gates), most)
        rgba[-2:][record.gates[-2:] == 0] = to_rgba(heatmap.CLEAR)  # the last steps have no gate between them
        self.lamps.set_data(rgba[None])
        self.lamps.set_extent((T - 0.5, -0.5, ARCHES[0] - 1, ARCHES[0] + 2))
        self.lamps.set_clip_path(path, self.edge.axes.transData)
        for text, part in zip(self.numbers, (record.highway, record.gates), strict=True):
            _say_number(text, T, part[0])


class GatesPlot(LivePicture):
    """The picture of a GatesRecord, kept alive: a row of lit cells for each net, and the LSTM's highway and detours."""

    def _build(self, record):
        self.axes = self.figure.add_axes((0.015, 0.125, 0.97, 0.755))
        self.axes.set_autoscale_on(False)
        self.bar = self.figure.add_axes((0.70, 0.945, 0.27, 0.032))
        self.rows = {
            cell: Row(self.axes, bottom, 1.0, CELLS[cell].label, CELLS[cell].color)
            for cell, bottom in (("rnn", 9.0), ("gru", 7.4), ("lstm", 5.8))
        }
        self.highway = Highway(self.axes)
        curves.title(self.figure, "what of the last state's gradient reaches each step")
        return [artist for part in (*self.rows.values(), self.highway) for artist in part.artists]

    def _limits(self, record):
        rows = grammar.decades(np.stack([*record.kept.values(), record.gates[:-1].max(initial=0) + 0 * record.gates]))
        most = np.abs(rows[np.isfinite(rows)]).max(initial=0)
        return grammar.up_to(record.T, heatmap.TIMES), grammar.up_to(most, heatmap.DECADES)

    def _frame(self, steps: int, most: float) -> None:
        axes = self.axes
        axes.set(xlim=((1 + LEFT) * steps, -0.012 * steps - 0.5), ylim=(0.0, 10.2))
        grammar.tidy(axes)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        axes.set_yticks([])
        axes.set_xticks(np.unique(np.round(np.linspace(0, steps, 6 if steps > 5 else steps + 1)).astype(int)))
        axes.set_xlabel("steps back from the last", fontsize=13, loc="right")
        _key(self.bar, most)

    def _move(self, record, steps, most) -> None:
        for cell, row in self.rows.items():
            row.update(record.kept[cell], most)
        self.highway.update(record, most)


def _cells(kept, most: float):
    """The colours of a row of cells, with a grey line between two of them where there is room for it."""
    rgba = np.repeat(heatmap.colours(grammar.decades(kept), most), ACROSS, axis=0)
    if len(kept) <= APART:
        rgba[::ACROSS] = to_rgba(grammar.FAINT, 0.45)
    return rgba[None]


def _say_number(text, T: int, size: float) -> None:
    """Write a size left of the first cell, and what it means."""
    far = verdict(size)
    ink = {"vanishes": grammar.VANISHING, "holds": grammar.INK}.get(far, grammar.EXPLODING)
    text.set(x=T, text=f"{grammar.number(size)} \n{far} ", color=ink)


def _arches(T: int) -> Path:
    """A ribbon over the T steps that leaves the highway and comes back to it, again and again."""
    share = np.linspace(0, 1, 8 * HOPS + 1)
    middle = ARCHES[0] + ARCHES[1] * np.abs(np.sin(np.pi * HOPS * share))
    upper, lower = (np.stack([share * (T - 1), middle + away]) for away in (0.2, -0.2))
    return Path(np.concatenate([upper, lower[:, ::-1], upper[:, :1]], axis=1).T)


def _key(axes, most: float) -> None:
    """The colours, and what they mean, in decades."""
    axes.clear()
    rows = np.linspace(-most, most, 201)
    axes.imshow(heatmap.colours(rows, most)[None], aspect="auto", extent=(-most, most, 0, 1), interpolation="none")
    axes.set_xticks(
        [-most, 0, most], [grammar.power_of_ten(-round(most)), "it arrives", grammar.power_of_ten(round(most))]
    )
    axes.set_yticks([])
    axes.tick_params(labelsize=12, colors=grammar.INK, length=3)
    axes.spines[:].set(color=grammar.FAINT, linewidth=0.8)


def gates(record) -> Picture:
    """Return a still picture of a GatesRecord."""
    return Picture(GatesPlot(record).figure, sentence(record), alt(record))
