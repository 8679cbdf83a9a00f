"""An unrolled cell as a chain: a circle for each time step, tinted by what reaches it, over the curve of its size.

The tint is the map's: blue has vanished, orange has exploded, and within a decade of 1 it is clear. It is on a fixed
scale, so that one colour always means one size. Under each circle lies its point of the curve, in the same colour, and
two dashed lines say what the eigenvalues and the singular values of W_h predict.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ....kit.marks import curves, grammar, heatmap
from ....kit.words import cells

SMALL = 13  # letters
DRAWN = 30  # circles at the most
TINTED = 10  # decades from the clear to the darkest tint
FAR = 1000  # decades; a line that ends beyond the axes may end here
DECADES = (2, 3, 5, 7, 10, 15, 20, 30, 40, 60, 80, 120, 160, 240, 320)
LEFT, WIDE = 0.176, 0.736  # of the figure, where the time steps are
STRIP, CURVE = (LEFT, 0.635, WIDE, 0.235), (LEFT, 0.135, WIDE, 0.49)
HEIGHT = 0.55  # of the circles' middle in the strip
TICK = 0.12  # of an input's arrow in the strip, for each unit of σ
EIGEN = grammar.Look("#b3006b", "--", "eigenvalue")  # the mark of a line is its dashes
STRETCH = grammar.Look("#00716b", ":", "singular value")
MEASURED = grammar.Look(grammar.INK, "-", "measured")
TITLE = "How much of the gradient at the last state reaches each earlier one?"
NAMES = {"rnn": "tanh RNN", "relu_rnn": "ReLU RNN", "lstm": cells.CELLS["lstm"].label, "gru": cells.CELLS["gru"].label}


def places(T: int) -> np.ndarray:
    """Return the time steps whose circles are drawn: all, or so many at one distance, counted from the last, and 1."""
    step = -(-T // DRAWN)
    back = np.arange(T, 1, -step)[::-1]
    return np.concatenate([[1], back[back > 1 + step // 2]])


class ChainView:
    """The chain and its curve, kept alive in a figure."""

    def __init__(self, figure: Figure):
        self.strip = figure.add_axes(STRIP)
        self.over = figure.add_axes(CURVE)
        self.axes = [self.strip, self.over]
        self.cells = self.strip.scatter([], [], edgecolors=grammar.INK, linewidths=1.0, clip_on=False, zorder=3)
        self.points = self.over.scatter([], [], edgecolors=grammar.INK, linewidths=1.0, clip_on=False, zorder=5)
        (self.inputs,) = self.strip.plot([], [], color=grammar.FAINT, linewidth=1.6, clip_on=False, zorder=2)
        self.lines = {name: self.over.plot([], [], **_style(name))[0] for name in ("stretch", "radius")}
        (self.measured,) = self.over.plot([], [], color=grammar.INK, linewidth=2.2, zorder=4)
        self.marks = [_marks(axes) for axes in self.axes]
        self.labels = {look.label: _label(self.over, look) for look in (STRETCH, EIGEN, MEASURED)}
        drawn = [self.inputs, self.cells, *self.lines.values(), self.measured, self.points]
        self.artists = [*drawn, *self.marks[0], *self.marks[1], *self.labels.values()]

    def limits(self, record) -> tuple:
        """The time steps, which no axis keeps, the decades, the cell, if it has inputs, and if it is predicted."""
        row = grammar.decades(record.norms[-1])
        known = curves.span(row, grammar.decades(record.bounds.get("radius", np.ones(1))))
        far = max(map(abs, known))
        bound = curves.span(grammar.decades(record.bounds.get("stretch", np.ones(1))))
        within = bound[1] <= max(2 * far, 10)
        low, high = (min(known[0], bound[0]), max(known[1], bound[1])) if within else known
        floor, ceiling = (grammar.up_to(value, DECADES) for value in (-low, high))
        return range(1, record.T + 1), -floor, ceiling, record.cell, record.sigma > 0, "radius" in record.bounds

    def frame(self, steps: range, floor: float, ceiling: float, cell: str, driven: bool, predicted: bool) -> None:
        """Draw what stands still: the links of the chain, the loss, the axes and their shading."""
        T = len(steps)
        at = places(T)
        for axes in self.axes:
            for artist in [*axes.lines, *axes.patches, *axes.texts, *axes.collections]:
                if not artist.get_animated():
                    artist.remove()
            axes.set_xlim(*_ends(T))
        _frame_strip(self.strip, at, T, cell, driven, predicted)
        _frame_curve(self.over, at, T, floor, ceiling)

    def move(self, record, steps: range, floor: float, ceiling: float, *_) -> None:
        """Move the tints, the curve, the predictions and their labels to ``record``."""
        at = places(len(steps))
        row = record.norms[-1]
        decades = grammar.decades(row)
        shown = curves.within(decades, floor, ceiling)
        size = _diameter(len(at))
        tints = heatmap.colours(decades[at - 1], TINTED)
        self.cells.set(offsets=np.column_stack([at, np.full(len(at), HEIGHT)]), sizes=[size**2], facecolors=tints)
        self.points.set(offsets=np.column_stack([at, shown[at - 1]]), sizes=[min(size, 9) ** 2], facecolors=tints)
        self.measured.set_data(steps, shown)
        self._move_inputs(at, size, record.sigma)
        self._move_marks(at, row, floor, ceiling)
        self._move_predictions(record, shown[0], floor, ceiling)

    def _move_inputs(self, at, size: float, sigma: float) -> None:
        """An arrow into each circle from below, as long as the inputs are large."""
        top = HEIGHT - _in_strip(self.strip, size / 2 + 1)
        foot = top - TICK * sigma
        head = min(0.06, TICK * sigma)
        left, right = self.strip.get_xlim()
        wide = 3 * (right - left) / (WIDE * 9 * 72)  # of half an arrowhead: 3 points
        x = at[:, None] + wide * np.array([0, 0, -1, 0, 1, np.nan])
        y = np.tile([foot, top, top - head, top, top - head, np.nan], (len(at), 1))
        self.inputs.set_data(x.ravel(), y.ravel())
        self.inputs.set_visible(sigma > 0)

    def _move_marks(self, at, row, floor: float, ceiling: float) -> None:
        """Symbols in the circles and on the curve's floor and ceiling, where it is exactly 0 or no longer finite."""
        for k, there in enumerate((row == 0, ~np.isfinite(row))):
            here = at[there[at - 1]]
            self.marks[0][k].set_data(here, np.full(len(here), HEIGHT))
            self.marks[1][k].set_data(here, np.full(len(here), (floor, ceiling)[k]))

    def _move_predictions(self, record, first: float, floor: float, ceiling: float) -> None:
        """The two dashed lines, and the three labels at step 1, apart from each other."""
        ends = {MEASURED.label: first}
        for name, look in (("radius", EIGEN), ("stretch", STRETCH)):
            there = name in record.bounds
            self.lines[name].set_visible(there)
            self.labels[look.label].set_visible(there)
            if there:
                row = _decades(record.bounds[name])[::-1]
                self.lines[name].set_data(np.arange(1, record.T + 1), row)
                ends[look.label] = row[0]
        _set_apart(self.over, self.labels, ends, floor, ceiling)


