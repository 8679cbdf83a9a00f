"""What becomes of the entries of each layer, as stacked columns, and where their sizes lie in the format's window."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from ....kit.marks import curves, grammar
from ....kit.marks.picture import LivePicture, Picture
from ..records import KINDS, WINDOWS
from ..say.window import LABELS, power_of_two, window_alt, window_sentence

ZERO, SUBNORMAL, FINE, INFINITE = "#0b4f82", "#a9cdea", "#f4f3ef", "#e07b1f"
FILLS: dict[str, dict[str, Any]] = {  # of a column; each kind has a colour and a hatch of its own
    "zero": dict(facecolor=ZERO, hatch="xx", edgecolor="#ffffff"),
    "subnormal": dict(facecolor=SUBNORMAL, hatch="//", edgecolor="#0b4f82"),
    "fine": dict(facecolor=FINE, edgecolor="#6b6b6b"),
    "infinite": dict(facecolor=INFINITE, hatch="++", edgecolor="#5c2200"),
}
GROUNDS = {"zero": "#bfd9ee", "subnormal": grammar.VANISHING_SIDE, "fine": grammar.PAPER, "infinite": "#fbd3b4"}
INKS = {"zero": grammar.VANISHING, "subnormal": grammar.VANISHING, "fine": grammar.FAINT, "infinite": grammar.EXPLODING}
STEPS = (48, 64, 96, 128, 192, 256, 384, 512, 1024, 4096)  # powers of two down to which, and up to which, an axis goes
DEPTHS = (8, 12, 16, 20, 25, 30, 50, 100)
NAMES = 14  # of layers, at the most, that stand under the axis
COLUMN = 0.8  # of the way from one layer to the next
LEFT, WIDE = 0.085, 0.768
ROOM = 11  # points that a line of words needs
RAISED = 13  # points that a power of two needs


class WindowPlot(LivePicture):
    """The columns and the band, kept alive."""

    def _build(self, record):
        self.ground: list[Artist] = []  # of the window
        self.columns = self.figure.add_axes((LEFT, 0.655, WIDE, 0.235))
        self.sizes = self.figure.add_axes((LEFT, 0.13, WIDE, 0.43))
        for axes in (self.columns, self.sizes):
            grammar.tidy(axes, 12)
        self.patches = {kind: PathPatch(Path(np.zeros((1, 2))), linewidth=0.8, **FILLS[kind]) for kind in KINDS}
        for patch in self.patches.values():
            self.columns.add_patch(patch)
        self.curve = curves.LiveCurve(self.sizes, markersize=6, linewidth=1.8, band_alpha=0.45)
        above = dict(va="top", fontsize=13, color=grammar.INK)
        self.titles = [self.figure.text(0.012, y, "", **above) for y in (0.985, 0.617)]
        under = dict(transform=self.sizes.get_xaxis_transform(), ha="center", va="top", fontsize=12, color=grammar.INK)
        self.names = [self.sizes.text(0, -0.05, "", **under) for _ in range(NAMES)]
        self.columns.set(ylim=(0, 1), yticks=(0, 0.5, 1), yticklabels=("0", "50 %", "100 %"), xticks=[])
        self.sizes.set(xticks=[])
        self.sizes.set_xlabel("layer (the gradient comes in at the output, on the right)", fontsize=13, labelpad=20)
        handles = [self.columns.bar(0, 0, label=LABELS[kind], linewidth=0.8, **FILLS[kind]) for kind in KINDS]
        curves.legend(self.figure, handles=handles, fontsize=12, columnspacing=1.2, bbox_to_anchor=(0.995, 1.012))
        return [*self.patches.values(), *self.curve.artists, *self.names]

    def _limits(self, record):
        low, high = curves.span(record.bits)
        floor = -grammar.up_to(max(-low, 0), STEPS)
        ceiling = grammar.up_to(max(high, 0), STEPS)
        return grammar.up_to(record.depth, DEPTHS), floor, ceiling, record.precision, record.quantity

    def _frame(self, depth: int, floor: int, ceiling: int, precision: str, quantity: str) -> None:
        """The window of the format, and what the two axes show."""
        above, below = self.titles
        above.set_text(f"entries of {quantity} in {precision}")
        below.set_text(f"their sizes in float64 (median, middle 80 %), and what {precision} makes of them")
        for artist in self.ground:
            artist.remove()
        for axes in (self.columns, self.sizes):
            axes.set_xlim(0.4, depth + 1.6)
        self.sizes.set_ylim(floor, ceiling)
        self._window(WINDOWS[precision], floor, ceiling)
        ticks = self._ticks(WINDOWS[precision], floor, ceiling)
        self.sizes.set_yticks(ticks, [power_of_two(tick) for tick in ticks])

    def _window(self, window, floor: float, ceiling: float) -> None:
        """Each kind's part of the axis, its name, and where it begins."""
        self.ground.clear()
        ends = (-np.inf, *_ends(window), np.inf)
        right = dict(x=1.01, transform=self.sizes.get_yaxis_transform(), va="center", fontsize=12)
        for kind, low, high in zip(KINDS, ends, ends[1:], strict=False):
            low, high = np.clip((low, high), floor, ceiling)
            self.ground.append(self.sizes.axhspan(low, high, color=GROUNDS[kind], linewidth=0, zorder=0))
            if self._points(high - low, floor, ceiling) > ROOM:
                words = dict(s=LABELS[kind], color=INKS[kind], style="italic")
                self.ground.append(self.sizes.text(y=(low + high) / 2, **words, **right))
        faint = dict(color=grammar.FAINT, style="italic")
        if window.beyond > ceiling:
            self.ground.append(self.sizes.text(y=ceiling, s=f"up to {power_of_two(window.beyond)}", **faint, **right))
        if window.normal < floor:
            self.ground.append(self.sizes.text(y=floor, s=f"down to {power_of_two(window.normal)}", **faint, **right))
        for end in ends[1:-1]:
            if floor < end < ceiling:
                self.ground.append(self.sizes.axhline(end, color=grammar.FAINT, linewidth=1))

    def _ticks(self, window, floor: int, ceiling: int) -> list[int]:
        """The ends of the window, and round powers between them where there is room."""
        step = next(step for step in (16, 32, 64, 128, 256, 1024) if self._points(step, floor, ceiling) > 2 * ROOM)
        ends = [end for end in _ends(window) if floor <= end <= ceiling]
        even = range(-(-floor // step) * step, ceiling + 1, step)
        free = [tick for tick in even if all(self._points(abs(tick - end), floor, ceiling) > RAISED for end in ends)]
        return sorted((*ends, *free))

    def _points(self, powers: float, floor: float, ceiling: float) -> float:
        """How high so many powers of two are drawn."""
        return powers / (ceiling - floor) * self.sizes.get_position().height * self.size[1] * 72

    def _move(self, record, depth: int, floor: int, ceiling: int, *_) -> None:
        layers = np.arange(1, record.depth + 2)
        tops = np.cumsum(np.nan_to_num(record.shares), axis=0)
        for kind, bottom, top in zip(KINDS, [np.zeros_like(tops[0]), *tops], tops, strict=False):
            self.patches[kind].set_path(_bars(layers, bottom, top))
        look = grammar.look(record.activation)._replace(color=grammar.INK)  # blue and orange have a meaning here
        self.curve.update(layers, record.bits, look, floor, ceiling, every=1 + record.depth // 12)
        self._name(record.depth)

    def _name(self, depth: int) -> None:
        """Write the number of some layers under their columns, and "out" under the output's."""
        step = 1 + depth // 12
        named = [k for k in range(1, depth + 1, step) if depth + 1 - k >= step]
        shown = {**{k: str(k) for k in named}, depth + 1: "out"}
        for text in self.names:
            text.set_visible(False)
        for text, (k, name) in zip(self.names, shown.items(), strict=False):
            text.set(x=k, text=name, visible=True)


def _ends(window) -> tuple[int, int, int]:
    """Where entries cease to become 0, which is at half of the smallest number, to be subnormal, and to be finite."""
    return window.smallest - 1, window.normal, window.beyond


def _bars(layers, bottoms, tops) -> Path:
    """One path around the columns from bottom to top, of which those without height are left out."""
    half = COLUMN / 2
    corners = [
        [(x - half, low), (x + half, low), (x + half, high), (x - half, high), (x - half, low)]
        for x, low, high in zip(layers, bottoms, tops, strict=True)
        if high > low
    ]
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    return Path(np.reshape(corners, (-1, 2)), codes * len(corners)) if corners else Path(np.zeros((1, 2)))


def window(record) -> Picture:
    """Return a still picture of a record of entries in a format."""
    return Picture(WindowPlot(record).figure, window_sentence(record), window_alt(record))
