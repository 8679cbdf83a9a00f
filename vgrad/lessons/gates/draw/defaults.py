"""What three libraries' initializations keep of a gradient, as a table that is coloured by the verdicts."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Rectangle

from ....kit.marks import grammar, heatmap
from ....kit.marks.picture import Picture
from ....kit.words.cells import CELLS
from ..records import DefaultsRecord
from ..say import STARTS, defaults_alt, defaults_sentence

ROW = 0.86  # inches
GAP = 0.22  # between two sizes of the inputs, in columns
TITLE = "the gradient at the first state, relative to that of the last h"
KEY = "◀ blue: it vanishes     white: it holds     orange: it explodes ▶"


def defaults(record: DefaultsRecord) -> Picture:
    """A table with a row for each default: the median, and from which network to which, of each size and each cell."""
    rows, groups, columns = record.medians.shape
    wide = groups * columns + (groups - 1) * GAP
    figure = grammar.new_figure(9.6, 1.5 + ROW * rows)
    inch = 1 / figure.get_figheight()
    axes = figure.add_axes((0.125, 0.44 * inch, 0.87, ROW * rows * inch))
    axes.set(xlim=(0, wide), ylim=(rows, 0), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    decades = grammar.decades(record.medians)
    most = grammar.up_to(np.abs(decades[np.isfinite(decades)]).max(initial=0), heatmap.DECADES)
    for row, group, column in np.ndindex(rows, groups, columns):
        at = group * (columns + GAP) + column
        _cell(axes, row, at, record.kept[row, group, column], most)
    _heads(axes, record)
    figure.text(0.008, 1 - 0.06 * inch, TITLE, fontsize=13, va="top", color=grammar.INK)
    figure.text(0.125, 0.1 * inch, KEY, fontsize=12, va="bottom", color=grammar.FAINT)
    return Picture(figure, defaults_sentence(record), defaults_alt(record))


def _cell(axes, row: int, left: float, kept, most: float) -> None:
    """One cell: the colour and the number of the median, and the smallest and the largest of the networks."""
    median = float(np.median(kept))
    color = heatmap.colours(np.array([grammar.decades(median)]), most)[0]
    axes.add_patch(Rectangle((left + 0.02, row + 0.03), 0.96, 0.94, color=color, linewidth=0))
    light = color[:3] @ (0.3, 0.59, 0.11) > 0.55
    ink = dict(ha="center", va="center", color=grammar.INK if light else grammar.PAPER)
    axes.text(left + 0.5, row + 0.28, grammar.number(median), fontsize=13, weight="bold", **ink)
    ends = [grammar.number(float(f"{end:.0e}")) for end in (kept.min(), kept.max())]
    axes.text(left + 0.5, row + 0.7, f"{ends[0]}\nto {ends[1]}", fontsize=11, linespacing=1.0, **ink)


def _heads(axes, record: DefaultsRecord) -> None:
    """Name the cell and the size of the inputs over the columns, and the default beside each row."""
    style = dict(color=grammar.INK, textcoords="offset points", annotation_clip=False)
    width = len(record.cells) + GAP
    for group, sigma in enumerate(record.sigmas):
        middle = group * width + len(record.cells) / 2
        over = dict(ha="center", va="baseline", fontsize=13, **style)
        axes.annotate(f"inputs of size {sigma:g}", (middle, 0), (0, 26), **over)
        for column, cell in enumerate(record.cells):
            axes.annotate(CELLS[cell].label, (group * width + column + 0.5, 0), (0, 7), **over)
    for row, default in enumerate(record.defaults):
        beside = dict(ha="right", va="center", fontsize=13, **style)
        axes.annotate(STARTS[default], (0, row + 0.5), (-5, 0), **beside)
