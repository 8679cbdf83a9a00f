"""Training, layer by layer: the loss, and by how much of itself each layer has moved; alive or still."""

from __future__ import annotations

import itertools

import numpy as np
from matplotlib.lines import Line2D
from numpy.lib.stride_tricks import sliding_window_view

from .... import require
from ....kit.marks import curves, grammar
from ....kit.marks.grammar import MARK
from ....kit.marks.picture import Canvas, Picture
from ....kit.words.phrases import GUESS
from ..say.training import alt, losses_sentence, middle, moves_sentence, named, sentence

RULE = -3.0  # decades: the update that is often asked for, a thousandth of the weights
LOSSES = (2.5, 3, 4, 6, 10)  # beyond the last, a mark on the ceiling
FLOORS, CEILINGS = (4, 6, 8, 10, 15, 20, 30, 40, 60), (0, 1, 2, 3, 5, 10, 20, 40)
SMOOTH = 10  # batches
QUANTITIES = {"movement": "moved since the start", "update": "last update"}
SPARE = tuple(grammar.CURES[name] for name in ("batch", "layer", "plain", "skip", "skip/√depth", "skip/depth"))


class Row:
    """One size by layer: the networks' band, the median with its marks, and what lies beyond the axis."""

    def __init__(self, axes, quantity: str):
        self.quantity = quantity
        self.band = axes.fill_between([1, 2], [0, 0], [0, 0], alpha=0.22, linewidth=0)
        hollow = dict(fillstyle="none" if quantity == "update" else "full")
        (self.median,) = axes.plot([], [], linewidth=2.2, markersize=7, **hollow)
        edge = dict(markersize=9, clip_on=False, linestyle="none")
        (self.zeros,) = axes.plot([], [], marker="v", color=grammar.VANISHING, **edge)
        (self.overflows,) = axes.plot([], [], marker="^", color=grammar.EXPLODING, **edge)
        self.artists = [self.band, self.median, self.zeros, self.overflows]

    def show(self, record, floor: float, ceiling: float) -> None:
        """Move the artists to a record, on an axis from ``floor`` to ``ceiling`` decades."""
        low, median, high = _decades(getattr(record, self.quantity))
        layers, look = np.arange(1, len(median) + 1), grammar.look(record.activation)
        self.band.set_data(layers, low.clip(floor, ceiling), high.clip(floor, ceiling))
        self.band.set(facecolor=look.color, visible=record.seeds > 1)
        self.median.set_data(layers, np.where(np.isfinite(median), median, np.nan))
        self.median.set(color=look.color, marker=look.marker, markevery=max(1, len(layers) // 10))
        zero, over = median == -np.inf, median == np.inf
        self.zeros.set_data(layers[zero], np.full(zero.sum(), floor))
        self.overflows.set_data(layers[over], np.full(over.sum(), ceiling))


class TrainPlot:
    """The picture of a TrainingRecord kept alive: on the left the loss, on the right how far each layer has moved."""

    def __init__(self, record):
        self.figure = grammar.new_figure()
        self.loss = self.figure.add_axes((0.06, 0.135, 0.375, 0.755))
        self.layers = self.figure.add_axes((0.525, 0.135, 0.465, 0.755))
        self.band = self.loss.fill_between([1, 2], [0, 0], [0, 0], alpha=0.22, linewidth=0)
        (self.median,) = self.loss.plot([], [], linewidth=2.4)
        (self.over,) = self.loss.plot([], [], linestyle="none", marker="^", color=grammar.EXPLODING, clip_on=False)
        self.rows = [Row(self.layers, quantity) for quantity in QUANTITIES]
        self.rule = self.layers.text(1, RULE, "a thousandth", va="center", fontsize=12, color=grammar.FAINT)
        drawn = [artist for row in self.rows for artist in row.artists]
        moving = [self.band, self.median, self.over, *drawn, self.rule]
        self.canvas = Canvas(self.figure, moving)
        self._limits = None
        self._legend()
        self.update(record)

    def update(self, record) -> None:
        """Move every artist to ``record``; only a step of an axis costs a full draw."""
        now = _limits(record)
        if now != self._limits:
            self._limits = now
            self._frame(record, *now)
            self.canvas.forget()
        look, steps = grammar.look(record.activation), np.arange(1, record.step + 1)
        low, median, high = (row.clip(None, now[1]) for row in middle(record.loss[:, : record.step]))
        self.band.set_data(steps, low, high)
        self.band.set(facecolor=look.color, visible=record.seeds > 1)
        self.median.set_data(steps, median)
        self.over.set_data(steps[median >= now[1]], median[median >= now[1]])
        self.median.set_color(look.color)
        for row in self.rows:
            row.show(record, *now[3:])
        self._name_the_rule(*now[3:])

    def png(self) -> bytes:
        """What it looks like now."""
        return self.canvas.png()

    def _frame(self, record, steps: int, highest: float, deepest: int, floor: float, ceiling: float) -> None:
        """What stands still: limits, ticks, the lines to compare with."""
        for axes in (self.loss, self.layers):
            for artist in [*self.loss.texts, *(line for line in axes.lines if line.get_linestyle() == ":")]:
                artist.remove()
            grammar.tidy(axes)
        self.loss.set(xlim=(0, steps), ylim=(0, highest))
        self.loss.axhline(GUESS, **MARK)
        self.loss.text(0.98 * steps, GUESS, "guessing", ha="right", va="top", fontsize=12, color=grammar.FAINT)
        self.loss.set_xlabel("step of training", fontsize=13)
        self.layers.set(xlim=(1 - 0.03 * deepest, 1.03 * deepest), ylim=(floor, ceiling))
        self.layers.axhline(RULE, **MARK)
        grammar.decade_ticks(self.layers, floor, ceiling, most=6)
        self.layers.set_xticks(np.unique(np.linspace(1, deepest, 6 if deepest > 8 else deepest).round().astype(int)))
        self.layers.set_xlabel("layer: the output's on the right", fontsize=13)

    def _name_the_rule(self, floor: float, ceiling: float) -> None:
        """At the end of its line, and on the side of it, where the curves come least near."""
        curves, beside = [row.median.get_data() for row in self.rows], 0.04 * (ceiling - floor)
        last = curves[0][0][-1]

        def room(place) -> float:
            x, y = place
            along = np.linspace(x, x + 0.35 * (1 + last - 2 * x), 9)  # the letters' share of the layers
            gaps = np.abs([np.interp(along, *curve) - y for curve in curves])
            return np.nan_to_num(gaps, nan=np.inf).min() if floor < y - beside else -1.0

        x, y = max(itertools.product((last, 1), (RULE - beside, RULE + beside)), key=room)
        self.rule.set(x=x, y=y, ha="left" if x == 1 else "right")

    def _legend(self) -> None:
        ink = dict(color=grammar.FAINT, linewidth=2.2, marker="o", markersize=7)
        fills = {"movement": "full", "update": "none"}
        handles = [Line2D([], [], label=name, fillstyle=fills[key], **ink) for key, name in QUANTITIES.items()]
        where = dict(loc="upper right", bbox_to_anchor=(1.0, 1.008), ncols=2, columnspacing=1.0, handletextpad=0.4)
        self.figure.legend(handles=handles, frameon=False, fontsize=11.5, **where)
        self.figure.text(0.012, 0.982, "loss of each batch", fontsize=13, va="top", color=grammar.INK)
        self.figure.text(0.45, 0.98, "÷ weights:", fontsize=12, va="top", color=grammar.INK)


@grammar.asked
def training(record) -> Picture:
    """A still picture of a TrainingRecord."""
    return Picture(TrainPlot(record).figure, sentence(record), alt(record))


def _decades(sizes):
    """low, median, high over the networks, as decades: -inf of 0, +inf of what is not finite."""
    with np.errstate(divide="ignore"):
        return np.log10(middle(sizes))


def _limits(record) -> tuple:
    """steps, the highest loss, layers, and floor and ceiling of the sizes, all in steps."""
    sizes = np.concatenate([_decades(getattr(record, quantity)) for quantity in QUANTITIES], axis=None)
    sizes = sizes[np.isfinite(sizes)]
    least, most = (sizes.min(), sizes.max()) if sizes.size else (-1.0, 0.0)
    losses = middle(record.loss[:, : record.step])
    highest = grammar.up_to(np.max(losses, where=np.isfinite(losses), initial=0.0), LOSSES)
    return record.steps, highest, record.depth + 1, -grammar.up_to(-least, FLOORS), grammar.up_to(most, CEILINGS)


@grammar.asked
def moves(records, quantity: str = "movement") -> Picture:
    """By how much of itself each layer has moved since the start, or in its last "update": a record a curve."""
    looks, name = _looks(records), f"{QUANTITIES[require.choice('quantity', quantity, QUANTITIES)]}, over the weights"
    axes, ends, still = curves.axes(grammar.new_figure(), name), [], []
    deepest = max(record.depth for record in records) + 1
    for record, look in zip(records, looks, strict=True):
        rows, median = grammar.decades(getattr(record, quantity)), _decades(getattr(record, quantity))[1]
        drawn = curves.curve(axes, np.arange(1, record.depth + 2), np.where(np.isfinite(rows), rows, np.nan), look)
        ends.append((drawn[-1] if np.isfinite(drawn[-1]) else median[-1], named(record, records), look.color))
        still.extend(np.flatnonzero(median == -np.inf) + 1)
    floor, ceiling = np.floor(axes.get_ylim()[0]), np.ceil(axes.get_ylim()[1])
    axes.set(xlim=(1 - 0.02 * deepest, 1.4 * deepest), ylim=(floor, ceiling))
    curves.zeros(axes, still, floor)
    grammar.decade_ticks(axes, floor, ceiling)
    curves.label_ends(axes, deepest, ends)
    axes.set_xticks(np.unique(np.linspace(1, deepest, min(deepest, 11)).round().astype(int)))
    axes.set_xlabel("layer: from the input on the left to the output on the right", fontsize=13)
    curves.legend(axes.figure)
    return Picture(axes.figure, moves_sentence(records, quantity))


@grammar.asked
def losses(records) -> Picture:
    """The loss, step by step, each network's the mean of ten batches, or of short runs every batch's."""
    looks, steps, shortest = _looks(records), *(end(record.steps for record in records) for end in (max, min))
    window, name = (SMOOTH, "loss, mean of ten batches") if shortest >= SMOOTH else (1, "loss of each batch")
    axes, ends = curves.axes(grammar.new_figure(), name), []
    axes.set(xlim=(0, 1.5 * steps), ylim=(0, 2.6))
    axes.plot([0, steps], [GUESS, GUESS], **MARK)
    for record, look in zip(records, looks, strict=True):
        smooth = sliding_window_view(record.loss, window, axis=1).mean(axis=-1)
        median = curves.curve(axes, np.arange(window, record.steps + 1), smooth, look)
        ends.append((median[-1], named(record, records), look.color))
    curves.label_ends(axes, steps, ends)
    axes.set_xticks(np.linspace(0, steps, 6).round())
    axes.set_xlabel("step of training; the dotted line is guessing", fontsize=13)
    curves.legend(axes.figure)
    return Picture(axes.figure, losses_sentence(records))


def _looks(records) -> list:
    """The first of an activation wears its look; the others, spare ones, while there are any."""
    kinds = len({record.activation for record in records})
    require.several("records", records, kinds + len(SPARE))
    looks, spare = [], iter(SPARE)
    for record in records:
        look = grammar.look(record.activation)
        looks.append(next(spare) if look in looks else look)
    return looks
