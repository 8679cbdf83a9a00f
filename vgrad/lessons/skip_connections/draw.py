"""A path around each layer: how large h and dh become, and where a norm stands.

Above the curves of ``SkipPlot`` stand the two lanes of the network: the path, and beside it the branches.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import columns, curves, grammar
from ...kit.marks.picture import Picture
from ...kit.marks.ways import WaysPlot
from .say import alt, last_sentence, sentence

PATH, BRANCH = 0.78, 0.2  # heights of the two lanes
DRAWN = 26  # branches at the most
NORM = grammar.CURES["layer"].color
BOXES = "A box is blue where dh has vanished, and orange where it has exploded."
NORMS = "A diamond is a norm."


class SkipPlot(WaysPlot):
    """The picture kept alive: both lanes of the network, and under them h and dh by layer.

    A box is a branch, tinted by the gradient dh that arrives at its sum. A diamond is a norm: on the upper lane where
    it follows the sum, and in front of the box where it stands in the branch.
    """

    place = (0.092, 0.135, 0.895, 0.58)
    lanes = (0.092, 0.765, 0.895, 0.145)

    def _beside(self) -> list:
        self.above = self.figure.add_axes(self.lanes)
        self.above.set_axis_off()
        ink = dict(color=grammar.INK, solid_capstyle="round")
        (self.path,) = self.above.plot([], [], linewidth=3.2, **ink)
        (self.ways,) = self.above.plot([], [], linewidth=1.1, **ink)
        self.boxes = self.above.scatter([], [], marker="s", edgecolors=grammar.INK, linewidths=1.0, zorder=3)
        self.norms = self.above.scatter([], [], marker="d", color=NORM, zorder=4)
        words = dict(transform=self.above.get_yaxis_transform(), ha="right", va="center", fontsize=11)
        self.names = [self.above.text(-0.006, height, "", **words) for height in (PATH, BRANCH)]
        below = dict(transform=self.figure.transFigure, va="center", fontsize=10.5)
        self.key = self.above.text(self.place[0], 0.737, "", **below)
        return [self.path, self.ways, self.boxes, self.norms, *self.names, self.key]

    def _frame(self, *limits) -> None:
        super()._frame(*limits)
        self.above.set(xlim=self.axes.get_xlim(), ylim=(0, 1))

    def _move(self, record, *limits) -> None:
        super()._move(record, *limits)
        depth = record.net.depth
        pitch = -(-depth // DRAWN)  # layers from one box to the next
        at = np.arange(depth, 0, -pitch)[::-1].astype(float)
        room = pitch * self.above.get_window_extent().width / np.ptp(self.above.get_xlim()) * 72 / self.figure.dpi
        with_path = record.net.skip is not None
        self._draw_ways(at, 0.45 * pitch, with_path)
        self.boxes.set(
            offsets=np.column_stack([at, np.full(len(at), BRANCH)]), sizes=[min(0.42 * room, 15) ** 2],
            facecolors=columns.fills(record.relative["dh"].median[at.astype(int) - 1]),
        )  # fmt: skip
        self._draw_norms(record.net, at, pitch, room)
        self.names[0].set_text("path" if with_path else "")
        self.names[1].set_text("branches" if with_path else "layers")
        self.key.set_text(f"{BOXES} {NORMS}" if record.net.norm else BOXES)

    def _draw_ways(self, at, half: float, with_path: bool) -> None:
        """The upper lane, and the wires from it through each box and back; without a path, one line through all."""
        ends = [at[0] - half, at[-1] + half]
        self.path.set_data(ends, [PATH, PATH])
        self.path.set_visible(with_path)
        if not with_path:
            self.ways.set_data(ends, [BRANCH, BRANCH])
            return
        x = at[:, None] + half * np.array([-0.95, -0.75, 0.75, 0.95, np.nan])
        self.ways.set_data(x.ravel(), np.tile([PATH, BRANCH, BRANCH, PATH, np.nan], len(at)))

    def _draw_norms(self, net, at, pitch: int, room: float) -> None:
        """A diamond on the path behind each sum, or in each branch."""
        on_path = str(net.norm).endswith("output") and net.skip is not None
        x = at + 0.45 * pitch if on_path else at - 0.3 * pitch
        height = PATH if on_path else BRANCH
        self.norms.set(offsets=np.column_stack([x, np.full(len(at), height)]), sizes=[min(0.3 * room, 9) ** 2])
        self.norms.set_visible(net.norm is not None)


def paths(record) -> Picture:
    """Return a still picture of a FlowRecord, both ways."""
    record = record._replace(shown=("h", "dh"))
    return Picture(SkipPlot(record).figure, sentence(record), alt(record))


def last_layer(record) -> Picture:
    """Return dW of the last block against the depth, with pre-norm and with post-norm."""
    axes = curves.axes(grammar.new_figure(), "‖dW‖ of the last block")
    unit = np.median(record.dW["pre"][0])
    depths = np.array(record.depths)
    labels = []
    for place, look in (("pre", grammar.CURES["skip"]), ("post", grammar.CURES["layer"])):
        median = curves.curve(axes, depths, record.dW[place].T / unit, look)
        labels.append((median[-1], f"{place}-norm", look.color))
    axes.plot(depths, ((1 + 2 * depths[0]) / (1 + 2 * depths)) ** 0.5, **grammar.THEORY)
    axes.set(xscale="log", xlim=(depths[0] / 1.15, depths[-1] * 1.7), ylim=(0, None))
    curves.label_ends(axes, depths[-1], labels)
    axes.set_xticks(depths, depths)
    axes.set_xticks([], minor=True)
    axes.set_xlabel("blocks", fontsize=13)
    curves.legend(axes.figure, theory=True)
    return Picture(axes.figure, last_sentence(record))