# --- what moves -------------------------------------------------------------------------------------------------------


def _decades(sizes) -> np.ndarray:
    return curves.within(grammar.decades(sizes), -FAR, FAR)


def _style(name: str) -> dict:
    look = EIGEN if name == "radius" else STRETCH
    return dict(color=look.color, linestyle=look.marker, linewidth=2.2, zorder=3)


def _marks(axes: Axes) -> list:
    """Symbols of what is exactly 0, and of what is no longer finite."""
    edge = dict(linestyle="none", markersize=9, markeredgewidth=0.9, markeredgecolor=grammar.PAPER, clip_on=False)
    colors = {"v": grammar.VANISHING, "^": grammar.EXPLODING}
    return [axes.plot([], [], marker=marker, color=color, zorder=6, **edge)[0] for marker, color in colors.items()]


def _label(axes: Axes, look: grammar.Look):
    style = dict(textcoords="offset points", ha="right", va="center", fontsize=SMALL, annotation_clip=False)
    return axes.annotate(look.label, (1, 0), (0, 0), color=look.color, **style)


def _set_apart(axes: Axes, labels: dict, ends: dict, floor: float, ceiling: float) -> None:
    """Write each label left of its line's end; one whose line has left the axes says where to with an arrow."""
    order = sorted(ends, key=lambda name: ends[name])
    at = {name: float(np.clip(ends[name], floor, ceiling)) for name in order}
    heights = [curves.height_of(axes, at[name]) for name in order]
    top, bottom = (curves.height_of(axes, y) for y in (ceiling, floor))
    for name, height, place in zip(order, heights, curves.stacked(heights, bottom, top), strict=True):
        away = "↑" if ends[name] > ceiling else "↓" if ends[name] < floor else ""
        labels[name].set(text=f"{name} {away}".strip(), position=(-5, place - height))
        labels[name].xy = (axes.get_xlim()[0], at[name])


