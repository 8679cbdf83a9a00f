"""An activation, its slope, and the slopes that its units have, alive or still; a sweep of σ_w; and a sigmoid twin."""

from __future__ import annotations

import numpy as np

from ...kit.marks import curves, grammar
from ...kit.marks.picture import LivePicture, Picture
from .say import alt, factors_alt, factors_sentence, sentence, twins_alt, twins_sentence

REACH = (5, 8, 12, 20, 30, 45, 60, 90, 150, 300, 3000)  # of the z axis, to both sides
SHARES = (0.1, 0.2, 0.3, 0.6, 1.0)
TICKS = {1.2: (0, 0.25, 0.5, 0.75, 1), 1.9: (0, 0.5, 1, 1.5)}  # of slope, by where its axis ends
BELOW = -0.2


class ActivationPlot(LivePicture):
    """The three panels of an activation, kept alive."""

    def _build(self, record):
        rooms = ((0.065, 0.262), (0.40, 0.262), (0.715, 0.255))
        self.curve, self.slope, self.units = (self.figure.add_axes((x, 0.135, w, 0.70)) for x, w in rooms)
        zeros = np.zeros(2)
        (self.phi,) = self.curve.plot(zeros, zeros, linewidth=2.8)
        (self.slopes,) = self.slope.plot(zeros, zeros, linewidth=2.8)
        self.where = [axes.fill_between([0, 1], 0, [0, 0], alpha=0.3, linewidth=0) for axes in (self.curve, self.slope)]
        self.bars = self.units.stairs(record.shares, record.edges, orientation="horizontal", fill=True, alpha=0.85)
        self.rms = [axes.plot(zeros, zeros, linewidth=2.2)[0] for axes in (self.slope, self.units)]
        self.theory = [axes.plot(zeros, zeros, **grammar.THEORY)[0] for axes in (self.slope, self.units)]
        words = dict(textcoords="offset points", va="bottom", fontsize=13, weight="bold", annotation_clip=False)
        self.label = self.units.annotate("", (1, 0), (-2, 5), ha="right", **words)
        self.label.set_bbox(dict(facecolor=grammar.PAPER, alpha=0.85, linewidth=0, pad=1.5))
        self._names()
        self._legend()
        return [self.phi, self.slopes, *self.where, self.bars, *self.rms, *self.theory, self.label]

    def _limits(self, record):
        return limits(record)

    def _move(self, record, reach, floor, ceiling, top, most) -> None:
        self.phi.set_data(record.z, record.h)
        self.slopes.set_data(record.z, record.slope)
        self._hills(record, (floor, ceiling), top)
        self.bars.set_data(record.shares, record.edges)
        for lines, value in ((self.rms, record.rms), (self.theory, record.theory)):
            lines[0].set_data((-reach, reach), (value, value))
            lines[1].set_data((0, most), (value, value))
        self.label.xy = (most, max(record.rms, record.theory))
        self.label.set_text(f"rms {grammar.number(record.rms)}")
        color = grammar.look(record.activation).color
        for artist in (self.phi, self.slopes, *self.rms, self.label, *self.where, self.bars):
            artist.set_color(color)

    def _hills(self, record, outputs, top: float) -> None:
        """Where z lies: its density, an eighth of the panel high, on the floor of two panels."""
        hill = np.exp(-((record.z / record.sigma) ** 2) / 2)
        for band, (floor, ceiling) in zip(self.where, (outputs, (BELOW, top)), strict=True):
            band.set_data(record.z, np.full_like(hill, floor), floor + hill * (ceiling - floor) / 8)

    def _names(self) -> None:
        """What never moves: the panels' names."""
        for axes, name, below in (
            (self.curve, "output h = φ(z)", "z"),
            (self.slope, "slope φ'(z)", "z"),
            (self.units, "units with such a slope", "share of the units"),
        ):
            grammar.tidy(axes, 12)
            axes.set_title(name, fontsize=13, color=grammar.INK, loc="left", pad=5)
            axes.set_xlabel(below, fontsize=13, color=grammar.INK)

    def _frame(self, reach: float, floor: float, ceiling: float, top: float, most: float) -> None:
        """What stands still until an axis takes a step: limits and ticks; the last two panels share their heights."""
        for axes in (self.curve, self.slope):
            axes.set(xlim=(-reach, reach), xticks=(-reach, 0, reach))
        self.curve.set_yticks((0, ceiling / 2, ceiling) if ceiling > 2 else (-1, -0.5, 0, 0.5, 1))
        self.curve.set_ylim(floor, ceiling)
        self.slope.set(ylim=(BELOW, top), yticks=TICKS[top])
        self.units.set(xlim=(0, most), ylim=(BELOW, top))
        self.units.set_yticks(TICKS[top], [])
        self.units.set_xticks((0, most / 2, most), ["0", f"{50 * most:g} %", f"{100 * most:g} %"])

    def _legend(self) -> None:
        """One legend, above the panels."""
        handles = [
            curves.key("where z lies", linewidth=9, alpha=0.3),
            curves.key("rms slope of the units", linewidth=2.2),
        ]
        curves.legend(self.figure, theory=True, handles=handles, bbox_to_anchor=(0.995, 1.01))


