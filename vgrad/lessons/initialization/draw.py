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
    """Decades of a size at its way's end against σ_w over its formula's, an activation a curve, theory dashed."""
    axes = curves.axes(grammar.new_figure(), "size at the end of the way")
    x = [record.sigma_w / record.formula for record in records]
    low = min(row[0] for row in x)
    high = max(row[-1] for row in x)
    least, most = curves.span(*(record.decades for record in records))
    floor = np.floor(least)
    ceiling = max(np.ceil(most), floor + 1)
    axes.set(xscale="log", xlim=(low, high * 1.42), ylim=(floor, ceiling))
    grammar.shade(axes, -grammar.HEALTHY, grammar.HEALTHY, floor, ceiling)
    axes.axvline(1, **grammar.MARK)
    ends = []
    for at, record in zip(x, records, strict=True):
        look = grammar.look(record.activation)
        median = curves.curve(axes, at, record.decades.T.clip(floor, ceiling), look)
        axes.plot(at, record.theory, **grammar.THEORY)
        ends.append((median[-1], _swept(record), look.color))
    curves.label_ends(axes, high, ends)
    grammar.decade_ticks(axes, floor, ceiling)
    ticks = [0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.4]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlabel("σ_w, over that of the formula (dotted)", fontsize=13)
    curves.legend(axes.figure, theory=True)
    return Picture(axes.figure, sweep_sentence(records))


def _swept(record) -> str:
    small = "" if record.size == 1 else ", small x"
    return f"{grammar.look(record.activation).label}: {record.way}{small}"


def starts(records) -> Picture:
    """The share of the digits that is classified after training, a start a row: all networks, and their median."""
    height = 1.3 + 0.5 * len(records)
    axes = curves.axes(grammar.new_figure(9.0, height), "share of the digits classified")
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
    axes.set_xlabel("after training; the dotted line is guessing", fontsize=13)
    keys = [curves.key(look.label, color=look.color, marker=look.marker, linestyle="none") for look in SETS.values()]
    curves.legend(axes.figure, handles=keys)
    return Picture(axes.figure, starts_sentence(records), starts_alt(records))
