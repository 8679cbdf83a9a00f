"""The tokens of a transformer as columns that grow alike, block by block, and beneath them what the blocks receive."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from ....kit.marks import curves, grammar
from ....kit.marks.picture import LivePicture, Picture
from ..records import ROUNDING, UNITS
from ..say.columns import alt, percent, sentence

DEPTHS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)  # where the axis ends
SHOWN = 8  # blocks whose tokens are drawn, at the most, beside the input
FLOOR, CEILING = -16.0, 8.0  # decades
WIDE = 0.84  # of the room from one drawn block to the next
LARGE = 2.0  # times the rms: a coordinate whose colour is the last one
COORDINATES = LinearSegmentedColormap.from_list("coordinates", ("#6b2380", "#c2a5cf", "#fafafa", "#9fd69a", "#00702e"))
LOOKS = {
    "r": grammar.Look(grammar.INK, "o", "r"),
    "dh": grammar.Look("#00558f", "<", "dh"),
    "dW_v": grammar.Look("#00716b", "s", "dW$_v$"),
    "dW_q": grammar.Look("#b3006b", "D", "dW$_q$"),
}
PLACE = dict(left=0.088, width=0.825)


class ColumnsPlot(LivePicture):
    """The picture kept alive, of a ColumnsRecord: each group of columns stands over its block.

    The vertical axis is always the same, so that one form is compared with another; what has left it has its mark.
    """

    def _build(self, record) -> list:
        left, width = PLACE.values()
        self.above = self.figure.add_axes((left, 0.625, width, 0.235))
        self.axes = self.figure.add_axes((left, 0.135, width, 0.40))
        self.above.set(ylim=(0, 1), autoscale_on=False)
        self.above.axis("off")
        self.groups = [self._group() for _ in range(SHOWN + 1)]
        words = dict(ha="center", va="bottom", fontsize=11.5, weight="bold")
        self.shares = [self.above.text(0, 1.04, "", **words) for _ in self.groups]
        style = dict(linewidth=2.4, markersize=6, marksize=7, band_alpha=0.16)
        self.curves = {name: curves.LiveCurve(self.axes, **style) for name in LOOKS}
        self.labels = {name: curves.live_label(self.axes, look, 10) for name, look in LOOKS.items()}
        self._titles()
        self.title = self.above.text(
            0.012, 0.982, "", transform=self.figure.transFigure, fontsize=13, va="top", color=grammar.INK
        )
        moving = [artist for curve in self.curves.values() for artist in curve.artists]
        return [*self.groups, *self.shares, *moving, *self.labels.values(), self.title]

    def _group(self):
        return self.above.imshow(np.zeros((1, 1, 4)), interpolation="none", aspect="auto", origin="upper")

    def _limits(self, record) -> tuple:
        return (str(grammar.up_to(record.net.depth, DEPTHS)),)  # a name, as this axis shall fit and not only grow

    def _frame(self, deepest: str) -> None:
        pitch = _pitch(int(deepest))
        sides = (-0.5 * pitch, int(deepest) + 0.5 * pitch)
        self.above.set(xlim=sides)
        for artist in [*self.axes.patches, *(text for text in self.axes.texts if not text.get_animated())]:
            artist.remove()
        self.axes.set(xlim=sides, ylim=(FLOOR, CEILING))
        grammar.tidy(self.axes)
        curves.ground(self.axes, FLOOR, CEILING, most=6)
        blocks = np.arange(0, int(deepest) + 1, pitch)
        self.axes.set_xticks(blocks, ["input", *map(str, blocks[1:])])
        self.axes.set_xlabel("after block", fontsize=13, color=grammar.INK)

    def _move(self, record, deepest: str) -> None:
        net = record.net
        pitch = _pitch(int(deepest))
        blocks = shown(net.depth, pitch)
        self.title.set_text(f"{net.tokens} tokens, a column each, and by how much they differ")
        median = record.relative["r"].median
        for k, (group, share) in enumerate(zip(self.groups, self.shares, strict=True)):
            seen = k < len(blocks)
            group.set_visible(seen)
            share.set_visible(seen)
            if seen:
                self._show_group(group, record.columns[blocks[k]], blocks[k], pitch)
                r = median[blocks[k]]
                share.set(x=blocks[k], text=percent(r), color=grammar.VANISHING if r < 0.1 else grammar.INK)
        self._move_curves(record)

    def _show_group(self, group, columns, block: int, pitch: int) -> None:
        """Draw the tokens after one block; a gap parts each from the next."""
        units, tokens = columns.shape
        rgba = np.zeros((units, tokens, 5, 4))
        rgba[:, :, :4] = COORDINATES(0.5 + np.clip(columns, -LARGE, LARGE) / (2 * LARGE))[:, :, None]
        group.set_data(rgba.reshape(units, 5 * tokens, 4)[:, :-1])
        half = 0.5 * WIDE * pitch
        group.set_extent((block - half, block + half, 0, 1))

    def _move_curves(self, record) -> None:
        depth = record.net.depth
        every = max(1, depth // 12)
        for name, curve in self.curves.items():
            rows = [_on_axis(row, ROUNDING if name == "r" else 0.0) for row in record.relative[name]]
            x = np.arange(depth + 1 if name == "r" else depth) + (name != "r")
            theory = grammar.decades(record.theory) if name == "r" else None
            seeds = record.net.seeds
            curve.update(x, rows if seeds > 1 else rows[1], LOOKS[name], FLOOR, CEILING, theory=theory, every=every)
            self.labels[name].xy = (depth, curves.within(rows[1][-1], FLOOR, CEILING))
        self._spread()

    def _spread(self) -> None:
        """Push labels apart that would lie on each other."""
        labels = sorted(self.labels.values(), key=lambda label: label.xy[1])
        heights = [curves.height_of(self.axes, label.xy[1]) for label in labels]
        points = 72 / self.figure.dpi
        places = curves.stacked(heights, self.axes.bbox.y0 * points + 4, self.axes.bbox.y1 * points)
        for label, height, place in zip(labels, heights, places, strict=True):
            label.set_position((10, place - height))

    def _titles(self) -> None:
        """Write what stands still: the second title, the units, and the legend."""
        curves.title(self.figure, "r: by how much tokens differ. d…: gradients, over the last block's", y=0.597)
        self.figure.text(0.05, 0.742, f"first {UNITS}\nunits", fontsize=11.5, ha="center", va="center")
        keys = [
            curves.key("median", linewidth=2.4), curves.key(curves.NETWORKS, linewidth=9, alpha=0.3),
            curves.key("theory", **grammar.THEORY),
        ]  # fmt: skip
        curves.legend(self.figure, handles=keys, columnspacing=1.2, handletextpad=0.5, bbox_to_anchor=(0.998, 1.012))


def columns(record) -> Picture:
    """Return a still picture of a ColumnsRecord."""
    return Picture(ColumnsPlot(record).figure, sentence(record), alt(record))


def shown(depth: int, pitch: int) -> list[int]:
    """Return the blocks whose tokens are drawn: the input, each that is a multiple of the pitch, and the last."""
    return [*range(0, depth - pitch + 1, pitch), depth] if depth >= pitch else [0, depth]


def _pitch(deepest: int) -> int:
    """Blocks from one whose tokens are drawn to the next."""
    return -(-deepest // SHOWN)


def _on_axis(sizes, nothing: float):
    """Decades of sizes; -inf what lies below the axis or is ``nothing``, and inf what lies above."""
    decades = grammar.decades(np.where(sizes < nothing, 0.0, sizes))
    decades = np.where(decades < FLOOR, -np.inf, decades)
    return np.where(decades > CEILING, np.inf, decades)
