"""The signal both ways in one picture, alive or still; a sweep over σ_w; and what is learnt from a start."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from ... import require
from ...kit.marks import curves, grammar, ways
from ...kit.marks.picture import Picture
from ...kit.marks.ways import WaysPlot
from .say import alt, labels, sentence, starts_alt, starts_sentence, sweep_sentence

LOOKS = ways.LOOKS | {"apart": grammar.Look("#7a6200", "o", "apart")}
SETS = {  # of pictures
    "train": grammar.Look("#0072b2", "s", "training pictures"),
    "test": grammar.Look("#c44e00", "o", "test pictures"),
}
ENDS = {"h": "size of the last h ÷ the input's", "dh": "norm of dh at the first layer ÷ at the last"}
RING = dict(marker="o", linestyle="none", fillstyle="none", color=grammar.INK, markeredgewidth=1.8)
NEAR = np.r_[4:15, 16, 18, 20, 23, 26, 30] / 10  # ticks, whose numbers do not touch
FAR = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)
SMALL = grammar.Look("#6a3d9a", "D", "")  # of inputs whose size is not 1


class SignalPlot(WaysPlot):
    """The picture of a FlowRecord kept alive: h, dh, and the share of h in which two samples differ."""

    looks = LOOKS
    left = 0.115


@require.guarded
def signal(record, shown: Annotated[tuple[str, ...], require.some_of(LOOKS)] | None = None) -> Picture:
    """Return a still picture of a FlowRecord, both ways.   shown : some of "h", "dh", "apart"; or the record's."""
    shown = tuple(shown or record.shown)
    require.some("shown", shown, [name for name in LOOKS if name in record.relative])
    record = record._replace(shown=shown)
    return Picture(SignalPlot(record).figure, sentence(record), alt(record))


def sweep(records) -> Picture:
    """Decades of a size at its way's end against σ_w, a curve a record, theory dashed.

    Dotted lines stand at the σ_w of the formulas, and a ring where a size is kept.
    """
    axes = curves.axes(grammar.new_figure(), " and ".join(dict.fromkeys(ENDS[record.way] for record in records)))
    low = min(record.sigma_w[0] for record in records)
    high = max(record.sigma_w[-1] for record in records)
    least, most = curves.span(*(record.decades for record in records))
    floor = np.floor(least)
    ceiling = max(np.ceil(most), floor + 1) + 1  # with room for the word at the top
    axes.set(xscale="log", xlim=(low, high * 1.03), ylim=(floor, ceiling))
    grammar.shade(axes, -grammar.HEALTHY, grammar.HEALTHY, floor, ceiling)
    for formula in {record.formula for record in records}:
        axes.axvline(formula, **grammar.MARK)
    for record in records:
        look = _look(record)
        curves.curve(axes, record.sigma_w, record.decades.T.clip(floor, ceiling), look)
        axes.plot(record.sigma_w, record.theory, **grammar.THEORY)
        axes.plot([record.optimum], [0], **RING, markersize=15)
    grammar.decade_ticks(axes, floor, ceiling)
    ticks = [tick for tick in (NEAR if high < 5 * low else FAR) if low <= tick <= high]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlabel("size of the weights, σ_w (dotted: the formulas)", fontsize=13)
    curves.legend(axes.figure, theory=True, handles=[curves.band_key(), curves.key("size kept", **RING, markersize=12)])
    axes.legend(handles=[_key(record) for record in records], loc="upper left", fontsize=14, framealpha=0.9)
    return Picture(axes.figure, sweep_sentence(records))


def _look(record) -> grammar.Look:
    look = grammar.look(record.activation)
    if record.size == 1:
        return look
    return SMALL._replace(label=f"{look.label}, inputs of size {record.size:g}")


def _key(record):
    """What the legend shows of a record."""
    look = _look(record)
    return curves.key(
        f"{record.way} of {look.label}", color=look.color, marker=look.marker, markersize=8, linewidth=2.6
    )


def starts(records) -> Picture:
    """The share of the digits that is classified after training, a start a row: all networks, and their median."""
    height = 1.3 + 0.5 * len(records)
    axes = curves.axes(grammar.new_figure(9.0, height), "share of the digits classified correctly")
    axes.set_position((0.4, 0.8 / height, 0.58, 1 - 1.3 / height))
    for row, record in enumerate(records):
        for lift, (name, look) in zip((-0.13, 0.13), SETS.items(), strict=True):
            shares = getattr(record, name)
            dots = dict(color=look.color, linestyle="none", marker=look.marker)
            axes.plot(shares, np.full(len(shares), row + lift), markersize=5, alpha=0.5, **dots)
            axes.plot([np.median(shares)], [row + lift], markersize=10, **dots)
    axes.axvline(0.1, **grammar.MARK)
    axes.set(xlim=(0, 1.02), ylim=(len(records) - 0.5, -0.5))
    axes.set_yticks(range(len(records)), labels(records), fontsize=13)
    axes.set_xlabel("after training (small: single networks; dotted: guessing)", fontsize=13)
    keys = [curves.key(look.label, color=look.color, marker=look.marker, linestyle="none") for look in SETS.values()]
    curves.legend(axes.figure, handles=keys)
    return Picture(axes.figure, starts_sentence(records), starts_alt(records))
