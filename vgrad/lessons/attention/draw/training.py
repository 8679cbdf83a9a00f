"""Small transformers while they train: at scales of their scores, with pre-norm and post-norm, and with QK-norm."""

from __future__ import annotations

import numpy as np

from ....kit.marks import curves, grammar
from ....kit.marks.grammar import CURES, MARK, decades
from ....kit.marks.picture import Picture
from ..say import training as say

PLACED = tuple(CURES[name] for name in ("layer", "batch", "skip", "skip/depth"))
GROWN = tuple(CURES[name] for name in ("plain", "rms", "skip/√depth", "skip"))
STARVED = tuple(CURES[name] for name in ("skip", "skip/depth", "layer", "batch"))
LOWEST = -9.0  # decades: float32 has no smaller difference of two tokens


def scales(record) -> Picture:
    """Draw what W_q receives before training, and what each network reaches, a dot for each network."""
    figure = grammar.new_figure()
    curves.title(figure, "dW_q ÷ dW_v before training", 0.33)
    curves.title(figure, "accuracy after training", 0.69)
    left = figure.add_axes((0.33, 0.135, 0.3, 0.755))
    right = figure.add_axes((0.69, 0.135, 0.29, 0.755))
    _dots(left, record.starved, record.names)
    _dots(right, record.accuracy, [""] * len(record.names))
    left.set(xlim=(-0.1, 1.1 * record.starved.max()))
    left.set_xlabel("first block, ratio of norms", fontsize=13)
    _pixels(right, record)
    right.set_xlabel("share of the pictures", fontsize=13)
    return Picture(figure, say.scales_sentence(record), say.scales_alt(record))


def places(record) -> Picture:
    """Draw the accuracy by learning rate, a curve for each place of the norms, with and without a warm-up."""
    axes = curves.axes(grammar.new_figure(), "accuracy of the last ten batches")
    x = np.arange(len(record.rates))
    axes.set(xlim=(-0.1, 1.45 * x[-1]), ylim=(0, 1.04))
    ends = []
    for name, rows, look in zip(record.names, record.accuracy, PLACED, strict=True):
        median = curves.curve(axes, x, rows.T, look, every=1)
        ends.append((median[-1], name, look.color))
    pixels = np.median(record.baseline)
    for height, words, at in ((pixels, "readout of the pixels", (1.04, "bottom")), (0.1, "guessing", (0.0, "top"))):
        axes.plot([0, 1.45 * x[-1] if height == pixels else x[-1]], [height, height], **MARK)
        axes.text(at[0] * x[-1], height, words, va=at[1], fontsize=12, color=grammar.FAINT)
    curves.label_ends(axes, x[-1], ends)
    axes.set_xticks(x, [f"{rate:g}" for rate in record.rates])
    axes.set_xlabel("learning rate", fontsize=13)
    curves.legend(axes.figure)
    return Picture(axes.figure, say.places_sentence(record), say.places_alt(record))


def growth(record) -> Picture:
    """Draw how far the scores spread during training, and the accuracy of each network at its end."""
    figure = grammar.new_figure()
    curves.title(figure, "standard deviation of the scores")
    curves.title(figure, "accuracy after training", 0.72)
    left = figure.add_axes((0.065, 0.135, 0.41, 0.755))
    right = figure.add_axes((0.72, 0.135, 0.26, 0.755))
    grammar.tidy(left)
    spread = [decades(rows) for rows in record.std if rows.any()]
    least, most = curves.span(*spread)
    left.set(xlim=(-0.2, 1.3 * (len(record.looks) - 1)), ylim=(min(least, -0.1), np.ceil(most)))
    grammar.decade_ticks(left, *left.get_ylim())
    ends = []
    for name, rows, look in zip(record.names, spread, GROWN, strict=False):
        median = curves.curve(left, np.arange(len(record.looks)), rows, look, every=1)
        ends.append((median[-1], name, look.color))
    curves.label_ends(left, len(record.looks) - 1, ends)
    _looks(left, record.looks)
    _dots(right, record.accuracy, record.names, [look.color for look in GROWN])
    right.set_xlabel("share of the pictures", fontsize=13)
    return Picture(figure, say.growth_sentence(record), say.growth_alt(record))


def starved(record) -> Picture:
    """Draw how much the tokens differ during training, and what W_q of the last block receives beside W_v."""
    figure = grammar.new_figure()
    curves.title(figure, "how much the tokens differ")
    curves.title(figure, "dW_q ÷ dW_v of the last block", 0.46)
    left = figure.add_axes((0.065, 0.135, 0.31, 0.755))
    right = figure.add_axes((0.46, 0.135, 0.31, 0.755))
    ends = []
    for axes, columns in ((left, record.rest), (right, record.starved)):
        grammar.tidy(axes)
        axes.set(xlim=(-0.2, len(record.looks) - 0.8), ylim=(LOWEST, 1.0))
        curves.ground(axes, LOWEST, 1.0, words=False)
        for name, rows, look in zip(record.names, columns, STARVED, strict=True):
            median = curves.curve(axes, np.arange(len(record.looks)), decades(rows), look, floor=LOWEST, every=1)
            ends.append((median[-1], name, look.color))
        _looks(axes, record.looks)
    curves.label_ends(right, len(record.looks) - 1, ends[len(record.names) :])
    return Picture(figure, say.starved_sentence(record), say.starved_alt(record))


def _dots(axes, rows, names, colors=None) -> None:
    """A row of dots for each kind of network, its name beside it."""
    grammar.tidy(axes)
    for height, values in enumerate(rows):
        color = colors[height] if colors else grammar.INK
        axes.plot(values, np.full(len(values), height), "o", color=color, markersize=8, alpha=0.6)
    axes.set(ylim=(len(rows) - 0.5, -0.5))
    axes.set_yticks(range(len(rows)), names)


def _pixels(axes, record) -> None:
    """The line of the readout of the pixels."""
    height = np.median(record.baseline)
    axes.axvline(height, **MARK)
    axes.text(height - 0.01, len(record.names) - 0.55, "pixels alone", ha="right", fontsize=12, color=grammar.FAINT)


def _looks(axes, looks) -> None:
    """The steps of training along the axis, at equal distances."""
    axes.set_xticks(range(len(looks)), looks, fontsize=11)
    axes.set_xlabel("after so many steps", fontsize=13)
