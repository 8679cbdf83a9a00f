"""The signal both ways in one picture, alive or still; and what a sweep over the weights' scale shows."""

from __future__ import annotations

import numpy as np
from matplotlib.lines import Line2D

from .. import require
from . import curves, grammar
from .flow import Curve
from .picture import Picture
from .ways import LOOKS as WAYS
from .ways import WaysPlot
from .words import fewer, verdict, whose

LOOKS = WAYS | {"apart": grammar.Look("#7a6200", "o", "apart")}
ALIKE = 0.5  # of h: when two samples differ in less of it, a correlation of over 3/4
DRAWS = {  # of weights
    "glorot_standard": grammar.Look("#5a5a5a", "x", "U(±1/√n)"),
    "xavier_uniform": grammar.Look("#8f2fb0", "s", "Xavier"),
    "xavier_normal": grammar.Look("#8f2fb0", "s", "Xavier"),
    "he_normal": grammar.Look("#00805d", "^", "He"),
    "normal": grammar.Look("#5a5a5a", "x", "Gaussian"),
    "orthogonal": grammar.Look("#c44e00", "D", "orthogonal"),
}


class SignalPlot(WaysPlot):
    """The picture of a SignalRecord kept alive: h, dh, and the share of h in which two samples differ."""

    def _curves(self) -> dict[str, Curve]:
        return {name: Curve(self.axes, name, look) for name, look in LOOKS.items()}

    def _drawn(self, record) -> dict:
        return dict.fromkeys(record.shown, record)

    def _frame(self, deepest, *now) -> None:
        super()._frame(deepest, *now)
        self.axes.set_xlim(1 - 0.115 * deepest, 1.01 * deepest)


@grammar.asked
def signal(record, shown=None) -> Picture:
    """A still picture of a SignalRecord.   shown : some of "h", "dh", "apart"."""
    record = record._replace(shown=require.some("shown", shown or record.shown, record.relative))
    return Picture(SignalPlot(record).figure, sentence(record), alt(record))


@grammar.asked
def sentence(record) -> str:
    """What a SignalRecord says: each way first, then what tells samples apart, and the networks."""
    look = grammar.look(record.activation)
    finding = (
        f"{grammar.count(record.depth, 'layer')} of {look.label}: {'; '.join(_findings(record)) or 'nothing is shown'}."
    )
    return " ".join([finding, *_troubles(record), f"{networks(record)}."])


@grammar.asked
def alt(record) -> str:
    """The picture in words: medians of five layers of each curve."""
    layers, said = sorted({round(1 + k * (record.depth - 1) / 4) for k in range(5)}), []
    for name in record.shown:
        points = ", ".join(f"{grammar.number(record.relative[name].median[k - 1])} at layer {k}" for k in layers)
        said.append(f"{name} is {points}")
    drawn = "; ".join(said) or "no curve is switched on"
    net = f"{grammar.count(record.depth, 'layer')} of {grammar.look(record.activation).label}"
    return f"Signal and gradient by layer on a log axis, {net}: {drawn}."


def _findings(record) -> list[str]:
    """A finding for each curve that is shown."""
    ends = {
        "h": ("the last h is", record.forward, record.theory["h"][-1], "times the input's size"),
        "dh": ("the first layer's dh is", record.ratio, record.theory["dh"][0], "of the last's"),
        "apart": ("samples differ in", float(record.relative["apart"].median[-1]), record.theory["apart"][-1], "of h"),
    }
    return [_finding(name, *ends[name]) for name in record.shown]


def _finding(name: str, start: str, size: float, theory: float, of_what: str) -> str:
    if not np.isfinite(size):
        return f"{start} beyond float64: it overflows"
    ours = f" (theory {grammar.number(theory)})" if np.isfinite(theory) else ""
    told = "exactly 0" if size == 0 else f"{grammar.number(size)} {of_what}{ours}"
    if name == "apart":
        return f"{start} {told}: {'they have grown alike' if size < ALIKE else 'they stay apart'}"
    return f"{start} {told}: it {verdict(size)}"


def _troubles(record) -> list[str]:
    said = []
    if "apart" in record.shown and record.relative["apart"].median[-1] < 1e-7:
        said.append("So little is mostly rounding: the samples have become one.")
    return said + fewer(record.seeds_asked, record.seeds)


@grammar.asked
def networks(record) -> str:
    """How many networks, and of what kind."""
    gain = "" if record.gain == 1 else f" × {record.gain:g}"
    scheme = "" if record.scheme == "scaled_normal" else f"{grammar.title(record.scheme)}{gain}, "
    of_what = f"width {record.width}, {scheme}σ_w {record.sigma_w:.3g}, σ_b {record.sigma_b:.3g}"
    return f"{whose(record.seeds)}: {of_what}, {record.batch} samples"


# --- still pictures -------------------------------------------------------------------------------------------------


