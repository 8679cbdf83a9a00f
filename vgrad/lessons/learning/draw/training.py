"""Training, layer by layer: the loss, and by how much of itself each layer has moved; alive or still."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .... import require
from ....kit.marks import baseline, curves, grammar
from ....kit.marks.grammar import MARK
from ....kit.marks.picture import LivePicture, Picture
from ....kit.words.phrases import GUESS
from ..say.training import alt, classified, losses_sentence, middle, named, percent, sentence

RULE = -3.0  # decades: the update that is often asked for, a thousandth of the weights
LOSSES = (2.5, 3, 4, 6, 10)  # beyond the last, a mark on the ceiling
FLOORS = (4, 6, 8, 10, 15, 20, 30, 40, 60)
CEILINGS = (0, 1, 2, 3, 5, 10, 20, 40)
SMOOTH = 10  # batches
CLEAR = 9  # points from the axis to the middle of a label that stands above it
QUANTITIES = {"movement": "since the start", "update": "last update"}
FILLS = {"movement": "full", "update": "none"}  # of the markers
SPARE = tuple(grammar.CURES[name] for name in ("batch", "layer", "plain", "skip", "skip/√depth", "skip/depth"))


class TrainPlot(LivePicture):
    """The picture of a TrainingRecord, kept alive: on the left the loss, on the right how far each layer has moved."""

    def _build(self, record):
        self.loss = self.figure.add_axes((0.06, 0.135, 0.375, 0.755))
        self.layers = self.figure.add_axes((0.525, 0.135, 0.465, 0.755))
        self.course = curves.LiveCurve(self.loss, marks="^", marksize=6, linewidth=2.4)
        style = dict(linewidth=2.2, markersize=7)
        self.rows = {
            name: curves.LiveCurve(self.layers, marksize=9, fillstyle=FILLS[name], **style) for name in QUANTITIES
        }
        (self.baseline,) = self.loss.plot([], [], zorder=1.5, **baseline.LINE)
        box = dict(facecolor="white", alpha=0.8, linewidth=0, pad=1.5)
        self.read = self.loss.text(
            0.98,
            0.5,
            "",
            transform=self.loss.transAxes,
            ha="right",
            va="center",
            fontsize=11.5,
            color=grammar.INK,
            bbox=box,
        )
        self.rule = self.layers.text(1, RULE, "a thousandth", va="center", fontsize=12, color=grammar.FAINT)
        self._legend()
        drawn = [artist for row in self.rows.values() for artist in row.artists]
        return [self.baseline, *self.course.artists, *drawn, self.rule, self.read]

    def _limits(self, record):
        return _limits(record)

    def _move(self, record, steps, highest, deepest, floor, ceiling) -> None:
        look = grammar.look(record.activation)
        losses = middle(record.loss[:, : record.step])
        self.course.update(np.arange(1, record.step + 1), losses, look._replace(marker=""), 0.0, highest, along=True)
        self.baseline.set_data(*baseline.course(record.baseline.loss))
        self.read.set_text(classified(record).replace(" and ", "\nand "))
        layers = np.arange(1, record.depth + 2)
        for name, row in self.rows.items():
            row.update(layers, _decades(getattr(record, name)), look, floor, ceiling, every=max(1, len(layers) // 10))
        for curve in (self.course, *self.rows.values()):
            curve.band.set_visible(record.seeds > 1)
        self._name_the_rule(floor, ceiling)

    def _frame(self, steps: int, highest: float, deepest: int, floor: float, ceiling: float) -> None:
        for axes in (self.loss, self.layers):
            for artist in [
                *(text for text in self.loss.texts if text is not self.read),
                *(line for line in axes.lines if line.get_linestyle() == ":"),
            ]:
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
        drawn = [np.asarray(row.median.get_data(), float) for row in self.rows.values()]
        beside = 0.04 * (ceiling - floor)
        last = drawn[0][0][-1]

        def room(place) -> float:
            x, y = place
            along = np.linspace(x, x + 0.35 * (1 + last - 2 * x), 9)  # the letters' share of the layers
            gaps = np.abs([np.interp(along, *curve) - y for curve in drawn])
            return np.nan_to_num(gaps, nan=np.inf).min() if floor < y - beside else -1.0

        x, y = max(itertools.product((last, 1), (RULE - beside, RULE + beside)), key=room)
        self.rule.set(x=x, y=y, ha="left" if x == 1 else "right")

    def _legend(self) -> None:
        ink = dict(linewidth=2.2, marker="o", markersize=7)
        handles = [curves.key(name, fillstyle=FILLS[quantity], **ink) for quantity, name in QUANTITIES.items()]
        where = dict(bbox_to_anchor=(1.0, 1.008), columnspacing=1.0, handletextpad=0.4)
        curves.legend(self.figure, handles=handles, fontsize=11.5, **where)
        curves.title(self.figure, "loss of each batch; grey: no hidden layer", fontsize=12)
        curves.title(self.figure, "‖change of W‖ ÷ ‖W‖:", 0.432, 0.98, fontsize=12)


def training(record) -> Picture:
    """Return a still picture of a TrainingRecord."""
    return Picture(TrainPlot(record).figure, sentence(record), alt(record))


def _decades(sizes):
    """low, median, high over the networks, as decades: -inf of 0, +inf of what is not finite."""
    return grammar.decades(middle(sizes))


def _limits(record) -> tuple:
    """steps, the highest loss, layers, and floor and ceiling of the sizes, all in steps."""
    sizes = [_decades(getattr(record, quantity)) for quantity in QUANTITIES]
    least, most = curves.span(*sizes, empty=(-1.0, 0.0))
    losses = middle(record.loss[:, : record.step])
    highest = grammar.up_to(np.max(losses, where=np.isfinite(losses), initial=0.0), LOSSES)
    return record.steps, highest, record.depth + 1, -grammar.up_to(-least, FLOORS), grammar.up_to(most, CEILINGS)


def losses(records) -> Picture:
    """Draw the loss, step by step, with the net without a hidden layer beside it.

    A curve is each network's mean of ten batches, or of short runs every batch's. At its end stands the share of the
    test pictures that is classified correctly.
    """
    looks = _looks(records)
    steps = max(record.steps for record in records)
    short = min(record.steps for record in records) < SMOOTH
    window = 1 if short else SMOOTH
    axes = curves.axes(grammar.new_figure(), "loss of each batch" if short else "loss, mean of ten batches")
    ends = []
    axes.set(xlim=(0, 1.55 * steps), ylim=(0, 2.6))
    axes.plot([0, steps], [GUESS, GUESS], **MARK)
    for record, look in zip(records, looks, strict=True):
        smooth = sliding_window_view(record.loss, window, axis=1).mean(axis=-1)
        median = curves.curve(axes, np.arange(window, record.steps + 1), smooth, look)
        ends.append((median[-1], f"{named(record, records)}, {percent(record.test)}", look.color))
    longest = max(records, key=lambda record: record.steps).baseline
    ends.append((baseline.line(axes, longest.loss, window), f"{baseline.NAME}, {percent(longest.test)}", grammar.FAINT))
    curves.label_ends(axes, steps, ends, bottom=curves.height_of(axes, 0) + CLEAR, fontsize=12.5)
    axes.set_xticks(np.linspace(0, steps, 6).round())
    axes.set_xlabel("step of training; dotted: guessing; at the ends: share of test pictures correct", fontsize=13)
    curves.legend(axes.figure)
    return Picture(axes.figure, losses_sentence(records))


def _looks(records) -> list:
    """The first of an activation wears its look; the others, spare ones, while there are any."""
    kinds = len({record.activation for record in records})
    require.several("records", records, kinds + len(SPARE))
    looks = []
    spare = iter(SPARE)
    for record in records:
        look = grammar.look(record.activation)
        looks.append(next(spare) if look in looks else look)
    return looks
