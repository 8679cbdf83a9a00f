"""The parts of the strip as SVG: columns of units, what stands around them, and the pulse that walks through them.

A column is a layer, or a step in time. Its shape is written once, and each column is a <use> of it. Whatever has the
class "lit" waits for the pulse, which comes to the column after ``n`` steps: style="--n:3".
"""

from __future__ import annotations

import html
from typing import NamedTuple

import numpy as np
from matplotlib.colors import to_hex

from . import grammar, heatmap

UNITS = 5  # in a column, however wide the network is
COLUMNS = 100  # at the most
DECADES = 8.0  # away from 1, and the last blue or orange is reached ...
SCALE = 1 + (DECADES - 1) / 0.75  # ... which is that of the words, and not the map's nearly black one
PITCH = 22.0  # from one unit to the next


class Span(NamedTuple):
    """Where the columns stand along the picture, in its own units."""

    left: float
    right: float
    columns: int

    @property
    def pitch(self) -> float:
        """From one column to the next."""
        return (self.right - self.left) / max(self.columns - 1, 1)

    @property
    def radius(self) -> float:
        """Of a unit."""
        return min(8.5, 0.36 * self.pitch)

    @property
    def centres(self) -> list[float]:
        """The x of each column; a single one stands on the right, before the loss."""
        return [self.right] if self.columns == 1 else [self.left + k * self.pitch for k in range(self.columns)]


def fills(sizes) -> np.ndarray:
    """Return RGBA of sizes relative to the last layer's, (n, 4)."""
    return heatmap.colours(np.clip(grammar.decades(np.asarray(sizes, dtype=float)), -DECADES, DECADES), SCALE)


def colour(size: float) -> str:
    """Return the colour of a size as a page writes it, such as "#f7f7f5" of 1."""
    return to_hex(fills([size])[0])


def kind(size: float) -> str:
    """Return how a column is drawn: "nothing" if its size is exactly 0, "broken" if it is not finite, or "units"."""
    if not np.isfinite(size):
        return "broken"
    return "nothing" if size == 0 else "units"


def shapes(span: Span, name: str, units: int = UNITS) -> str:
    """Return the definitions that the columns use, under ids that begin with ``name``."""
    r = span.radius
    rows = [(k - (units - 1) / 2) * PITCH for k in range(units)]
    rings = "".join(f'<circle cy="{y:g}" r="{r:.2f}"/>' for y in rows)
    crosses = "".join(
        f"M{-r:.2f},{y - r:.2f}l{2 * r:.2f},{2 * r:.2f}m0,{-2 * r:.2f}l{-2 * r:.2f},{2 * r:.2f}" for y in rows
    )
    wires = "".join(
        f"M{r:.2f},{a:g}L{span.pitch - r:.2f},{b:g}" for a in rows for b in rows if abs(a - b) <= 1.1 * PITCH
    )
    return (
        f'<defs><g id="{name}-units">{rings}</g><g id="{name}-nothing">{rings}</g>'
        f'<g id="{name}-broken">{rings}<path d="{crosses}"/></g><path id="{name}-wires" d="{wires}"/></defs>'
    )


def asleep(span: Span, name: str, y: float) -> str:
    """Return the network before the pulse: columns, and the wires between them."""
    wires = "".join(f'<use href="#{name}-wires" x="{x:.1f}" y="{y:g}"/>' for x in span.centres[:-1])
    columns = "".join(f'<use href="#{name}-units" x="{x:.1f}" y="{y:g}"/>' for x in span.centres)
    return f'<g class="wires">{wires}</g><g class="asleep">{columns}</g>'


def lit(span: Span, name: str, y: float, k: int, size: float) -> str:
    """Return column ``k`` as the pulse leaves it."""
    drawn = kind(size)
    return f'<use class="{drawn}" href="#{name}-{drawn}" x="{span.centres[k]:.1f}" y="{y:g}" fill="{colour(size)}"/>'


def lane(span: Span, y: float, top: float, loss: float) -> str:
    """Return the second lane, which passes over every column, and joins the first between any two."""
    joins = [x - span.pitch / 2 for x in span.centres] + [span.right + min(span.pitch / 2, (loss - span.right) / 2)]
    joins[0] = max(joins[0], span.left - 20)
    rungs = "".join(f"M{x:.1f},{y:g}V{top:g}" for x in joins)
    return f'<path class="line" d="M{joins[0]:.1f},{y:g}H{joins[-1]:.1f}{rungs}"/>'


def pulse(span: Span, y: float, loss: float, lane_y: float | None = None, units: int = UNITS) -> str:
    """Return what walks from the loss to the first column, and along the second lane if there is one."""
    half = units * PITCH / 2 + 3
    wide = span.radius + 4
    arrow = f'<path class="head" d="M{-wide - 2:.1f},{y - 8:g}v16l-11,-8z"/>'
    frame = f'<rect x="{-wide:.1f}" y="{y - half:g}" width="{2 * wide:.1f}" height="{2 * half:g}" rx="{wide:.1f}"/>'
    above = (
        ""
        if lane_y is None
        else f'<circle cy="{lane_y:g}" r="8"/><path class="head" d="M-9,{lane_y - 8:g}v16l-11,-8z"/>'
    )
    steps = span.columns - 1
    far = span.centres[0] - span.right
    return (
        f'<g transform="translate({span.right:g})"><g class="go" style="--n:{steps};--far:{far:.1f}px">'
        f'<g class="leave" style="--loss:{loss - span.right:g}px"><g class="pulse seen" style="--n:{steps}">'
        f"{frame}{arrow}{above}</g></g></g></g>"
    )


def words(x: float, y: float, said: str, cls: str = "", anchor: str = "middle") -> str:
    """Return a text.   anchor : which of its points lies at x, "start", "middle" or "end"."""
    of_class = f' class="{cls}"' if cls else ""
    return f'<text{of_class} x="{x:.1f}" y="{y:g}" text-anchor="{anchor}">{html.escape(said)}</text>'
