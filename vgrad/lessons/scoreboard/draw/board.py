"""The scoreboard as a plane: what the gradient of each net loses or gains, and what the net learns.

Under the plane runs the gradient of the net that is chosen, on the same axis of decades. It leaves the loss with a
size of 1, and it ends at layer 1, or at the first step, under the net's dot.
"""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.transforms import Bbox

from ....kit.marks import curves, grammar
from ....kit.marks.picture import LivePicture
from ....kit.words.cells import CELLS
from ..records import GUESSING, LEARNT
from . import names

FLOOR, CEILING = -33.0, 21.0  # decades, with room for the names
BOTTOM, TOP = -0.17, 1.2  # of what is learnt
BROKEN = -0.1  # where a net stands whose numbers do not stay finite
PICKED = "#12305c"
AREA = 60.0  # points², of a dot
LETTERS = 13
TICKS = (-30, -20, -10, 0, 10)
CORNER = "it holds, and yet\ndoes not learn"
WAYS = {True: ("layer", "loss", 1, 50), False: ("step", "now", 0, 100)}  # what the gradient passes, from last to first


class ScorePlot(LivePicture):
    """The plane of all nets of one kind, and below it the way of one gradient; the plane is the ground."""

    def _build(self, record):
        self.plane = self.figure.add_axes((0.085, 0.36, 0.905, 0.575))
        self.over = self.figure.add_axes(self.plane.get_position(), sharex=self.plane, sharey=self.plane, zorder=1)
        self.over.axis("off")
        self.named = None
        self.way = self.figure.add_axes((0.085, 0.13, 0.905, 0.17))
        self.mark = Rectangle((0, 0), 1, 1, facecolor="none", edgecolor=PICKED, linewidth=1.8)
        self.plane.add_patch(self.mark)
        dot = dict(markersize=15, markerfacecolor="none", markeredgewidth=1.8)
        (self.ring,) = self.plane.plot([], [], "o", color=PICKED, **dot)
        (self.past,) = self.way.plot([], [], color=PICKED, linewidth=2.6)
        (self.up,) = self.way.plot([], [], "^", color=PICKED, markersize=9, clip_on=False)
        said = dict(fontsize=LETTERS, color=PICKED, weight="bold", va="bottom", transform=self.way.transAxes)
        self.said = self.way.text(0.008, 0.06, "", **said)
        return [self.mark, self.ring, self.past, self.up, self.said]

    def update(self, record, **how) -> None:
        """Move to another view; other dots, or another line of health, are a new ground."""
        self.view = record
        super().update(record, **how)

    def _limits(self, record):
        return record.chosen.deep, (record.within,), record.priced  # in a tuple, as that line is no limit that grows

    def _frame(self, deep: bool, health: tuple[float], priced: bool) -> None:
        (within,) = health
        for axes in (self.plane, self.way):
            for artist in (*axes.patches, *axes.texts, *axes.collections, *axes.lines):
                if not artist.get_animated():
                    artist.remove()
            _ground(axes, within)
        _frame_plane(self.plane, deep, within)
        _frame_way(self.way, deep)
        rows = self.view.rows
        for row in rows:
            _dot(self.plane, row, priced)
        if deep:
            self.plane.axhline(self.view.baseline.learnt, **grammar.MARK)
        if priced:
            style = dict(fontsize=12, color=grammar.FAINT, ha="right", va="bottom")
            self.plane.text(CEILING, TOP + 0.02, "area: cost of a step", **style)
        self._names(deep, _corner(self.plane, self.view))

    def _names(self, deep: bool, words: list) -> None:
        """Write the names anew where the dots are others, or there are other ``words`` in the plane."""
        now = deep, len(words)
        if self.named == now:
            return
        self.named = now
        for text in [*self.over.texts]:
            text.remove()
        rows = self.view.rows
        dots = [(*place(row), row.label.replace(", He, ", ", ")) for row in rows]
        crossed = [_spread(self.plane, row) for row in rows]
        if deep:
            crossed += [_level(self.plane, y) for y in (self.view.baseline.learnt, GUESSING)]
        texts = names.beside(self.over, dots, words, crossed)
        self.texts = dict(zip((row.name for row in rows), texts, strict=True))
        back = self.plane.transData.inverted()  # now, as a text remembers how large it was when it was drawn last
        boxes = {name: text.get_window_extent().padded(2) for name, text in self.texts.items()}
        self.bounds = {name: box.transformed(back).bounds for name, box in boxes.items()}

    def _move(self, record, *limits) -> None:
        row = record.chosen
        x, y = place(row)
        self.mark.set_bounds(*self.bounds[row.name])
        self.ring.set_data([x], [y])
        _, _, first, last = WAYS[row.deep]
        layers = row.layers[1]
        self.past.set_data(_inside(grammar.decades(layers)), np.linspace(first, last, len(layers)))
        self.up.set_data([x], [first])
        self.said.set_text(f"{row.label}: {np.median(row.decades):+.1f} decades")


def place(row) -> tuple[float, float]:
    """Return where a net stands: its median decades, and what it learns, or under 0 where it is not finite."""
    return float(_inside(np.median(row.decades))), BROKEN if row.deep and row.finite == 0 else row.learnt


def spot(plot, row) -> tuple[float, float]:
    """Return where in the picture the dot of a net is, as shares of its width and height, from below."""
    x, y = plot.figure.transFigure.inverted().transform(plot.plane.transData.transform(place(row)))
    return float(x), float(y)


