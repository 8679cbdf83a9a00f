"""The signal both ways in one picture, alive or still; and what a sweep over the weights' scale shows."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from matplotlib.lines import Line2D

from ... import require
from ...kit.marks import curves, grammar, ways
from ...kit.marks.picture import Picture
from ...kit.marks.ways import WaysPlot
from ...kit.words.phrases import DRAWS
from .say import PANELS, alt, glorot_sentence, sentence, sweep_sentence

LOOKS = ways.LOOKS | {"apart": grammar.Look("#7a6200", "o", "apart")}
MEASURED = {"accuracy": "accuracy after training", "steps": "steps to learn"}  # what is drawn against the depth


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


def glorot(records) -> Picture:
    """h, dz and dW by layer, a panel each, of two draws of the weights: Glorot & Bengio's figures 6, 7 and 8."""
    figure = grammar.new_figure(9.0, 3.9)
    panels = figure.subplots(1, 3, sharey=True)
    figure.subplots_adjust(0.075, 0.15, 0.99, 0.8, wspace=0.1)
    layers = np.arange(1, records[0].net.depth + 1)
    for axes, (name, title) in zip(panels, PANELS.items(), strict=True):
        grammar.tidy(axes)
        axes.set_title(title, fontsize=13, loc="left")
        for record in records:
            curves.curve(axes, layers, np.log10(record.each(name)), DRAWS[record.net.scheme])
            axes.plot(layers, np.log10(record.theory[name]), **grammar.THEORY)
        axes.set(xticks=layers, ylim=(-1.6, 0.4))
        axes.set_xlabel("layer", fontsize=13)
    grammar.decade_ticks(panels[0], -1.6, 0.4)
    looks = [DRAWS[record.net.scheme] for record in records]
    handles = [
        Line2D([], [], color=a.color, marker=a.marker, markersize=8, linewidth=2.6, label=a.label) for a in looks
    ]
    handles.append(Line2D([], [], label="theory", **grammar.THEORY))
    figure.legend(handles=handles, loc="upper right", ncols=3, frameon=False, fontsize=13, columnspacing=1.4)
    figure.text(0.012, 0.975, "h, and gradients over the last layer's", fontsize=13, va="top", color=grammar.INK)
    return Picture(figure, glorot_sentence(records))


@require.guarded
def by_depth(cells, name: Annotated[str, require.one_of(MEASURED)], of: str) -> Picture:
    """A stored number against the depth, a draw of the weights a curve.   of : the setting that names the draw."""
    require.choice("of", of, cells[0].settings)
    axes = curves.axes(grammar.new_figure(), MEASURED[name])
    depths = sorted({cell.settings["depth"] for cell in cells})
    most = max(max(cell.result[name]) for cell in cells)
    axes.set(xlim=(0, 1.25 * depths[-1]), ylim=(0, 1.02 if name == "accuracy" else 1.05 * most))
    ends = []
    said = []
    for draw in dict.fromkeys(cell.settings[of] for cell in cells):
        rows = np.array(
            [c.result[name] for depth in depths for c in cells if c.settings == c.settings | {of: draw, "depth": depth}]
        )
        look = DRAWS[draw]
        median = curves.curve(axes, depths, rows.T, look)
        ends.append((median[-1], look.label, look.color))
        points = (
            f"{m:.2g} at {d}" if name == "accuracy" else f"{m:.0f} at {d}" for m, d in zip(median, depths, strict=True)
        )
        said.append(f"{look.label} {', '.join(points)}")
    curves.label_ends(axes, depths[-1], ends)
    axes.set_xticks(depths)
    axes.set_xlabel("layers", fontsize=13)
    curves.legend(axes.figure)
    what = {"accuracy": "Accuracy", "steps": "Steps until a fifth of the loss is left"}[name]
    return Picture(axes.figure, f"{what}, by the number of layers: {'; '.join(said)}.")