@grammar.asked
def sweep(records) -> Picture:
    """Decades of a size at its way's end against σ_w over its formula's, an activation a curve, theory dashed."""
    axes = curves.axes(grammar.new_figure(), "size at the end of the way")
    x = [record.sigma_w / record.formula for record in records]
    low, high = min(row[0] for row in x), max(row[-1] for row in x)
    least, most = curves.span(*(record.decades for record in records))
    floor, ceiling = np.floor(least), max(np.ceil(most), np.floor(least) + 1)
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
    return Picture(axes.figure, _sweep_sentence(records))


def _swept(record) -> str:
    small = "" if record.size == 1 else ", small x"
    return f"{grammar.look(record.activation).label}: {record.way}{small}"


def _sweep_sentence(records) -> str:
    parts = []
    for record in records:
        what = grammar.look(record.activation).label + ("" if record.size == 1 else f", x of size {record.size:g}")
        found = f"at {_place(record.optimum)} (theory {_place(record.expected)}, formula {record.formula:.3g})"
        parts.append(f"{record.way} of {what}, {found}")
    first = records[0]
    nets = f"width {first.width}, medians of {grammar.count(first.decades.shape[1], 'network')}"
    nets = f"{grammar.count(first.depth, 'layer')}, {nets}"
    return f"The σ_w at which a size comes through as large as it started: {'; '.join(parts)}; {nets}."


def _place(sigma_w: float) -> str:
    return f"{sigma_w:.3g}" if np.isfinite(sigma_w) else "none of these"


PANELS = {"h": "h, going forward", "dz": "dz, coming back", "dW": "dW, of the weights"}


@grammar.asked
def glorot(records) -> Picture:
    """h, dz and dW by layer, a panel each, of two draws of the weights: Glorot & Bengio's figures 6, 7 and 8."""
    figure = grammar.new_figure(9.0, 3.9)
    panels = figure.subplots(1, 3, sharey=True)
    figure.subplots_adjust(0.075, 0.15, 0.99, 0.8, wspace=0.1)
    layers = np.arange(1, records[0].depth + 1)
    for axes, (name, title) in zip(panels, PANELS.items(), strict=True):
        grammar.tidy(axes)
        axes.set_title(title, fontsize=13, loc="left")
        for record in records:
            curves.curve(axes, layers, np.log10(getattr(record, name)), DRAWS[record.scheme])
            axes.plot(layers, np.log10(record.theory[name]), **grammar.THEORY)
        axes.set(xticks=layers, ylim=(-1.6, 0.4))
        axes.set_xlabel("layer", fontsize=13)
    grammar.decade_ticks(panels[0], -1.6, 0.4)
    looks = [DRAWS[record.scheme] for record in records]
    handles = [
        Line2D([], [], color=a.color, marker=a.marker, markersize=8, linewidth=2.6, label=a.label) for a in looks
    ]
    handles.append(Line2D([], [], label="theory", **grammar.THEORY))
    figure.legend(handles=handles, loc="upper right", ncols=3, frameon=False, fontsize=13, columnspacing=1.4)
    figure.text(0.012, 0.975, "h, and gradients over the last layer's", fontsize=13, va="top", color=grammar.INK)
    return Picture(figure, _glorot_sentence(records))


def _glorot_sentence(records) -> str:
    parts = []
    for record in records:
        h, dz, dW = (np.median(getattr(record, name), axis=0) for name in PANELS)
        ends = f"h goes from {grammar.number(h[0])} to {grammar.number(h[-1])}"
        back = f"the first layer's dz is {grammar.number(dz[0])} of the last's, its dW {grammar.number(dW[0])}"
        parts.append(f"{DRAWS[record.scheme].label}: {ends}, {back}")
    first = records[0]
    nets = f"{grammar.count(first.depth, 'layer')} of {grammar.look(first.activation).label}, width {first.width}"
    return f"{'; '.join(parts)}. {nets}, medians of {grammar.count(first.seeds, 'network')}."


@grammar.asked
def spectra(records) -> Picture:
    """Singular values of whole nets' Jacobians, from the largest to the smallest, a draw a curve."""
    axes = curves.axes(grammar.new_figure(), "singular value of the whole net")
    floor, n = -10, records[0].width
    axes.set(xlim=(0, 1.2 * n), ylim=(floor, 2))
    grammar.shade(axes, -grammar.HEALTHY, grammar.HEALTHY, floor, 2)
    ends = []
    for record in records:
        look = DRAWS[record.draw]
        rows = np.log10(np.maximum(record.values, 10.0**floor))
        median = curves.curve(axes, np.arange(1, n + 1), rows, look)
        ends.append((max(median[-1], floor + 1.5), look.label, look.color))  # clear of the axis and its words
    curves.label_ends(axes, n, ends)
    grammar.decade_ticks(axes, floor, 2)
    axes.set_xlabel("direction, from the most to the least stretched", fontsize=13)
    curves.legend(axes.figure)
    parts = [f"{DRAWS[r.draw].label} {grammar.number(float(np.median(r.values)))}" for r in records]
    first = records[0]
    nets = f"{first.depth} layers of {first.activation}, σ_w {first.sigma_w:.3g}, width {n}"
    told = f"The middle one of the singular values: {', '.join(parts)}; {nets}"
    return Picture(axes.figure, f"{told}. What is below {10.0**floor:.0e} is drawn there.")
