"""The tokens of a transformer as columns that grow alike, block by block, and beneath them what the blocks receive."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from ....kit.marks import curves, grammar
from ....kit.marks.picture import LivePicture, Picture, alone
from ..records import ROUNDING, UNITS
from ..say.columns import alt, percent, sentence

DEPTHS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)  # where the axis ends
SHOWN = 8  # blocks whose tokens are drawn, at the most, beside the input
DECADES_BELOW, DECADES_ABOVE = (4, 8, 16), (2, 5, 8)  # at which the vertical axis ends
SHARE = 0.84  # of the room from one drawn block to the next, which its tokens fill
WIDTH = 4  # pixels of a token
LARGE = 2.0  # times the rms: a coordinate whose colour is the last one
COORDINATES = LinearSegmentedColormap.from_list("coordinates", ("#6b2380", "#c2a5cf", "#fafafa", "#9fd69a", "#00702e"))
LOOKS = {
    "r": grammar.Look(grammar.INK, "o", "r"),
    "dh": grammar.Look("#00558f", "<", "dh"),
    "dW_v": grammar.Look("#00716b", "s", "dW$_v$"),
    "dW_q": grammar.Look("#b3006b", "D", "dW$_q$"),
}
STARTS = {"r": 0.0, "dh": 1.0, "dW_v": 0.5, "dW_q": 0.5}  # of a curve: h lies between blocks, and dW inside a block
SIZES = {"center": 11.5, "left": 14}  # of letters
PLACE = dict(left=0.088, width=0.825)


class ColumnsPlot(LivePicture):
    """The picture kept alive, of a ColumnsRecord: each group of columns stands over its block.

    What lies under 10⁻¹⁶ or over 10⁸ has its mark at the edge.
    """

    def _build(self, record) -> list:
        left, width = PLACE.values()
        self.above = self.figure.add_axes((left, 0.625, width, 0.235))
        self.axes = self.figure.add_axes((left, 0.135, width, 0.40))
        self.above.set(ylim=(0, 1), autoscale_on=False)
        self.above.axis("off")
        self.image = self.above.imshow(np.zeros((1, 1, 4)), interpolation="none", aspect="auto", origin="upper")
        style = dict(linewidth=2.4, markersize=6, marksize=7, band_alpha=0.16)
        self.curves = {name: curves.LiveCurve(self.axes, **style) for name in LOOKS}
        self.shares, self.labels = Words(self.above), Words(self.above)
        self._titles()
        moving = [artist for name, curve in self.curves.items() for artist in curve.artists if self._has(name, artist)]
        return [self.image, self.shares, *moving, self.labels]

    def _has(self, name: str, artist) -> bool:
        """Whether a curve has this part: only r has a theory."""
        return name == "r" or artist is not self.curves[name].theory

    def _limits(self, record) -> tuple:
        """The deepest block is a name, as this axis fits; the other one grows until there is another deepest block."""
        low, high = curves.span(*(_finite(row) for rows in record.relative.values() for row in rows))
        deepest = str(grammar.up_to(record.net.depth, DEPTHS))
        return deepest, -grammar.up_to(-low, DECADES_BELOW), grammar.up_to(high, DECADES_ABOVE)

    def _frame(self, deepest: str, floor: float, ceiling: float) -> None:
        pitch = _pitch(int(deepest))
        sides = (-0.5 * pitch, int(deepest) + 0.5 * pitch)
        self.above.set(xlim=sides)
        for artist in [*self.axes.patches, *(text for text in self.axes.texts if not text.get_animated())]:
            artist.remove()
        self.axes.set(xlim=sides, ylim=(floor, ceiling))
        grammar.tidy(self.axes)
        curves.ground(self.axes, floor, ceiling, most=6)
        for words in self.axes.texts:
            if words.get_text() == "vanishing":
                words.set(x=0.015, ha="left")  # what vanishes comes down on the right
        blocks = np.arange(0, int(deepest) + 1, pitch)
        self.axes.set_xticks(blocks, ["input", *map(str, blocks[1:])])
        self.axes.set_xlabel("after block (dW of a block stands before its number)", fontsize=13, color=grammar.INK)

    @alone()
    def ghost(self, record) -> str:
        """Return the outline of another ``record`` without its words, which would lie on those of this one."""
        words = (self.shares, self.labels)
        for each in words:
            each.set_visible(False)
        try:
            return super().ghost(record)
        finally:
            for each in words:
                each.set_visible(True)

    def _move(self, record, deepest: str, floor: float, ceiling: float) -> None:
        pitch = _pitch(int(deepest))
        blocks = shown(record.net.depth, pitch)
        self.image.set_data(painted(record.columns, blocks, int(deepest), pitch))
        self.image.set_extent((*self.above.get_xlim(), 0, 1))
        r = record.relative["r"].median[blocks]
        points = 72 / self.figure.dpi
        height = self.above.bbox.y1 * points + 8
        self.shares.say(
            [percent(share) for share in r],
            [(x * points, height) for x in self.above.transData.transform([(block, 0) for block in blocks])[:, 0]],
            [grammar.VANISHING if share < 0.1 else grammar.INK for share in r],
        )
        self._move_curves(record, floor, ceiling)

    def _move_curves(self, record, floor: float, ceiling: float) -> None:
        depth = record.net.depth
        ends = {}
        every = max(1, depth // 12)
        for name, curve in self.curves.items():
            rows = [_on_axis(row, floor, ceiling, ROUNDING if name == "r" else 0.0) for row in record.relative[name]]
            x = np.arange(depth + 1 if name == "r" else depth) + STARTS[name]
            theory = grammar.decades(record.theory) if name == "r" else None
            seeds = record.net.seeds
            curve.update(x, rows if seeds > 1 else rows[1], LOOKS[name], floor, ceiling, theory=theory, every=every)
            ends[name] = float(curves.within(rows[1][-1], floor, ceiling))
        self._name_curves(ends)

    def _name_curves(self, ends: dict[str, float]) -> None:
        """Write the names right of the axes; where they would lie on each other, push them apart, up and down alike."""
        names = sorted(ends, key=lambda name: ends[name])
        heights = np.array([curves.height_of(self.axes, ends[name]) for name in names])
        up = np.array(curves.stacked(heights))
        down = -np.array(curves.stacked(-heights[::-1]))[::-1]
        left = self.axes.bbox.x1 * 72 / self.figure.dpi + 5
        places = [(left, height) for height in (up + down) / 2]
        self.labels.say([LOOKS[name].label for name in names], places, [LOOKS[name].color for name in names], "left")

    def _titles(self) -> None:
        """Write what stands still: the titles, the units, and the legend."""
        curves.title(self.figure, "tokens, a column each, which differ by")
        curves.title(self.figure, "r, by how much they differ, and gradients relative to the last block", y=0.597)
        self.figure.text(0.05, 0.742, f"first {UNITS}\nunits", fontsize=11.5, ha="center", va="center")
        keys = [
            curves.key("median", linewidth=2.4), curves.key(curves.MIDDLE, linewidth=9, alpha=0.3),
            curves.key("theory", **grammar.THEORY),
        ]  # fmt: skip
        curves.legend(self.figure, handles=keys, columnspacing=1.2, handletextpad=0.5, bbox_to_anchor=(0.998, 1.012))


class Words(PathCollection):
    """Bold words as outlines, which are drawn in a tenth of the time of Matplotlib's texts."""

    def __init__(self, axes):
        super().__init__([Path([(0, 0)])], linewidths=0)
        to_pixels = Affine2D().scale(1 / 72) + axes.figure.dpi_scale_trans
        self.set_transform(to_pixels)
        self.set_offset_transform(to_pixels)
        self.set_clip_on(False)
        axes.add_collection(self, autolim=False)

    def say(self, words: list[str], places: list[tuple[float, float]], colours: list[str], align: str = "center"):
        """Write ``words`` at their places, in points from the figure's lower left corner."""
        self.set_paths([outline(word, align) for word in words])
        self.set(offsets=places, facecolors=colours)


