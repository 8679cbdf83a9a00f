"""The strip as one SVG: the network above, log ‖dh‖ below, each point exactly under its column."""

from __future__ import annotations

import html
from typing import NamedTuple

import numpy as np

from ..words.phrases import size, verdict
from . import columns, grammar
from .columns import COLUMNS, PITCH, UNITS, Span, words

WIDTH = 900
LEFT, RIGHT, LOSS = 112.0, 800.0, 858.0
STEPS = (2, 3, 5, 10, 20, 30, 40, 60, 80, 160, 320, 640)  # decades at which the axis ends
CURVE = 150.0  # how high it is
LANE = 38.0  # room for the second lane


class Chain(NamedTuple):
    """What the strip shows: the sizes along a chain, and what its parts are called."""

    sizes: np.ndarray  # from the first part to the last, relative to the last
    theory: np.ndarray | None
    skip: bool
    place: str  # "layer", or "step"
    names: tuple[str, ...]  # of the parts, under the axis
    start: str  # what stands before the first, "input"
    end: str  # and after the last, "loss"
    every: bool  # whether an input comes in at each part, as at each time

    @property
    def shown(self) -> np.ndarray:
        """Which parts have a column: all of them, or as many as there is room for."""
        count = len(self.sizes)
        return np.unique(np.linspace(0, count - 1, min(count, COLUMNS)).round().astype(int))


class Axis(NamedTuple):
    """The vertical axis of decades."""

    top: float
    floor: float
    ceiling: float

    def y(self, decades):
        """Where decades lie; what has left the axis lies on its edge."""
        inside = np.clip(np.nan_to_num(decades, nan=np.inf, posinf=self.ceiling), self.floor, self.ceiling)
        return self.top + CURVE * (self.ceiling - inside) / (self.ceiling - self.floor)


def limits(sizes) -> tuple[float, float]:
    """Return the decades at which an axis ends that holds all sizes that are finite."""
    decades = grammar.decades(np.concatenate([[1.0], sizes]))
    decades = decades[np.isfinite(decades)]
    return -grammar.up_to(-decades.min(), STEPS), grammar.up_to(decades.max(), STEPS)


def drawing(chain: Chain, name: str, alt: str) -> str:
    """Return the whole picture, whose ids begin with ``name``; ``alt`` is its accessible name."""
    middle = 42 + (LANE if chain.skip else 0) + UNITS * PITCH / 2
    bottom = middle + UNITS * PITCH / 2
    axis = Axis(bottom + (46 if chain.every else 24), *limits(chain.sizes))
    span = Span(LEFT, RIGHT, len(chain.shown))
    lane = 56.0 if chain.skip else None
    height = axis.top + CURVE + 56
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{html.escape(alt)}">',
        columns.shapes(span, name),
        _ground(axis),
        _along(chain, span, axis),
        _ends(chain, span, middle),
        "" if lane is None else columns.lane(span, lane, bottom - UNITS * PITCH + 2, LOSS),
        columns.asleep(span, name, middle),
        _inputs(span, bottom) if chain.every else "",
        *_lit(chain, span, axis, name, middle),
        _last(chain, span, axis),
        columns.pulse(span, middle, LOSS, lane),
        "</svg>",
    ]
    return "".join(parts)


def _ground(axis: Axis) -> str:
    """The shaded sides with their words, the ticks, and the name of the axis."""
    low, high, end = (float(axis.y(decades)) for decades in (-grammar.HEALTHY, grammar.HEALTHY, axis.floor))
    left, wide = LEFT - 24, RIGHT - LEFT + 48
    sides = f'<path class="above" d="M{left:g},{axis.top:g}h{wide:g}V{high:.1f}h{-wide:g}z"/>'
    sides += f'<path class="below" d="M{left:g},{low:.1f}h{wide:g}V{end:.1f}h{-wide:g}z"/>'
    if high - axis.top > 24:
        sides += words(RIGHT + 14, axis.top + 20, "exploding", "explodes", "end")
    if end - low > 24:
        sides += words(RIGHT + 14, end - 8, "vanishing", "vanishes", "end")
    apart = 24 * (axis.ceiling - axis.floor) / CURVE  # decades between two ticks that do not lie on each other
    ticks = [0.0, *(tick for tick in (axis.floor, axis.ceiling) if abs(tick) > apart)]
    named = "".join(
        words(left - 8, float(axis.y(tick)) + 6, grammar.power_of_ten(round(float(tick))), anchor="end")
        for tick in ticks
    )
    title = f'<text transform="translate(20,{axis.top + CURVE / 2:g}) rotate(-90)" text-anchor="middle">‖dh‖</text>'
    return f"{sides}{named}{title}"


def _along(chain: Chain, span: Span, axis: Axis) -> str:
    """The names of the parts under the axis, as many as there is room for; what a part is; and what is dashed."""
    under = axis.top + CURVE
    named = "".join(words(span.centres[k], under + 22, chain.names[chain.shown[k]]) for k in _named(chain, span))
    key = ""
    if chain.theory is not None and len(chain.sizes) > 1:
        key = f'<path class="theory" d="M{RIGHT - 98:g},{under + 41:g}h40"/>'
        key += words(RIGHT + 14, under + 47, "theory", anchor="end")
    return named + words((LEFT + RIGHT) / 2, under + 47, chain.place) + key