def name_box(plot, name: str) -> tuple[float, float, float, float]:
    """Return where in the picture a net's name is, as shares: left, top (from below), width and height."""
    x, y, width, height = plot.bounds[name]
    corners = plot.plane.transData.transform([(x, y), (x + width, y + height)])
    (left, bottom), (right, top) = plot.figure.transFigure.inverted().transform(corners)
    return float(left), float(top), float(right - left), float(top - bottom)


def look(row) -> grammar.Look:
    """Return the colour of a net's cure, and the marker of its activation; a cell and a single layer have their own."""
    if not row.deep:
        return CELLS[row.settings["cell"]]
    settings = row.settings
    if settings.get("depth") == 0:
        return grammar.Look(grammar.INK, "D", row.label)
    cure = grammar.cure(settings.get("norm"), settings.get("skip"), settings.get("alpha", 1.0))
    return cure._replace(marker=grammar.look(settings["activation"]).marker)


def _inside(decades):
    return curves.within(decades, FLOOR, CEILING)


def _dot(axes, row, priced: bool) -> None:
    """A net, with the range of its networks; a clipped one is hollow, and a dear one large if ``priced``."""
    x, y = place(row)
    its = look(row)
    area = AREA * (float(np.median(row.cost)) if priced else 1.0)
    if np.isneginf(row.decades.min()):
        axes.plot([FLOOR], [y], "v", color=grammar.VANISHING, markersize=9, clip_on=False)
    axes.plot(_inside([row.decades.min(), row.decades.max()]), [y, y], color=its.color, linewidth=1.4, alpha=0.6)
    face = "none" if "clip_norm" in row.settings else its.color
    style = dict(color=its.color) if its.marker == "x" else dict(facecolors=face, edgecolors=its.color)
    axes.scatter([x], [y], s=area, marker=its.marker, linewidths=1.8, zorder=3, **style)


def _ground(axes, within: float) -> None:
    """The sides where a gradient vanishes and explodes."""
    axes.set_xlim(FLOOR, CEILING)
    axes.axvspan(FLOOR, -within, color=grammar.VANISHING_SIDE, linewidth=0, zorder=0)
    axes.axvspan(within, CEILING, color=grammar.EXPLODING_SIDE, linewidth=0, zorder=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=LETTERS, colors=grammar.INK, length=4)


def _frame_plane(axes, deep: bool, within: float) -> None:
    axes.set_ylim(BOTTOM if deep else -0.08, TOP)
    axes.set_xticks(TICKS, [])
    axes.set_yticks((0, 0.5, 1), ("0", "50 %", "100 %"))
    above = dict(y=TOP + 0.01, va="bottom", fontsize=14, style="italic")
    axes.text(-within - 3.5, s="◀ vanishes", ha="right", color=grammar.VANISHING, **above)
    axes.text(0, s="holds", ha="center", color=grammar.INK, **above)
    axes.text(within + 3.5, s="explodes ▶", ha="left", color=grammar.EXPLODING, **above)
    name = "accuracy" if deep else "adding problem solved by"
    axes.text(-0.085, 1.02, name, transform=axes.transAxes, fontsize=LETTERS, va="bottom")
    if deep:
        axes.axhline(GUESSING, **grammar.MARK)
        for y, words in ((GUESSING, "guessing"), (BROKEN, "numbers not finite")):
            axes.text(FLOOR + 0.3, y, words, fontsize=12, color=grammar.FAINT, va="center" if y < 0 else "bottom")


def _frame_way(axes, deep: bool) -> None:
    what, start, first, last = WAYS[deep]
    axes.set_ylim(last, first - 0.12 * last)
    axes.set_yticks([first, last], [f"{what} {first}", start])
    axes.set_xticks(TICKS, [grammar.power_of_ten(tick) for tick in TICKS])
    axes.set_xlabel(f"gradient, compared with the gradient at the last {what}", fontsize=LETTERS, labelpad=1)


def _spread(axes, row) -> Bbox:
    """What the range of a net's networks covers, in pixels."""
    y = place(row)[1]
    ends = axes.transData.transform([(_inside(end), y) for end in (row.decades.min(), row.decades.max())])
    return Bbox(ends).padded(2)


def _level(axes, y: float) -> Bbox:
    """What a line across the plane covers, in pixels."""
    return Bbox(axes.transData.transform([(FLOOR, y), (CEILING, y)])).padded(1)


def _corner(axes, view) -> list:
    """Mark the corner of nets that are healthy and do not learn, if there are any; return the boxes of all words."""
    words = [text.get_window_extent() for text in axes.texts]
    if not any(word == "holds" and row.learnt < LEARNT for row, word in zip(view.rows, view.verdicts, strict=True)):
        return words
    low = axes.get_ylim()[0]
    box = Rectangle((-view.within, low), 2 * view.within, LEARNT - low, linewidth=1.4, linestyle="--")
    box.set(facecolor="none", edgecolor=grammar.INK)
    axes.add_patch(box)
    line = dict(arrowstyle="->", color=grammar.INK, linewidth=1.2)
    text = axes.annotate(
        CORNER,
        (-view.within, 0.33),
        (-17.5, 0.33),
        arrowprops=line,
        fontsize=13,
        weight="bold",
        ha="right",
        va="center",
    )
    return [*words, text.get_window_extent()]
