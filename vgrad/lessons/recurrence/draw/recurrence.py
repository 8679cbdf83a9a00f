"""A cell unrolled in time: the map of its Jacobians, its spectra, and the norm over the distance; alive or still."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Circle

from ....kit.marks import curves, grammar, heatmap
from ....kit.marks.picture import LivePicture, Picture
from ....kit.words import cells
from ..say.recurrence import alt, powers_sentence, radii_sentence, sentence

CELLS = {name: cells.CELLS[name] for name in ("rnn", "lstm", "gru")} | {"relu_rnn": cells.CELLS["irnn"]}
STRETCH = grammar.Look("#b3006b", ">", "singular values")
EIGEN = grammar.Look("#00558f", "o", "eigenvalues")
OTHERS = (CELLS["gru"], CELLS["relu_rnn"])  # looks of a third and a fourth curve
RADII = (1.25, 2.2, 3.3)
STRETCHES = (1.5, 3, 6, 12, 25, 50)
OFTEN_SAID = dict(color=EIGEN.color, linestyle=":", linewidth=2.2)
SMALL = 13  # letters
FAR = 1000  # decades; a line that ends beyond the axes may end here
PANELS = (
    (0.078, 0.105, 0.36, 0.825), (0.448, 0.105, 0.016, 0.825), (0.605, 0.595, 0.19, 0.325),
    (0.865, 0.595, 0.125, 0.325), (0.605, 0.105, 0.385, 0.325),
)  # fmt: skip


class RecurrencePlot(LivePicture):
    """The picture of an unrolled cell, kept alive: a map, two spectra, and the norm over the distance."""

    size = (10.0, 5.9)

    def _build(self, record):
        self.map, self.bar, self.plane, self.beside, self.over = map(self.figure.add_axes, PANELS)
        self.heat = heatmap.HeatMap(self.map)
        dots = dict(linestyle="none", clip_on=False, markersize=5.5)
        (self.eigen,) = self.plane.plot([], [], color=EIGEN.color, marker=EIGEN.marker, **dots)
        (self.singular,) = self.beside.plot([], [], color=STRETCH.color, marker=STRETCH.marker, **dots)
        self.norm = curves.LiveCurve(self.over, marks="", band_alpha=0.25, linewidth=2.4, markersize=7)
        (self.radius,) = self.over.plot([], [], **OFTEN_SAID)
        self.norm.theory.set_zorder(self.radius.get_zorder() + 0.1)
        self._titles()
        lines = [self.norm.band, self.norm.median, self.radius, self.norm.theory]
        return [*self.heat.artists, self.eigen, self.singular, *lines]

    def _limits(self, record):
        return (*heatmap.limits(record.norms), *_spectral_limits(record))

    def _move(self, record, T, most, plane, beside) -> None:
        self.heat.update(record.norms, most)
        self.eigen.set_data(record.eigenvalues.real, record.eigenvalues.imag)
        self.singular.set_data(np.arange(1, len(record.singular) + 1), record.singular)
        apart = np.arange(record.T)
        bounds = {name: curves.within(grammar.decades(row), -FAR, FAR) for name, row in record.bounds.items()}
        style = dict(every=max(1, record.T // 12), along=True)
        rows = grammar.decades(record.over)
        self.norm.update(apart, rows, CELLS[record.cell], -most, most, theory=bounds.get("stretch"), **style)
        self.norm.theory.set_visible("stretch" in bounds)
        self.radius.set_data(apart, bounds["radius"])

    def _titles(self) -> None:
        """What each panel shows, and one legend of the norm over the distance."""
        for x, what in ((0.01, "size of dh_t / dh_k"), (0.55, "eigenvalues of W_h"), (0.81, "singular values")):
            curves.title(self.figure, what, x, 0.985, fontsize=SMALL + 1)
        handles = [
            curves.key("measured", linewidth=2.4),
            curves.key("ρᵈ", **OFTEN_SAID),
            curves.key("‖W_h‖ᵈ, the bound", **grammar.THEORY),
        ]
        where = dict(bbox_to_anchor=(1.0, 0.51), columnspacing=1.2, handletextpad=0.5, handlelength=1.7)
        curves.legend(self.figure, handles=handles, fontsize=SMALL, **where)

    def _frame(self, T: int, most: float, plane: float, beside: float) -> None:
        self.heat.frame(T, most, SMALL)
        heatmap.bar(self.bar, most, SMALL)
        _plane(self.plane, plane)
        _one_line(self.beside, beside)
        _frame_over(self.over, T, most)


def unrolled(record) -> Picture:
    """Return a still picture of one unrolled cell."""
    return Picture(RecurrencePlot(record).figure, sentence(record), alt(record))


def powers(record) -> Picture:
    """Draw ‖Wᵗ‖ of some matrices, each with its ρᵗ dashed."""
    axes = curves.axes(grammar.new_figure(), "how far Wᵗ stretches, ‖Wᵗ‖")
    rows = grammar.decades(record.sizes)
    times = np.arange(record.sizes.shape[1])
    least, most = curves.span(rows)
    floor = np.floor(least - 0.5)
    ceiling = np.ceil(most + 0.5)
    each = [*zip(record.names, rows, grammar.decades(record.radius), strict=True)]
    ends = []
    for (name, row, radius), look in curves.with_looks(each, (STRETCH, EIGEN, *OTHERS), "record.names"):
        theory = times * radius if np.isfinite(radius) else None
        drawn = curves.curve(axes, times, row, look, floor=floor, theory=theory, every=10)
        ends.append((drawn[-1], name, look.color))
        _mark_peak(axes, row, look.color)
    axes.set(xlim=(0, 1.22 * times[-1]), ylim=(floor, ceiling))
    curves.ground(axes, floor, ceiling)
    axes.set_xlabel("t: steps", fontsize=13)
    curves.label_ends(axes, times[-1], ends)
    curves.legend(axes.figure, handles=[curves.key("ρᵗ, of the eigenvalues", **grammar.THEORY)])
    return Picture(axes.figure, powers_sentence(record))


def _mark_peak(axes, row, color: str) -> None:
    """A line where the powers are largest, if that is later than at the start."""
    peak = int(row.argmax())
    if peak > 0:
        axes.axvline(peak, **grammar.MARK)
        axes.text(peak + 1, row[peak] + 0.5, f"t = {peak}", color=color, fontsize=13)


def radii(record) -> Picture:
    """Draw ‖dh_T / dh_0‖ against the spectral radius, with one curve for each size of the inputs."""
    axes = curves.axes(grammar.new_figure(), f"dh over {grammar.count(record.T, 'step')}")
    sizes = grammar.decades(record.sizes)
    theories = grammar.decades(record.theory)
    least, most = curves.span(sizes, theories)
    floor = 5 * np.floor(least / 5 - 0.2)
    ceiling = 5 * np.ceil(most / 5 + 0.2)
    at = np.array(record.radii)
    ends = []
    each = [*zip(record.inputs, sizes, theories, strict=True)]
    for (scale, rows, theory), look in curves.with_looks(each, (EIGEN, STRETCH, *OTHERS), "record.inputs"):
        median = curves.curve(axes, at, rows.T, look, floor=floor, theory=theory)
        ends.append((median[-1], f"inputs of σ = {scale:g}", look.color))
    axes.set(xlim=(at[0], at[-1] * 1.33 or 1.0), ylim=(floor, ceiling))
    _ground_radii(axes, floor, ceiling)
    curves.label_ends(axes, record.radii[-1], ends)
    curves.legend(axes.figure, theory=True)
    return Picture(axes.figure, radii_sentence(record))


def _ground_radii(axes, floor: float, ceiling: float) -> None:
    """The shaded sides, named in the middle as the curves end on the right, and the line at 1."""
    curves.ground(axes, floor, ceiling)
    for words in axes.texts:
        words.set(x=0.5, ha="center")
    axes.axvline(1, **grammar.MARK)
    axes.set_xlabel("ρ: the largest |eigenvalue| of W_h", fontsize=13)


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
    ends = [0, 1, most] if most > 2 else [0, 1]
    axes.set_yticks([1, most] if most > 6 else ends)  # 0 and 1 may lie too close
    axes.set_xlabel("largest first", fontsize=SMALL)
    grammar.tidy(axes, SMALL)


def _frame_over(axes, T: int, most: float) -> None:
    """Distance to the right, decades upwards, the two sides shaded."""
    for artist in [*axes.patches, *axes.texts]:
        artist.remove()
    axes.set(xlim=(0, T - 1), ylim=(-most, most))
    grammar.tidy(axes, SMALL)
    curves.ground(axes, -most, most, most=4)
    for words in axes.texts:
        words.set(x=0.02, ha="left")  # the curve starts in the middle
    axes.set_xlabel("d = t − k: steps apart", fontsize=SMALL)
