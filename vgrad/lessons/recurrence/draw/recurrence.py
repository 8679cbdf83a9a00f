"""A cell unrolled in time: the map of its Jacobians, its spectra, and the norm over the distance; alive or still."""

from __future__ import annotations

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from ....kit.marks import curves, grammar, heatmap
from ....kit.marks.picture import Canvas, Picture
from ....kit.words import cells
from ..say.recurrence import alt, powers_sentence, radii_sentence, sentence

CELLS = {name: cells.CELLS[name] for name in ("rnn", "lstm", "gru")} | {"relu_rnn": cells.CELLS["irnn"]}
STRETCH = grammar.Look("#b3006b", ">", "singular values")
EIGEN = grammar.Look("#00558f", "o", "eigenvalues")
OTHERS = (CELLS["gru"], CELLS["relu_rnn"])  # looks of a third and a fourth curve
RADII, STRETCHES = (1.25, 2.2, 3.3), (1.5, 3, 6, 12, 25, 50)
OFTEN_SAID = dict(color=EIGEN.color, linestyle=":", linewidth=2.2)
SMALL = 13
PANELS = (
    (0.078, 0.105, 0.36, 0.825), (0.448, 0.105, 0.016, 0.825), (0.605, 0.595, 0.19, 0.325),
    (0.865, 0.595, 0.125, 0.325), (0.605, 0.105, 0.385, 0.325),
)  # fmt: skip


