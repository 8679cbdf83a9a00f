"""A sentence, word by word: how much of the gradient at the last word reaches each one, in an RNN, LSTM and GRU."""

from __future__ import annotations

from functools import cache

import numpy as np
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ....kit.marks import curves, grammar
from ....kit.marks.picture import Canvas, Picture
from ..say.connectivity import LOOKS, agreement_sentence, alt, sentence

DECADES = (3, 5, 10, 20, 30, 40, 60, 80, 160, 320)
LETTERS = 14  # of a word on the axis


class ConnectivityPlot:
    """The picture kept alive: ``update`` moves it to another record, ``png`` is what it looks like now."""

    def __init__(self, record):
        self.figure = grammar.new_figure(9.0, 5.2)
        self.axes = self.figure.add_axes((0.085, 0.29, 0.83, 0.615))
        self.bands = {cell: self.axes.fill_between([0, 1], [0, 0], [0, 0], alpha=0.2, linewidth=0) for cell in LOOKS}
        self.lines = {}
        for cell, look in LOOKS.items():
            self.bands[cell].set_facecolor(look.color)
            style = dict(color=look.color, marker=look.marker, linewidth=2.4, markersize=8, clip_on=False)
            (self.lines[cell],) = self.axes.plot([], [], **style)
        self.canvas = Canvas(self.figure, [*self.bands.values(), *self.lines.values()])
        self._legend()
        self._now = None
        self.update(record)

    def update(self, record) -> None:
        """Move every artist to ``record``; another sentence, or a step of the axis, costs a full draw."""
        now = record.words, _most(record)
        if now != self._now:
            self._now = now
            _frame(self.axes, *now)
            self.canvas.forget()
        at = np.arange(1, len(record.words) + 1)
        for cell in LOOKS:
            for artist in (self.bands[cell], self.lines[cell]):
                artist.set_visible(cell in record.reach)
            if cell in record.reach:
                low, median, high = (_decades(row, now[1]) for row in record.reach[cell])
                self.bands[cell].set_data(at, low, high)
                self.lines[cell].set_data(at, median)

    def png(self) -> bytes:
        """What it looks like now."""
        return self.canvas.png()

    def _legend(self) -> None:
        """One legend, above the axes."""
        style = dict(linewidth=2.4, markersize=8)
        handles = [Line2D([], [], color=x.color, marker=x.marker, label=x.label, **style) for x in LOOKS.values()]
        handles.append(Patch(alpha=0.3, label="8 of 10 networks", linewidth=0, color=grammar.FAINT))
        self.figure.legend(
            handles=handles, loc="upper right", ncols=4, frameon=False, fontsize=13, bbox_to_anchor=(0.995, 1.008),
            columnspacing=1.2, handletextpad=0.5,
        )  # fmt: skip
        self.figure.text(0.012, 0.982, "gradient at each word", fontsize=13, va="top", color=grammar.INK)


@grammar.asked
def read(record) -> Picture:
    """A still picture of one sentence."""
    return Picture(ConnectivityPlot(record).figure, sentence(record), alt(record))


@grammar.asked
def agreement(record) -> Picture:
    """How far the gradient at the subject is from that at the last word, before training and after it, by distance."""
    axes = curves.axes(grammar.new_figure(), "gradient at the subject, over that at the last word")
    looks = {"before": grammar.Look("#00558f", "<", ""), "after": grammar.Look("#b3006b", ">", "")}
    decades, ends = {name: np.log10(getattr(record, name)) for name in looks}, []
    for name, look in looks.items():
        for k, row in enumerate(decades[name]):
            axes.plot(np.full(len(row), k), row, look.marker, color=look.color, alpha=0.6, markersize=8)
        middle = np.median(decades[name], axis=1)
        axes.plot(range(len(middle)), middle, color=look.color, linewidth=2.4)
        ends.append((middle[-1], f"{name} training", look.color))
    floor = min(-2, np.floor(min(rows.min() for rows in decades.values()) / 5) * 5)
    axes.set(xlim=(-0.3, len(record.distances) + 0.05), ylim=(floor, 3))
    grammar.shade(axes, -grammar.HEALTHY, grammar.HEALTHY, floor, 3, words=False)
    grammar.decade_ticks(axes, floor, 3)
    of = record.accuracy.shape[1]
    names = [f"{d} words between\n{n} of {of} learn" for d, n in zip(record.distances, record.learnt, strict=True)]
    axes.set_xticks(range(len(names)), names)
    curves.label_ends(axes, len(names) - 1, ends)
    return Picture(axes.figure, agreement_sentence(record))


def _most(record) -> float:
    rows = [_decades(row, 400) for band in record.reach.values() for row in band]
    return grammar.up_to(max((-row.min() for row in rows), default=0), DECADES)


def _decades(values, most: float):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.clip(np.nan_to_num(np.log10(values), nan=-most, neginf=-most), -most, 3)


def _frame(axes, words, most: float) -> None:
    """What stands still: the words under the axis, decades, the vanishing side."""
    for artist in [*axes.patches, *axes.texts]:
        artist.remove()
    T = max(len(words), 1)
    axes.set(xlim=(1 - 0.02 * T, T + 0.02 * T + 0.01), ylim=(-most, 3))
    grammar.tidy(axes)
    grammar.shade(axes, -grammar.HEALTHY, grammar.HEALTHY, -most, 3)
    for said in axes.texts:
        said.set(x=0.985 if said.get_text() == "vanishing" else 0.3, ha="right")
    grammar.decade_ticks(axes, -most, 3)
    short = [_drawable(word if len(word) <= LETTERS else f"{word[: LETTERS - 1]}…") for word in words]
    size = 13 if T <= 14 else 10.5 if T <= 36 else 7.5
    plain = [word.replace("$", r"\$") for word in short]
    axes.set_xticks(
        range(1, len(words) + 1), plain, rotation=60 if T <= 36 else 90, ha="right" if T <= 36 else "center"
    )
    axes.tick_params(axis="x", labelsize=size)
    if not words:
        axes.text(0.5, 0.5, "type a sentence", transform=axes.transAxes, ha="center", fontsize=16, color=grammar.FAINT)


def _drawable(word: str) -> str:
    """The word, with a box for each letter that the picture's font does not have; the sentence has them all."""
    return "".join(letter if ord(letter) in _letters() else "□" for letter in word)


@cache
def _letters() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties())).get_charmap())
