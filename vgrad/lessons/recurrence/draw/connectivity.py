"""A sentence as words in boxes, once for each cell: a word's ink fades with what of the gradient arrives at it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from matplotlib.collections import PolyCollection

from ....kit.marks import grammar
from ....kit.marks.picture import LivePicture, Picture
from ..say.connectivity import LOOKS, alt, sentence
from .sentence import Box, lay_out, width_of

MOST = 3  # decades above the last word, in the picture of training
FADES = 3.0  # decades, over which the ink fades
FAINTEST = 0.1  # ink that is left
LEFT, RIGHT, TOP, BOTTOM = 0.1, 8.38, 4.12, 0.58  # of the rows, in inches
HEAD = 0.36  # of a row, for its name
ROW = (TOP - BOTTOM) / len(LOOKS)
TITLE = "How much of the gradient at the last word reaches each word?"
KEY = (("all", 1.0), ("a tenth", 0.1), ("a hundredth", 0.01), ("a thousandth, or less", 0.001))
EDGE, EDGES = "#b5b5b5", 0.015  # of a box: its colour, and half of its width and a little more
GLOW = "#f5b07a"  # over a word at which more than ten times as much arrives
BARS = {"vanishes": grammar.VANISHING, "holds": grammar.INK, "explodes": grammar.EXPLODING}


class ConnectivityPlot(LivePicture):
    """The words of a sentence in three rows, kept alive: over each lies a veil, and under it a bar."""

    def _build(self, record):
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        width, height = self.size
        self.axes.set(xlim=(0, width), ylim=(0, height))
        self.axes.axis("off")
        self.veils = PolyCollection([], linewidths=0, clip_on=False, zorder=4)
        self.axes.add_collection(self.veils, autolim=False)
        self.bars = {side: self._line(color) for side, color in BARS.items()}
        (self.zeros,) = self.axes.plot([], [], "v", color=grammar.VANISHING, markersize=5, zorder=6)
        (self.overflows,) = self.axes.plot([], [], "^", color=grammar.EXPLODING, markersize=5, zorder=6)
        _frame_once(self.axes)
        self.still: list = []
        style = dict(fontsize=14, weight="bold", ha="right", va="center_baseline")
        self.first = {cell: self.axes.text(1.75, y, "", **style) for cell, y in _heads()}
        return [self.veils, *self.bars.values(), self.zeros, self.overflows, *self.first.values()]

    def _line(self, color: str):
        return self.axes.plot([], [], color=color, linewidth=2.6, solid_capstyle="butt", zorder=5)[0]

    def _limits(self, record):
        return record.words, record.left_out

    def _frame(self, words, left_out: int) -> None:
        """Draw what stands still: the words in full ink, and their boxes."""
        for artist in self.still:
            artist.remove()
        self.boxes = []
        short, letters, within = lay_out(words, RIGHT - LEFT, ROW - HEAD)
        for _, y in _heads():
            self.boxes += [box._replace(x=LEFT + box.x, y=y + box.y - ROW + HEAD / 2 + 0.06) for box in within]
        self.still = [*_words_of_rows(self.axes, bool(words), left_out)]
        if words:
            self.still += _words(self.axes, short, self.boxes, letters)

    def _move(self, record, words, left_out: int) -> None:
        shares = np.concatenate([record.reach[cell].median for cell in LOOKS]) if words else np.zeros(0)
        decades = np.nan_to_num(grammar.decades(shares), nan=np.inf)
        self.veils.set(verts=[_inside(box) for box in self.boxes], facecolors=veil(decades))
        self._move_bars(decades)
        feet = np.array([(box.x, _foot(box)) for box in self.boxes]).reshape(-1, 2)
        for symbols, there in ((self.zeros, shares == 0), (self.overflows, ~np.isfinite(shares))):
            symbols.set_data(*feet[there].T)
        for cell, words_of in self.first.items():
            share = record.reach[cell].median[0] if words else 1.0
            words_of.set(text=grammar.number(share), color=BARS[_side(grammar.decades(share))], visible=bool(words))

    def ghost(self, record) -> str:
        """Return the bars of another ``record``: a second veil would hide words."""
        self.veils.set_visible(False)
        try:
            return super().ghost(record)
        finally:
            self.veils.set_visible(True)

    def _move_bars(self, decades) -> None:
        """A bar under each word: as wide as its box where all arrives, and none where a thousandth does or less."""
        sides = np.array([_side(value) for value in decades])
        for side, line in self.bars.items():
            x, y = [], []
            for k in np.flatnonzero(sides == side):
                box = self.boxes[k]
                x += [box.x, box.x + box.width * _share(decades[k]), np.nan]
                y += [_foot(box)] * 3
            line.set_data(x, y)


def read(record) -> Picture:
    """Return a still picture of one sentence."""
    return Picture(ConnectivityPlot(record).figure, sentence(record), alt(record))


# --- a word -----------------------------------------------------------------------------------------------------------


def veil(decades) -> np.ndarray:
    """Return RGBA of what lies over each word: paper that hides it where little arrives, a glow where too much does."""
    faded = np.clip(-decades / FADES, 0, 1) ** 0.8 * (1 - FAINTEST)
    glows = np.clip((decades - grammar.HEALTHY) / FADES, 0, 1) * 0.45 + 0.3
    explodes = decades > grammar.HEALTHY
    rgba = np.ones((len(decades), 4))
    rgba[explodes, :3] = [int(GLOW[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    rgba[:, 3] = np.where(explodes, glows, faded)
    return rgba


def _side(decades: float) -> str:
    return "holds" if abs(decades) <= grammar.HEALTHY else "vanishes" if decades < 0 else "explodes"


def _share(decades: float) -> float:
    """How much of a bar there is: the first decades fill it, and what explodes fills it too."""
    return float(np.clip(1 + decades / FADES, 0, 1))


def _foot(box) -> float:
    """Where a bar lies: closer to its box where lines are close."""
    return box.y - box.height / 2 - min(0.05, 0.19 * box.height)


def _inside(box) -> list[tuple[float, float]]:
    """What a veil covers: the box without its edge."""
    return _corners(Box(box.x + EDGES, box.y, box.width - 2 * EDGES, box.height - 2 * EDGES))


def _corners(box) -> list[tuple[float, float]]:
    end, half = box.x + box.width, box.height / 2
    return [(box.x, box.y - half), (end, box.y - half), (end, box.y + half), (box.x, box.y + half)]


# --- what stands still ------------------------------------------------------------------------------------------------


def _heads() -> list[tuple[str, float]]:
    """Each cell, and the middle of what is written above its words."""
    return [(cell, TOP - k * ROW - HEAD / 2) for k, cell in enumerate(LOOKS)]


def _frame_once(axes) -> None:
    """What no sentence changes: the question, the names of the rows, and what the ink and the bar mean."""
    axes.text(LEFT, 4.5, TITLE, fontsize=15, weight="bold", va="top")
    for cell, y in _heads():
        axes.text(LEFT, y, LOOKS[cell].label, fontsize=15, weight="bold", va="center_baseline")
    x = LEFT
    for words, share in KEY:
        box = Box(x, 0.27, width_of("word", 13), 0.28)
        decades = np.log10([share])
        axes.add_collection(_outlines([box], edgecolors=EDGE))
        axes.text(box.x + box.width / 2, box.y, "word", ha="center", va="center_baseline", fontsize=13)
        axes.add_collection(PolyCollection([_inside(box)], facecolors=veil(decades), linewidths=0, zorder=4))
        style = dict(color=grammar.INK, linewidth=2.6, solid_capstyle="butt")
        axes.plot([x, x + box.width * _share(decades[0])], [_foot(box)] * 2, **style)
        said = axes.text(x + box.width + 0.08, box.y, words, fontsize=13, va="center_baseline")
        x = said.get_window_extent().x1 / axes.figure.dpi + 0.22


def _words_of_rows(axes, some: bool, left_out: int):
    """What is said of each row where there are words, and of words that were not read."""
    for _, y in _heads() if some else ():
        yield axes.text(1.83, y, "times as much reaches the first word", fontsize=13, va="center_baseline")
    if not some:
        yield axes.text(4.6, 2.4, "type a sentence", ha="center", fontsize=16, color=grammar.FAINT)
    if left_out:
        yield axes.text(8.93, 4.49, f"{grammar.count(left_out, 'word')} unread", ha="right", va="top", fontsize=13)


def _words(axes, short, boxes, size: float):
    """The words in their boxes, the links between them, and the loss at the last one of each row."""
    last = boxes[len(short) - 1 :: len(short)]
    yield axes.add_collection(_outlines(boxes, edgecolors=EDGE))
    yield axes.add_collection(_outlines(last, edgecolors=grammar.INK, linewidths=2.6))
    between = [(box.x + box.width + after.x) / 2 for box, after in pairwise(boxes) if box.y == after.y]
    heights = [box.y for box, after in pairwise(boxes) if box.y == after.y]
    yield from axes.plot(between, heights, "<", color=grammar.FAINT, markersize=0.3 * size)
    style = dict(ha="center", va="center_baseline", fontsize=size, color=grammar.INK, parse_math=False)
    for k, box in enumerate(boxes):
        weight = "bold" if box in last else "normal"
        yield axes.text(box.x + box.width / 2, box.y, short[k % len(short)], weight=weight, **style)
    arrow = dict(arrowstyle="-|>", color=grammar.INK, linewidth=1.6, shrinkA=1, shrinkB=2)
    style = dict(arrowprops=arrow, ha="right", va="center", weight="bold", fontsize=13)
    for box in last:
        yield axes.annotate("loss", (box.x + box.width, box.y), (8.93, box.y), **style)


def _outlines(boxes, **style) -> PolyCollection:
    """The edges of boxes."""
    return PolyCollection([_corners(box) for box in boxes], facecolors="none", clip_on=False, zorder=7, **style)