class RecurrencePlot:
    """The picture kept alive: ``update`` moves it to another record, ``png`` is what it looks like now."""

    def __init__(self, record):
        self.figure = grammar.new_figure(10.0, 5.9)
        self.map, self.bar, self.plane, self.beside, self.over = map(self.figure.add_axes, PANELS)
        self.heat = heatmap.HeatMap(self.map)
        dots = dict(linestyle="none", clip_on=False, markersize=5.5)
        (self.eigen,) = self.plane.plot([], [], color=EIGEN.color, marker=EIGEN.marker, **dots)
        (self.singular,) = self.beside.plot([], [], color=STRETCH.color, marker=STRETCH.marker, **dots)
        self._bounds()
        self.canvas = Canvas(self.figure, [*self.heat.artists, self.eigen, self.singular, *self.curves])
        self._titles()
        self._limits = None
        self.update(record)

    def _bounds(self) -> None:
        """The norm over the distance, and what it is held against."""
        self.band = self.over.fill_between([0, 1], [0, 0], [0, 0], alpha=0.25, linewidth=0)
        (self.median,) = self.over.plot([], [], linewidth=2.4, markersize=7)
        (self.radius,) = self.over.plot([], [], **OFTEN_SAID)
        (self.stretch,) = self.over.plot([], [], **grammar.THEORY)
        self.curves = [self.band, self.median, self.radius, self.stretch]

    def update(self, record) -> None:
        """Move every artist to ``record``; only a step of an axis costs a full draw."""
        now = (*heatmap.limits(record.norms), *_spectral_limits(record))
        if now != self._limits:
            self._limits = now
            self._frame(*now)
            self.canvas.forget()
        self.heat.update(record.norms, now[1])
        self.eigen.set_data(record.eigenvalues.real, record.eigenvalues.imag)
        self.singular.set_data(np.arange(1, len(record.singular) + 1), record.singular)
        self._move_curves(record, now[1])

    def _move_curves(self, record, most: float) -> None:
        look, apart = CELLS[record.cell], np.arange(record.T)
        low, median, high = (_decades(row, most) for row in record.over)
        self.band.set_data(apart, low, high)
        self.band.set_facecolor(look.color)
        self.median.set_data(apart, median)
        self.median.set(color=look.color, marker=look.marker, markevery=max(1, record.T // 12))
        for name, line in (("radius", self.radius), ("stretch", self.stretch)):
            line.set_visible(name in record.bounds)
            if name in record.bounds:
                line.set_data(apart, _decades(record.bounds[name], 1000))

    def png(self) -> bytes:
        """What it looks like now."""
        return self.canvas.png()

    def _titles(self) -> None:
        """What each panel shows, and one legend of the norm over the distance."""
        words = dict(fontsize=SMALL + 1, color=grammar.INK, va="top")
        for x, what in ((0.01, "size of dh_t / dh_k"), (0.55, "eigenvalues of W_h"), (0.81, "singular values")):
            self.figure.text(x, 0.985, what, **words)
        ink = dict(color=grammar.FAINT)
        handles = [
            Line2D([], [], linewidth=2.4, label="measured", **ink),
            Line2D([], [], label="ρᵈ", **OFTEN_SAID),
            Line2D([], [], label="‖W_h‖ᵈ, the bound", **grammar.THEORY),
        ]
        self.figure.legend(
            handles=handles, loc="upper right", ncols=3, frameon=False, fontsize=SMALL, bbox_to_anchor=(1.0, 0.51),
            columnspacing=1.2, handletextpad=0.5, handlelength=1.7,
        )  # fmt: skip

    def _frame(self, T: int, most: float, plane: float, beside: float) -> None:
        """What stands still."""
        self.heat.frame(T, most, SMALL)
        heatmap.bar(self.bar, most, SMALL)
        _plane(self.plane, plane)
        _one_line(self.beside, beside)
        _frame_over(self.over, T, most)


@grammar.asked
def unrolled(record) -> Picture:
    """A still picture of one unrolled cell."""
    return Picture(RecurrencePlot(record).figure, sentence(record), alt(record))


@grammar.asked
def powers(record) -> Picture:
    """A still picture of ‖Wᵗ‖ of some matrices, each with its ρᵗ dotted."""
    axes = curves.axes(grammar.new_figure(), "how far Wᵗ stretches, ‖Wᵗ‖")
    rows, times, ends = grammar.decades(record.sizes), np.arange(record.sizes.shape[1]), []
    least, most = curves.span(rows)
    floor, ceiling = np.floor(least - 0.5), np.ceil(most + 0.5)
    each = zip(record.names, rows, grammar.decades(record.radius), strict=True)
    for (name, row, radius), look in curves.with_looks(each, (STRETCH, EIGEN, *OTHERS), "record.names"):
        shown = row.clip(floor)
        axes.plot(times, shown, color=look.color, marker=look.marker, markevery=10, linewidth=2.6, markersize=8)
        curves.zeros(axes, times[row == -np.inf], floor)
        if np.isfinite(radius):
            axes.plot(times, times * radius, **grammar.THEORY)
        ends.append((shown[-1], name, look.color))
        if (peak := int(row.argmax())) > 0:
            axes.axvline(peak, **grammar.MARK)
            axes.text(peak + 1, row[peak] + 0.5, f"t = {peak}", color=look.color, fontsize=13)
    axes.set(xlim=(0, 1.22 * times[-1]), ylim=(floor, ceiling))
    grammar.shade(axes, -grammar.HEALTHY, grammar.HEALTHY, floor, ceiling)
    grammar.decade_ticks(axes, floor, ceiling)
    axes.set_xlabel("t: steps", fontsize=13)
    curves.label_ends(axes, times[-1], ends)
    axes.figure.legend(
        handles=[Line2D([], [], label="ρᵗ, of the eigenvalues", **grammar.THEORY)], loc="upper right", frameon=False,
        fontsize=13,
    )  # fmt: skip
    return Picture(axes.figure, powers_sentence(record))


@grammar.asked
def radii(record) -> Picture:
    """A still picture of ‖dh_T / dh_0‖ against the spectral radius, one curve for each size of the inputs."""
    axes, ends = curves.axes(grammar.new_figure(), f"dh over {grammar.count(record.T, 'step')}"), []
    sizes, theories, at = grammar.decades(record.sizes), grammar.decades(record.theory), np.array(record.radii)
    least, most = curves.span(sizes, theories)
    floor, ceiling = 5 * np.floor(least / 5 - 0.2), 5 * np.ceil(most / 5 + 0.2)
    each = zip(record.inputs, sizes, theories, strict=True)
    for (scale, rows, theory), look in curves.with_looks(each, (EIGEN, STRETCH, *OTHERS), "record.inputs"):
        median = curves.curve(axes, at, rows.T.clip(floor), look)
        curves.zeros(axes, at[(rows == -np.inf).all(axis=1)], floor)
        axes.plot(at, theory, **grammar.THEORY)
        ends.append((median[-1], f"inputs of σ = {scale:g}", look.color))
    axes.set(xlim=(at[0], at[-1] * 1.33 or 1.0), ylim=(floor, ceiling))
    grammar.shade(axes, -grammar.HEALTHY, grammar.HEALTHY, floor, ceiling)
    for words in axes.texts:
        words.set(x=0.5, ha="center")
    grammar.decade_ticks(axes, floor, ceiling)
    axes.axvline(1, **grammar.MARK)
    axes.set_xlabel("ρ: the largest |eigenvalue| of W_h", fontsize=13)
    curves.label_ends(axes, record.radii[-1], ends)
    curves.legend(axes.figure, theory=True)
    return Picture(axes.figure, radii_sentence(record))


def _decades(values, most: float):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.clip(np.nan_to_num(np.log10(values), nan=most, posinf=most, neginf=-most), -most, most)


def _spectral_limits(record) -> tuple[float, float]:
    return grammar.up_to(np.abs(record.eigenvalues).max(), RADII), grammar.up_to(record.singular[0], STRETCHES)


def _plane(axes, most: float) -> None:
    """The complex plane, and its unit circle."""
    for patch in [*axes.patches]:
        patch.remove()
    axes.add_patch(Circle((0, 0), 1, fill=False, **grammar.MARK))
    axes.set(xlim=(-most, most), ylim=(-most, most), xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    axes.set_yticklabels(["−i", "0", "i"])
    axes.spines[:].set_visible(False)
    axes.tick_params(labelsize=SMALL, colors=grammar.INK, length=3)


def _one_line(axes, most: float) -> None:
    """Room for singular values, the largest on the left, and a line at 1."""
    for line in [line for line in axes.lines if not line.get_animated()]:
        line.remove()
    axes.axhline(1, zorder=0, **grammar.MARK)
    axes.set(xlim=(0, 33), ylim=(0, most), xticks=())
    axes.set_yticks([1, most] if most > 6 else [0, 1, most] if most > 2 else [0, 1])  # 0 and 1 may lie too close
    axes.set_xlabel("largest first", fontsize=SMALL)
    grammar.tidy(axes, SMALL)


def _frame_over(axes, T: int, most: float) -> None:
    """Distance to the right, decades upwards, the two sides shaded."""
    for artist in [*axes.patches, *axes.texts]:
        artist.remove()
    axes.set(xlim=(0, T - 1), ylim=(-most, most))
    grammar.tidy(axes, SMALL)
    grammar.shade(axes, -grammar.HEALTHY, grammar.HEALTHY, -most, most)
    for words in axes.texts:
        words.set(x=0.02, ha="left")  # the curve starts in the middle
    grammar.decade_ticks(axes, -most, most, most=4)
    axes.set_xlabel("d = t − k: steps apart", fontsize=SMALL)
