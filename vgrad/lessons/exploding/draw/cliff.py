"""The cliff of a one-unit RNN: the loss as a map, two paths over it, and the loss along each. Alive or still."""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps, patheffects
from matplotlib.ticker import LogLocator, NullLocator

from ....kit.marks import curves, grammar
from ....kit.marks.picture import LivePicture, Picture
from ..say.cliff import alt, sentence

FREE = grammar.Look("#c23b00", "^", "not clipped")
CLIPPED = grammar.Look("#12305c", "s", "clipped")
AWAY = 9  # points from the end of a path to its label
LEAST = 1e-7  # of the loss, on the axes; below it a path lies on the floor
LENGTHS = (10, 20, 30, 40, 50, 60, 80, 100, 150, 200)
LEVELS = (0.0, 1e-4, 1e-3, 1e-2, 0.03, 0.06, 0.085, 0.15, 0.3, 0.38, 1.0)
WALL = (5.55, -3.07)  # below it, beside the line at which the loss jumps
LIGHT = 0.45  # of white in each colour of the map, so that paths stand out


class Trail:
    """One path: in the map, and its loss beside it; the wider one is seen under the other where they are the same."""

    def __init__(self, chart, axes, look: grammar.Look, size: float, width: float):
        style = dict(color=look.color, marker=look.marker, markersize=size, markeredgecolor=grammar.PAPER)
        (self.halo,) = chart.plot([], [], linewidth=width + 2.2, color=grammar.PAPER, zorder=1)
        (self.path,) = chart.plot([], [], linewidth=width, **style)
        (self.last,) = chart.plot([], [], **{**style, "markersize": 13})
        (self.loss,) = axes.plot([], [], linewidth=width, **style)
        self.label = curves.live_label(axes, look, AWAY, fontsize=13)
        self.artists = [self.path, self.last, self.loss, self.label]

    def update(self, path) -> None:
        """Move to ``path``."""
        steps = len(path.loss)
        for line in (self.halo, self.path):
            line.set_data(_near(path.w), _near(path.b))
        self.path.set_markevery(max(1, steps // 10))
        self.last.set_data(_near(path.w[-1:]), _near(path.b[-1:]))
        self.loss.set_data(np.arange(steps), _shown(path.loss))
        self.loss.set_markevery(max(1, steps // 12))
        self.label.xy = (steps - 1, float(_shown(path.loss[-1])))


class CliffPlot(LivePicture):
    """The picture of a CliffRecord, kept alive."""

    def _build(self, record):
        self.chart = self.figure.add_axes((0.075, 0.135, 0.455, 0.745))
        self.axes = self.figure.add_axes((0.61, 0.135, 0.24, 0.745))
        self.free = Trail(self.chart, self.axes, FREE, 9, 5)
        self.clipped = Trail(self.chart, self.axes, CLIPPED, 5, 1.8)
        (self.start,) = self.chart.plot([], [], "o", markersize=13, color=grammar.INK, markerfacecolor="#ffd400")
        self.start.set_markeredgewidth(2)
        self.names = [_name(self.chart, "start", (14, 0), "left"), _name(self.chart, "end", (0, -18), "center")]
        _map(self.chart, record.surface)
        curves.title(self.figure, "b: the loss as a map, the bluer the higher")
        curves.title(self.figure, "loss", 0.565)
        halos = [self.free.halo, self.clipped.halo]
        return [*halos, *self.free.artists, *self.clipped.artists, self.start, *self.names]

    def _limits(self, record):
        return (grammar.up_to(record.steps, LENGTHS),)

    def _move(self, record, length) -> None:
        self.free.update(record.free)
        self.clipped.update(record.clipped)
        self.start.set_data([record.w], [record.b])
        self.names[0].xy = (record.w, record.b)
        self.names[1].xy = (float(_near(record.clipped.w[-1])), float(_near(record.clipped.b[-1])))
        curves.spread(self.axes, (self.free.label, self.clipped.label), AWAY)

    def _frame(self, length: int) -> None:
        axes = self.axes
        axes.set(xlim=(0, length), yscale="log", ylim=(LEAST, 1))
        grammar.tidy(axes)
        axes.yaxis.set_major_locator(LogLocator(numticks=9))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_xticks([0, length // 2, length])
        axes.set_xlabel("step of descent", fontsize=13)


def _map(axes, surface) -> None:
    """The loss in steps that are about even on a log scale."""
    axes.set_autoscale_on(False)
    blue_to_yellow = colormaps["cividis_r"](np.linspace(0, 1, len(LEVELS) - 1))[:, :3]
    colors = LIGHT + (1 - LIGHT) * blue_to_yellow
    axes.set(xlim=(surface.w[0], surface.w[-1]), ylim=(surface.b[0], surface.b[-1]))
    axes.contourf(surface.w, surface.b, surface.loss, levels=LEVELS, colors=colors, zorder=0)
    grammar.tidy(axes)
    axes.grid(visible=False)
    axes.set_xlabel("w", fontsize=13)
    axes.text(*WALL, "the wall", rotation=-41, ha="center", va="center", fontsize=13, color=grammar.INK)


def _name(axes, text, offset, side):
    """A word beside a place that moves; not drawn where the place is off the map."""
    edge = [patheffects.withStroke(linewidth=3, foreground=grammar.PAPER)]
    style = dict(fontsize=13, weight="bold", color=grammar.INK, path_effects=edge)
    return axes.annotate(text, (0, 0), offset, textcoords="offset points", ha=side, va="center", **style)


def _near(values):
    """Coordinates that a canvas can draw: far out it is all the same how far."""
    return np.clip(np.nan_to_num(values, nan=np.nan, posinf=1e4, neginf=-1e4), -1e4, 1e4)


def _shown(loss):
    return np.maximum(loss, LEAST)


def walk(record) -> Picture:
    """Return a still picture of a CliffRecord."""
    return Picture(CliffPlot(record).figure, sentence(record), alt(record))
