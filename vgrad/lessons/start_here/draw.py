"""The telephone game beside a network: people and layers in a row, and over each of them how much it receives."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Wedge

from ...kit.marks import columns, grammar
from ...kit.marks.picture import Picture
from ...kit.marks.strip import Strip, flow_strip
from .records import WhispersRecord
from .say import first_sentence, whispers_alt, whispers_sentence

WIDE, HIGH = 9.0, 3.95  # inches, in which all places are given
LEFT, RIGHT = 2.05, 8.45
LOUD = 0.3  # radius of what is as loud as the first: an area is a loudness
GAME, NETWORK = 2.05, 0.05  # where the two rows stand


def first_look(record) -> Strip:
    """The strip of a FlowRecord for those who see a first one, so its sentence says what the colours mean."""
    picture = flow_strip(record)
    picture.caption = first_sentence(picture.caption, record)
    return picture


def whispers(record: WhispersRecord) -> Picture:
    """A still picture of the record: the game above, the network below, and what each passes on."""
    figure = grammar.new_figure(WIDE, HIGH)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDE), ylim=(0, HIGH), aspect="equal")
    axes.axis("off")
    places = np.linspace(RIGHT, LEFT, len(record.game))
    last = record.flow.net.depth
    _row(axes, places, GAME, record.game, [f"person {k}" for k in range(1, len(places) + 1)], _person)
    _row(axes, places, NETWORK, record.network, [f"layer {last - k}" for k in range(len(places))], _column)
    words = (
        (GAME, "the telephone\ngame", "loudness"),
        (NETWORK, f"the last {len(places)} of\n{last} layers", "gradient"),
    )
    for bottom, name, disc in words:
        axes.text(0.12, bottom + 0.46, name, fontsize=13, va="center", color=grammar.INK)
        axes.text(0.12, bottom + 1.4, disc, fontsize=13, va="center", style="italic", color=grammar.FAINT)
    return Picture(figure, whispers_sentence(record), whispers_alt(record))


def _row(axes: Axes, places, bottom: float, sizes, names: list[str], draw) -> None:
    """One row, from the right to the left, as the message goes."""
    for x, size, name in zip(places, sizes, names, strict=True):
        draw(axes, x, bottom + 0.46)
        axes.add_patch(_loudness(x, bottom + 1.4, size))
        ink = dict(ha="center", va="center", color=grammar.INK)
        axes.text(x, bottom + 0.93, grammar.number(size), fontsize=13, weight="bold", **ink)
        axes.text(x, bottom + 0.06, name, fontsize=12, **ink)
    for begin, end in pairwise(places):
        arrow = dict(arrowstyle="-|>", color=grammar.FAINT, linewidth=1.5)
        axes.annotate("", (end + 0.36, bottom + 0.46), (begin - 0.36, bottom + 0.46), arrowprops=arrow)


def _loudness(x: float, y: float, size: float) -> Circle:
    """A disc whose area is the loudness."""
    radius = LOUD * np.sqrt(size)
    return Circle((x, y), radius, facecolor=columns.fills([size])[0], edgecolor=grammar.INK, linewidth=1.0)


def _person(axes: Axes, x: float, y: float) -> None:
    for part in (Wedge((x, y - 0.2), 0.22, 0, 180), Circle((x, y + 0.12), 0.11)):
        part.set(facecolor=grammar.FAINT, edgecolor="none")
        axes.add_patch(part)


def _column(axes: Axes, x: float, y: float) -> None:
    for k in range(columns.UNITS):
        unit = Circle((x, y + 0.115 * (k - 2)), 0.05, facecolor=grammar.PAPER, edgecolor=grammar.INK, linewidth=1.0)
        axes.add_patch(unit)
