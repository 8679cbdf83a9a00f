"""Two other views of an unrolled cell: the map of all pairs of its states, and the spectra of its W_h."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from ....kit.marks import grammar, heatmap

SMALL = 13  # letters
RADII = (1.25, 2.2, 3.3)
STRETCHES = (1.5, 3, 6, 12, 25, 50)
EIGEN = "#b3006b"
STRETCH = "#00716b"
UNITS = 32


class MapView:
    """The size of every dh_t / dh_k as a colour."""

    def __init__(self, figure: Figure):
        self.map = figure.add_axes((0.11, 0.155, 0.6, 0.745))
        self.bar = figure.add_axes((0.755, 0.155, 0.03, 0.745))
        self.axes = [self.map, self.bar]
        self.heat = heatmap.HeatMap(self.map)
        self.heat.image.set_interpolation("none")
        self.artists = self.heat.artists

    def limits(self, record) -> tuple:
        """The last time and the decades of the colours."""
        return heatmap.limits(record.norms)

    def frame(self, T: int, most: float) -> None:
        """Draw the axes, the grey half, and the colours beside them."""
        self.heat.frame(T, most, SMALL)
        self.map.set_xlabel("earlier state", fontsize=SMALL)
        self.map.set_ylabel("later state", fontsize=SMALL)
        heatmap.bar(self.bar, most, SMALL)
        for words in [*self.map.texts, *self.bar.texts]:
            words.remove()
        _title(
            self.map, "How much of the gradient at a later state reaches an earlier one?", -0.165, fontsize=SMALL + 2
        )
        style = dict(transform=self.bar.transAxes, fontsize=14, style="italic", ha="left")
        for y, side, color, at in (
            (0.97, "exploding", grammar.EXPLODING, "top"),
            (0.03, "vanishing", grammar.VANISHING, "bottom"),
        ):
            self.bar.text(3.4, y, side, color=color, va=at, **style)

    def move(self, record, T: int, most: float) -> None:
        """Move the map to ``record``."""
        self.heat.update(record.norms, most)


class SpectraView:
    """The eigenvalues of W_h in the complex plane, and its singular values in a row."""

    def __init__(self, figure: Figure):
        self.plane = figure.add_axes((0.075, 0.145, 0.38, 0.7))
        self.beside = figure.add_axes((0.595, 0.145, 0.38, 0.7))
        self.axes = [self.plane, self.beside]
        dots = dict(linestyle="none", clip_on=False)
        (self.eigen,) = self.plane.plot([], [], color=EIGEN, marker="o", markersize=7, **dots)
        (self.singular,) = self.beside.plot([], [], color=STRETCH, marker="s", markersize=6, **dots)
        self.artists = [self.eigen, self.singular]

    def limits(self, record) -> tuple:
        """How far the plane and the row reach."""
        radius = np.abs(record.eigenvalues).max()
        return grammar.up_to(radius, RADII), grammar.up_to(record.singular[0], STRETCHES)

    def frame(self, plane: float, beside: float) -> None:
        """Draw the unit circle, the line at 1, and the axes."""
        _plane(self.plane, plane)
        _one_line(self.beside, beside)

    def move(self, record, plane: float, beside: float) -> None:
        """Move the dots to ``record``."""
        self.eigen.set_data(record.eigenvalues.real, record.eigenvalues.imag)
        self.singular.set_data(np.arange(1, len(record.singular) + 1), record.singular)


def _title(axes: Axes, words: str, x: float, y: float = 1.12, fontsize: float = SMALL) -> None:
    axes.text(x, y, words, transform=axes.transAxes, ha="left", va="top", fontsize=fontsize, weight="bold")


def _plane(axes: Axes, most: float) -> None:
    """The complex plane, and its unit circle, within which eigenvalues shrink."""
    for artist in [*axes.patches, *axes.texts]:
        artist.remove()
    axes.add_patch(Circle((0, 0), 1, facecolor=grammar.VANISHING_SIDE, edgecolor=grammar.FAINT, linewidth=1.4))
    axes.set(xlim=(-most, most), ylim=(-most, most), xticks=(-1, 0, 1), yticks=(-1, 0, 1), aspect="equal")
    axes.set_yticklabels(["−i", "0", "i"])
    axes.spines[:].set_visible(False)
    axes.tick_params(labelsize=SMALL, colors=grammar.INK, length=3)
    axes.set_xlabel("inside the circle, many steps shrink", fontsize=SMALL)
    _title(axes, "Eigenvalues: growth in the long run", -0.19, 1.16)


def _one_line(axes: Axes, most: float) -> None:
    """Room for singular values, the largest on the left, and a line at 1."""
    for artist in [*axes.lines, *axes.patches, *axes.texts]:
        if not artist.get_animated():
            artist.remove()
    axes.axhspan(0, 1, color=grammar.VANISHING_SIDE, linewidth=0, zorder=0)
    axes.axhline(1, zorder=0, **grammar.MARK)
    axes.set(xlim=(0, UNITS + 1), ylim=(0, most), xticks=(1, UNITS))
    ends = [0, 1, most] if most > 2 else [0, 1]
    axes.set_yticks([1, most] if most > 6 else ends)  # 0 and 1 may lie too close
    axes.set_xlabel("from the largest to the smallest", fontsize=SMALL)
    grammar.tidy(axes, SMALL)
    _title(axes, "Singular values: stretch of one step", -0.14, 1.16)