@lru_cache(4096)
def outline(word: str, align: str) -> Path:
    """Return a word as a path around its middle, or right of it.   align : "center" or "left"."""
    path = TextPath((0, 0), word, size=SIZES[align], prop=FontProperties(weight="bold"))
    box = path.get_extents()
    left = box.x0 if align == "left" else (box.x0 + box.x1) / 2
    return path.transformed(Affine2D().translate(-left, -(box.y0 + box.y1) / 2))


def columns(record) -> Picture:
    """Return a still picture of a ColumnsRecord."""
    return Picture(ColumnsPlot(record).figure, sentence(record), alt(record))


def shown(depth: int, pitch: int) -> list[int]:
    """Return the blocks whose tokens are drawn: the input, each that is a multiple of the pitch, and the last."""
    return [*range(0, depth - pitch + 1, pitch), depth] if depth >= pitch else [0, depth]


def painted(columns, blocks: list[int], deepest: int, pitch: int):
    """Return RGBA of the tokens after each of the ``blocks``, from half a pitch before the input to behind the deepest.

    columns : (depth + 1, units, tokens). A token is WIDTH pixels wide, and a gap of one pixel parts it from the next.
    """
    _, units, tokens = columns.shape
    wide = (WIDTH + 1) * tokens
    room = round(wide / SHARE)
    rgba = np.zeros((units, room * (deepest // pitch + 1), 4))
    for block in blocks:
        group = np.zeros((units, tokens, WIDTH + 1, 4))
        size = np.clip(columns[block], -LARGE, LARGE) / LARGE
        group[:, :, :WIDTH] = COORDINATES((1 + size) / 2)[:, :, None]
        left = round(room * (block / pitch + 0.5) - wide / 2)
        rgba[:, left : left + wide] = group.reshape(units, wide, 4)
    return rgba


def _pitch(deepest: int) -> int:
    """Blocks from one whose tokens are drawn to the next."""
    return -(-deepest // SHOWN)


def _on_axis(sizes, floor: float, ceiling: float, nothing: float):
    """Decades of sizes; -inf what lies below the axis or is less than ``nothing``, and inf what lies above."""
    decades = grammar.decades(np.where(sizes < nothing, 0.0, sizes))
    decades = np.where(decades < floor, -np.inf, decades)
    return np.where(decades > ceiling, np.inf, decades)


def _finite(sizes):
    """Decades of sizes, where what is 0 or overflowed lies at the end of the longest axis."""
    return curves.within(grammar.decades(sizes), -DECADES_BELOW[-1], DECADES_ABOVE[-1])