def _named(chain: Chain, span: Span) -> list[int]:
    """The columns whose names are written: the first, the last, and between them those that have room, evenly."""
    shown = [chain.names[k] for k in chain.shown]
    room = (10 * max(map(len, shown)) + 12) / span.pitch  # in columns
    every = next(step for step in (1, 5, 10, 20, 50, 100) if step >= room)
    last = len(shown) - 1
    between = [k for k in range(1, last) if (k + 1) % every == 0 and k >= room and last - k >= room]
    return list(dict.fromkeys([0, *between, last]))


def _ends(chain: Chain, span: Span, middle: float) -> str:
    """The input on the left, the loss on the right."""
    box = f'<rect class="line" x="{LOSS - 29:g}" y="{middle - 20:g}" width="58" height="40" rx="6"/>'
    wires = f'<path class="line" d="M{span.right + span.radius + 2:.1f},{middle:g}H{LOSS - 30:g}"/>'
    if not chain.every:
        wires += f'<path class="line" d="M64,{middle:g}H{span.centres[0] - span.radius - 2:.1f}"/>'
    start = words(60, middle + 6, chain.start, anchor="end")
    return wires + box + words(LOSS, middle + 6, chain.end) + start


def _inputs(span: Span, bottom: float) -> str:
    """An arrow into each column from below, as an input comes in at each time."""
    arrows = "".join(f"M{x:.1f},{bottom + 26:g}v-20m-4,7l4,-7l4,7" for x in span.centres)
    return f'<path class="line" d="{arrows}"/>'


def _lit(chain: Chain, span: Span, axis: Axis, name: str, middle: float) -> list[str]:
    """What the pulse leaves behind, column by column: the column lit, the curve's next piece, its point or mark."""
    sizes = chain.sizes[chain.shown]
    heights = np.atleast_1d(axis.y(grammar.decades(sizes)))
    groups = []
    for k, (x, y) in enumerate(zip(span.centres, heights, strict=True)):
        piece = ""
        if k + 1 < len(sizes) and columns.kind(sizes[k]) == columns.kind(sizes[k + 1]) == "units":
            piece = f'<path class="curve" d="M{x:.1f},{y:.1f}L{span.centres[k + 1]:.1f},{heights[k + 1]:.1f}"/>'
        groups.append(
            f'<g class="lit" style="--n:{len(sizes) - 1 - k}">{columns.lit(span, name, middle, k, sizes[k])}{piece}'
            f"{_mark(x, y, sizes[k], span)}</g>"
        )
    return groups


def _mark(x: float, y: float, ratio: float, span: Span) -> str:
    """The point of the curve, or the mark of what is exactly 0 or not finite."""
    drawn = columns.kind(ratio)
    if drawn == "nothing":
        return f'<path class="vanishes" d="M{x - 7:.1f},{y - 12:.1f}h14l-7,12z"/>'
    if drawn == "broken":
        return f'<path class="explodes" d="M{x - 7:.1f},{y + 12:.1f}h14l-7,-12z"/>'
    radius = min(5.0, 0.42 * span.pitch)
    return f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{columns.colour(ratio)}"/>'


def told(sizes) -> str:
    """Return the verdict in a word and a number: "It vanishes. First over last: 4.6e-19"."""
    if len(sizes) == 1:
        return "The first is also the last."
    return f"It {verdict(sizes[0])}. First over last: {first_over_last(sizes[0])}"


def first_over_last(ratio: float) -> str:
    """Return a ratio in short: "4.6e-19", "exactly 0", "not finite"."""
    return size(ratio) if np.isfinite(ratio) else "not finite"


def verdict_class(size: float) -> str:
    """Return the class of the verdict's colour; what holds has none."""
    return {"vanishes": "vanishes", "holds": ""}.get(verdict(size), "explodes")


def _last(chain: Chain, span: Span, axis: Axis) -> str:
    """What is seen when the pulse has come to the first column: the verdict, theory, and the words at the marks."""
    said = words(LEFT - 24, 26, told(chain.sizes), f"verdict {verdict_class(chain.sizes[0])}".strip(), "start")
    return (
        f'<g class="lit" style="--n:{span.columns}">{said}{_theory(chain, span, axis)}{_marked(chain, span, axis)}</g>'
    )


def _theory(chain: Chain, span: Span, axis: Axis) -> str:
    """Theory's line, where it is finite."""
    if chain.theory is None or len(chain.sizes) == 1:
        return ""
    decades = grammar.decades(chain.theory[chain.shown])
    inside = (decades >= axis.floor) & (decades <= axis.ceiling)
    places = zip(span.centres, np.atleast_1d(axis.y(decades)), inside, strict=True)
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, here in places if here)
    return f'<polyline class="theory" points="{path}"/>' if path else ""


def _marked(chain: Chain, span: Span, axis: Axis) -> str:
    """The words at the marks, which are on the left, as zeros and overflows do not end before the first layer."""
    kinds = [columns.kind(size) for size in chain.sizes[chain.shown]]
    said = ""
    if "nothing" in kinds:
        x = span.centres[kinds.index("nothing")] - 6
        said += words(x, axis.top + CURVE - 18, "exactly 0", "vanishes", "start")
    if "broken" in kinds:
        x = span.centres[kinds.index("broken")] - 6
        said += words(x, axis.top + 32, "no longer finite", "explodes", "start")
    return said
