"""A sentence, word by word: how much of the gradient at the last word reaches each one, in an RNN, LSTM and GRU."""

from __future__ import annotations

from functools import cache

import numpy as np
from matplotlib.font_manager import FontProperties, findfont, get_font

from ....kit.marks import curves, grammar
from ....kit.marks.picture import LivePicture, Picture
from ..say.connectivity import LOOKS, agreement_sentence, alt, sentence

DECADES = (3, 5, 10, 20, 30, 40, 60, 80, 160, 320)
MOST = 3  # decades above the last word
LETTERS = 14  # of a word on the axis
SMALL = {14: 13, 36: 10.5}  # letters of so many words; of more, 7.5


class ConnectivityPlot(LivePicture):
    """The gradient at each word of a sentence, kept alive: a curve for each cell."""

    size = (9.0, 5.2)

    def _build(self, record):
        self.axes = self.figure.add_axes((0.085, 0.29, 0.83, 0.615))
        style = dict(linewidth=2.4, markersize=8, clip_on=False)
        self.curves = {cell: curves.LiveCurve(self.axes, marks="", band_alpha=0.2, **style) for cell in LOOKS}
        self._legend()
        bands = [curve.band for curve in self.curves.values()]
        return [*bands, *(curve.median for curve in self.curves.values())]

    def _limits(self, record):
        return record.words, _most(record)

    def _frame(self, words, most) -> None:
        _frame(self.axes, words, most)

    def _move(self, record, words, most) -> None:
        at = np.arange(1, len(words) + 1)
        for cell, curve in self.curves.items():
            curve.show(cell in record.reach)
            if cell in record.reach:
                curve.update(at, _decades(record.reach[cell], most), LOOKS[cell], -most, MOST, along=True)

    def _legend(self) -> None:
        """One legend, above the axes."""
        style = dict(linewidth=2.4, markersize=8)
        handles = [curves.key(look.label, color=look.color, marker=look.marker, **style) for look in LOOKS.values()]
        where = dict(bbox_to_anchor=(0.995, 1.008), columnspacing=1.2, handletextpad=0.5)
        curves.legend(self.figure, handles=[*handles, curves.band_key()], **where)
        curves.title(self.figure, "gradient at each word")


def read(record) -> Picture:
    """Return a still picture of one sentence."""
    return Picture(ConnectivityPlot(record).figure, sentence(record), alt(record))


def agreement(record) -> Picture:
    """Draw how far the gradient at the subject is from that at the last word, before training and after."""
    axes = curves.axes(grammar.new_figure(), "gradient at the subject, over that at the last word")
    looks = {"before": grammar.Look("#00558f", "<", ""), "after": grammar.Look("#b3006b", ">", "")}
    decades = {name: np.log10(getattr(record, name)) for name in looks}
    ends = []
    for name, look in looks.items():
        for k, row in enumerate(decades[name]):
            axes.plot(np.full(len(row), k), row, look.marker, color=look.color, alpha=0.6, markersize=8)
        middle = np.median(decades[name], axis=1)
        axes.plot(range(len(middle)), middle, color=look.color, linewidth=2.4)
        ends.append((middle[-1], f"{name} training", look.color))
    floor = min(-2, np.floor(min(rows.min() for rows in decades.values()) / 5) * 5)
    axes.set(xlim=(-0.3, len(record.distances) + 0.05), ylim=(floor, MOST))
    curves.ground(axes, floor, MOST, words=False)
    of = record.accuracy.shape[1]
    names = [f"{d} words between\n{n} of {of} learn" for d, n in zip(record.distances, record.learnt, strict=True)]
    axes.set_xticks(range(len(names)), names)
    curves.label_ends(axes, len(names) - 1, ends)
    return Picture(axes.figure, agreement_sentence(record))


def _most(record) -> float:
    rows = [_decades(band, 400) for band in record.reach.values()]
    return grammar.up_to(max((-row.min() for row in rows), default=0), DECADES)


def _decades(values, most: float):
    """Decades on an axis from -most to MOST; what is not a number lies on the floor."""
    return np.clip(np.nan_to_num(grammar.decades(values), nan=-most, neginf=-most), -most, MOST)


def _frame(axes, words, most: float) -> None:
    """What stands still: the words under the axis, decades, the vanishing side."""
    for artist in [*axes.patches, *axes.texts]:
        artist.remove()
    T = max(len(words), 1)
    axes.set(xlim=(1 - 0.02 * T, T + 0.02 * T + 0.01), ylim=(-most, MOST))
    grammar.tidy(axes)
    curves.ground(axes, -most, MOST)
    for said in axes.texts:
        said.set(x=0.985 if said.get_text() == "vanishing" else 0.3, ha="right")
    short = [_drawable(word if len(word) <= LETTERS else f"{word[: LETTERS - 1]}…") for word in words]
    size = next((size for words_at_most, size in SMALL.items() if words_at_most >= T), 7.5)
    plain = [word.replace("$", r"\$") for word in short]
    turned = dict(rotation=60, ha="right") if T <= 36 else dict(rotation=90, ha="center")
    axes.set_xticks(range(1, len(words) + 1), plain, **turned)
    axes.tick_params(axis="x", labelsize=size)
    if not words:
        axes.text(0.5, 0.5, "type a sentence", transform=axes.transAxes, ha="center", fontsize=16, color=grammar.FAINT)


def _drawable(word: str) -> str:
    """The word, with a box for each letter that the picture's font does not have; the sentence has them all."""
    return "".join(letter if ord(letter) in _letters() else "□" for letter in word)


@cache
def _letters() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties())).get_charmap())