def _diameter(circles: int) -> float:
    """Of a circle, in points: what its share of the width has room for."""
    return min(34.0, 0.72 * WIDE * 9.0 * 72 / (circles + 0.2))


def _in_strip(axes: Axes, points: float) -> float:
    """So many points as a share of the strip's height."""
    return points / (axes.bbox.height * 72 / axes.figure.dpi)


# --- what stands still ------------------------------------------------------------------------------------------------


def _ends(T: int) -> tuple[float, float]:
    step = max(1.0, T / DRAWN)
    return 1 - 0.6 * step, T + 0.6 * step


def _frame_strip(axes: Axes, at, T: int, cell: str, driven: bool, predicted: bool) -> None:
    """The links of the chain, which point back in time, the loss on the right, and what the rows are."""
    axes.set(ylim=(0, 1), xticks=(), yticks=(), facecolor="none")
    axes.spines[:].set_visible(False)
    left, right = axes.get_xlim()
    loss = right + 0.035 * (right - left)
    axes.plot([at[0], loss], [HEIGHT, HEIGHT], color=grammar.FAINT, linewidth=1.6, zorder=1, clip_on=False)
    if len(at) <= 15:
        between = [*(at[:-1] + at[1:]) / 2, (at[-1] + right) / 2]
        axes.plot(between, [HEIGHT] * len(between), "<", color=grammar.FAINT, markersize=8, zorder=2, clip_on=False)
    arrow = dict(arrowstyle="-|>", color=grammar.INK, linewidth=1.4, shrinkA=6, shrinkB=0)
    axes.annotate(
        "the gradient goes back in time", (at[0], 0.97), (at[-1], 0.97), ha="right", va="center", fontsize=SMALL,
        arrowprops=arrow, annotation_clip=False,
    )  # fmt: skip
    boxed = dict(boxstyle="round,pad=0.35", facecolor=grammar.PAPER, edgecolor=grammar.INK, linewidth=1.6)
    axes.text(loss, HEIGHT, "loss", ha="left", va="center", fontsize=SMALL + 1, weight="bold", bbox=boxed)
    for y, words in ((HEIGHT, "states"), (0.2, "inputs" if driven else "no inputs")):
        axes.text(-0.012, y, words, transform=axes.transAxes, ha="right", va="center", fontsize=SMALL)
    axes.text(-0.235, 1.5, TITLE, transform=axes.transAxes, ha="left", va="top", fontsize=SMALL + 2, weight="bold")
    thinned = f" ({len(at)} drawn)" if len(at) < T else ""
    drawn = "The dashed lines are predicted." if predicted else "The circles are measured."
    who = f"This is one {NAMES[cell]} over {T} steps{thinned}. {drawn}"
    axes.text(-0.235, 1.26, who, transform=axes.transAxes, ha="left", va="top", fontsize=SMALL)


def _frame_curve(axes: Axes, at, T: int, floor: float, ceiling: float) -> None:
    """Time to the right, decades upwards on the right side, where the gradient starts at 1."""
    axes.set_ylim(floor, ceiling)
    grammar.tidy(axes, SMALL)
    curves.ground(axes, floor, ceiling, most=5)
    axes.spines["left"].set_visible(False)
    axes.spines["right"].set_visible(True)
    axes.yaxis.tick_right()
    axes.vlines(at, floor, ceiling, color="#000000", alpha=0.07, linewidth=0.8)
    times = np.unique(np.round(np.linspace(0, T, 6 if T > 5 else T + 1)).astype(int))
    axes.set_xticks([1, *times[1:]])
    axes.set_xlabel("time step of the state that the gradient reaches", fontsize=SMALL)
