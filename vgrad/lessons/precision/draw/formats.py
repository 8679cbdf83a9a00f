"""A number as three formats store it, bit by bit."""

from __future__ import annotations

from matplotlib.patches import Rectangle

from ....kit.marks import curves, grammar
from ....kit.marks.picture import Picture
from ..records import BitsRecord, Word
from ..say.formats import bits_alt, bits_sentence, exponent_label, value

PARTS = {"sign": grammar.CURES["plain"], "exponent": grammar.CURES["batch"], "fraction": grammar.CURES["skip/depth"]}
ROW = 2.4  # bits, from one row to the next


def bits(record: BitsRecord) -> Picture:
    """Draw the bits of a number, a row for each format; the colour tells sign, exponent and fraction."""
    figure = grammar.new_figure(9.0, 3.2)
    curves.title(figure, f"the bits of {value(record.number)}")
    axes = figure.add_axes((0.01, 0.02, 0.98, 0.86))
    axes.set(xlim=(-5.6, 32.4), ylim=(ROW * (len(record.words) - 1) + 2.1, -0.6))
    axes.axis("off")
    for row, word in enumerate(record.words):
        _row(axes, ROW * row, word)
    handles = [curves.band_key(name, color=look.color, alpha=0.9) for name, look in PARTS.items()]
    curves.legend(figure, handles=handles)
    return Picture(figure, bits_sentence(record), bits_alt(record))


def _row(axes, top: float, word: Word) -> None:
    axes.text(-0.3, top + 0.5, word.format, ha="right", va="center", fontsize=13, color=grammar.INK)
    place = 0
    for name, look in PARTS.items():
        for bit in getattr(word, name):
            axes.add_patch(Rectangle((place + 0.06, top), 0.88, 1.0, facecolor=look.color, linewidth=0))
            axes.text(place + 0.5, top + 0.54, bit, ha="center", va="center", fontsize=11, color=grammar.PAPER)
            place += 1
    under = f"{exponent_label(word)}; stored is {value(word.value)}"
    axes.text(0.1, top + 1.5, under, va="center", fontsize=12, color=grammar.INK)
