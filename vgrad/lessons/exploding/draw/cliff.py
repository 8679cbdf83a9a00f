"""The cliff of a one-unit RNN: two balls roll from the same start, without clipping and with it. Alive or still."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from ....kit.marks import grammar
from ....kit.marks.picture import LivePicture, Picture
from ..say.cliff import alt, has_left, place_of, sentence
from . import relief

BALL = "#d6006c"  # as vivid on a dark page
LEFT = 0.04, 0.135, 0.455, 0.70  # of the figure, where the panels are
RIGHT = 0.537, 0.135, 0.455, 0.70
FAR = 1e4  # beyond it, it is all the same how far
DOT = 2e-3  # the length of a dot, in w


class Slope:
    """One landscape, the path over it with a dot for each step, and the ball where the path is now."""

    def __init__(self, figure, place, name: str, surface):
        self.axes = figure.add_axes(place)
        _landscape(self.axes, surface)
        title = dict(transform=self.axes.transAxes, va="bottom", color=grammar.INK)
        self.axes.text(0, 1.095, name, fontsize=15, weight="bold", **title)
        ink = dict(color=grammar.INK, zorder=3)
        (self.halo,) = self.axes.plot([], [], color=grammar.PAPER, linewidth=5.5, zorder=2)
        (self.path,) = self.axes.plot([], [], linewidth=2, **ink)
        dots = dict(fill=False, linewidth=4.5, capstyle="round", snap=False)
        self.dots = self.axes.add_patch(PathPatch(Path([[0, 0]]), **dots, **ink))
        vivid = dict(markerfacecolor=BALL, markeredgecolor=grammar.INK, linestyle="none", clip_on=False)
        (self.start,) = self.axes.plot([], [], "o", color=grammar.INK, markersize=9, fillstyle="none", zorder=4)
        (self.out,) = self.axes.plot([], [], markersize=19, markeredgewidth=1.6, zorder=5, **vivid)
        (self.ball,) = self.axes.plot([], [], "o", markersize=17, markeredgewidth=2, zorder=6, **vivid)
        self.word = self.axes.annotate("start", (0, 0), (9, 2), fontsize=13, textcoords="offset points")
        self.state = self.axes.text(0, 1.02, "", fontsize=13, **title)
        self.artists = [
            self.halo, self.path, self.dots, self.start, self.word, self.out, self.ball, self.state,
        ]  # fmt: skip

    def update(self, record, path, words: str) -> None:
        """Move to a ``path`` of the ``record``, and write the ``words`` above it."""
        x, y = (np.nan_to_num(part, nan=FAR).clip(-FAR, FAR) for part in relief.project(path.w, path.b, path.loss))
        left = has_left(record, path)
        for line in (self.halo, self.path):
            line.set_data(x, y)
        self.dots.set_path(_dots(x[~left], y[~left]))
        self.start.set_data(x[:1], y[:1])
        self.word.xy = x[0], y[0]
        self.ball.set_data(x[-1:], y[-1:])
        self.ball.set_visible(not left[-1])
        self.out.set_visible(bool(left[-1]))
        if left[-1]:
            self._leave(x, y, int(left.argmax()))
        self.state.set_text(words)

    def _leave(self, x, y, first: int) -> None:
        """An arrow at the edge of the drawing, where the ball has left it at its step ``first``."""
        (low, high), (bottom, top) = self.axes.get_xlim(), self.axes.get_ylim()
        start = np.array([x[first - 1], y[first - 1]])
        way = np.array([x[first], y[first]]) - start
        with np.errstate(divide="ignore", invalid="ignore"):
            ends = (np.where(way > 0, [high, top], [low, bottom]) - start) / way
        at = start + np.nanmin(np.where(ends > 0, ends, np.nan)) * way
        scale = np.array([self.axes.bbox.width / (high - low), self.axes.bbox.height / (top - bottom)])
        across, up = way * scale
        self.out.set_marker((3, 0, float(np.degrees(np.arctan2(up, across))) - 90))
        self.out.set_data([at[0]], [at[1]])


class CliffPlot(LivePicture):
    """The picture of a CliffRecord, kept alive."""

    def _build(self, record):
        self.free = Slope(self.figure, LEFT, "without clipping", record.surface)
        self.clipped = Slope(self.figure, RIGHT, "with clipping", record.surface)
        return [*self.free.artists, *self.clipped.artists]

    def _limits(self, record):
        return ()

    def _frame(self) -> None:
        """The ground is the same for each record."""

    def _move(self, record) -> None:
        self.free.update(record, record.free, place_of(record, record.free))
        clipped = f"at {record.threshold:.3g}: {place_of(record, record.clipped)}"
        self.clipped.update(record, record.clipped, clipped)


def _landscape(axes, surface) -> None:
    """The relief, its words, and its axes: w to the right, and b from the back to the front."""
    relief.draw(axes, surface)
    grammar.tidy(axes)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.set_xticks([4, 5, 6, 7])
    edges = [0, len(surface.b) - 1]  # the back and the front of the map
    _, heights = relief.project(surface.w[0], surface.b[edges], surface.loss[edges, 0])
    axes.set_yticks(heights, [f"{b:.1f}".replace("-", "−") for b in surface.b[edges]], rotation=90, va="center")
    axes.set_xlabel("weight w", fontsize=13, labelpad=-2)
    axes.set_ylabel("← bias b", fontsize=13, labelpad=-14)
    words = dict(fontsize=13, color=grammar.INK, va="center")
    axes.text(5.62, 3.55, "the wall", rotation=35, ha="center", **words)
    axes.text(6.32, 4.2, "← high:\nloss 0.4", ha="left", **words)
    axes.text(6.1, 2.35, "low: loss below 0.1", ha="center", **words)


def _dots(x, y) -> Path:
    """A point for each place, which is a line so short that only its round caps are seen."""
    vertices = np.stack([x, y, x + DOT, y], axis=-1).reshape(-1, 2)
    path = Path(vertices, [Path.MOVETO, Path.LINETO] * len(x))
    path.should_simplify = False
    return path


def walk(record) -> Picture:
    """Return a still picture of a CliffRecord."""
    return Picture(CliffPlot(record).figure, sentence(record), alt(record))