def limits(record) -> tuple[float, float, float, float, float]:
    """Return reach of z, floor and ceiling of h, top of the slopes, most of the shares, all in steps."""
    reach = grammar.up_to(3 * record.sigma, REACH)
    h = record.h[abs(record.z) <= reach]
    heights = (0.5, 1.1, 2, *REACH)
    floor = -grammar.up_to(-min(h.min(), 0.0), heights)
    ceiling = grammar.up_to(max(h.max(), 0.0), heights)
    top = grammar.up_to(1.05 * record.largest, (*TICKS,))
    return reach, floor, ceiling, top, grammar.up_to(record.shares.max(), SHARES)


def slopes(record) -> Picture:
    """Return a still picture of a record of slopes."""
    return Picture(ActivationPlot(record).figure, sentence(record), alt(record))


def factors(records) -> Picture:
    """Draw the factor of a layer against the size of the weights; in the blue the whole net vanishes."""
    axes = curves.axes(grammar.new_figure(), "one layer multiplies the norm of dh by")
    sigmas = records[0].sigmas
    shown = sigmas[sigmas > 0] if sigmas.any() else np.ones(1)  # an axis of decades has no place for 0
    least, most = _reach(records)
    ten = grammar.HEALTHY / (records[0].depth - 1)
    axes.set(xscale="log", xlim=(shown.min() / 1.12, shown.max() * 1.75), ylim=(least, most))
    grammar.shade(axes, -ten, ten, least, most)
    ends = []
    for record in records:
        look = grammar.look(record.activation)
        rows, theory = grammar.decades(record.factors.T), grammar.decades(record.theory)
        median = curves.curve(axes, sigmas, rows, look, floor=least, theory=theory)
        ends.append((median[-1], look.label, look.color))
    curves.label_ends(axes, sigmas[-1], ends)
    _round_ticks(axes, shown)
    axes.set_xlabel("σ_w, the size of the weights (Xavier's are 1)", fontsize=13)
    curves.legend(axes.figure, theory=True)
    return Picture(axes.figure, factors_sentence(records), factors_alt(records))


def _reach(records) -> tuple[float, float]:
    """From where to where an axis of decades shows all factors, and 1."""
    least, most = curves.span(*(grammar.decades(record.factors) for record in records), [0.0])
    return least - 0.1, most + 0.35


def _round_ticks(axes, sigmas) -> None:
    """Ticks at 1, 2 and 5 times the powers of ten, on an axis of decades and on one of sizes."""
    floor, ceiling = axes.get_ylim()
    each = [digit * 10.0**power for power in range(-6, 7) for digit in (1, 2, 5)]
    shown = [size for size in each if floor <= np.log10(size) <= ceiling]
    shown = shown if len(shown) < 12 else shown[::3]
    axes.set_yticks(np.log10(shown), [f"{size:g}" for size in shown])
    along = [size for size in each if sigmas.min() <= size <= sigmas.max()]
    axes.set_xticks(along, [f"{size:g}" for size in along])
    axes.set_xticks([], minor=True)


TWINS = {  # the twin is drawn over the tanh net, on whose line it lies
    "tanh": (grammar.look("tanh"), 6.0),
    "twin": (grammar.look("sigmoid"), 2.0),
    "twin without biases": (grammar.look("softplus"), 2.6),
    "sigmoid": (grammar.look("silu"), 2.6),
}


def twins(record) -> Picture:
    """Draw the norm of dh by layer, of a tanh net, of its sigmoid twin, and of the two other sigmoid nets."""
    axes = curves.axes(grammar.new_figure(), "norm of dh by layer")
    layers = np.arange(1, record.depth + 1)
    least, most = curves.span(grammar.decades(record.dh))
    floor, ceiling = min(least, -1.0) - 0.6, max(most, 0.0) + 1.4
    axes.set(xlim=(0.7, record.depth * 1.06), ylim=(floor, ceiling), xticks=layers[:: max(1, record.depth // 10)])
    curves.ground(axes, floor, ceiling)
    handles = []
    for name, rows in zip(record.nets, record.dh, strict=True):
        look, linewidth = TWINS[name]
        each = grammar.quantiles(grammar.decades(rows).clip(floor))
        curves.band(axes, layers, each, look, alpha=0.16, linewidth=linewidth)
        handles.append(curves.key(name, color=look.color, marker=look.marker, linewidth=linewidth))
    axes.set_xlabel("layer (the norm at the last layer is set to 1)", fontsize=13)
    curves.legend(axes.figure, handles=handles)
    return Picture(axes.figure, twins_sentence(record), twins_alt(record))
