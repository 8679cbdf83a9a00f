"""Strips as one moving file: an SVG that plays by itself, over and over, wherever a picture may stand.

It holds its own style and no script, and it is light or dark as the reader's system is. Where motion is not wanted, it
shows the end. The README's is made from three records:

    he = dict(activation="relu", scheme="he_normal")
    records = {"Sigmoid": flow(activation="sigmoid"), "ReLU with He's weights": flow(**he)}
    film(records | {"1.5 times these weights": flow(**he, gain=1.5)})
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from .. import styles
from . import columns
from .columns import PITCH, Span, words
from .strip_svg import told, verdict_class

UNITS = 4
ROW = 142
SPAN = Span(86.0, 800.0, 30)
LOSS = 858.0
STEP = 0.06  # seconds from one column to the next
PAUSE = 3.0  # seconds in which the end is seen, and one in which the network is dark


def film(records: Mapping[str, Any]) -> str:
    """Return the text of an SVG with a row for each FlowRecord, under its name; all have as many layers."""
    curves = {name: record.relative["dh"].median for name, record in records.items()}
    depths = {len(sizes) for sizes in curves.values()}
    if len(depths) != 1 or not depths <= set(range(2, columns.COLUMNS + 1)):
        raise ValueError(
            f"records have {sorted(depths)} layers; allowed is one number of them, from 2 to {columns.COLUMNS}"
        )
    span = SPAN._replace(columns=depths.pop())
    said = ". ".join(f"{name}: {told(sizes)}" for name, sizes in curves.items())
    alt = html.escape(f"A gradient is sent back from the loss through networks of {span.columns} layers. {said}.")
    rows = "".join(_row(span, name, sizes, k * ROW) for k, (name, sizes) in enumerate(curves.items()))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 {ROW * len(curves)}" role="img" aria-label="{alt}">'
        f"<title>{alt}</title><style>{_style(span.columns)}</style>{columns.shapes(span, 'film', UNITS)}{rows}</svg>\n"
    )


def _row(span: Span, name: str, sizes, top: float) -> str:
    """One network under its name; the verdict is seen at the end."""
    middle = top + 42 + UNITS * PITCH / 2
    last = span.columns - 1
    box = f'<rect class="line" x="{LOSS - 29:g}" y="{middle - 20:g}" width="58" height="40" rx="6"/>'
    wires = f'<path class="line" d="M{span.right + 10:g},{middle:g}H{LOSS - 30:g}M62,{middle:g}H{span.left - 10:g}"/>'
    ends = words(LOSS, middle + 6, "loss") + words(58, middle + 6, "input", anchor="end")
    lit = "".join(
        f'<g class="lit" style="--n:{last - k}">{columns.lit(span, "film", middle, k, size)}</g>'
        for k, size in enumerate(sizes)
    )
    verdict = words(810, top + 26, told(sizes), f"verdict {verdict_class(sizes[0])}".strip(), "end")
    return (
        f"{words(76, top + 26, name, 'title', 'start')}{wires}{box}{ends}{columns.asleep(span, 'film', middle)}{lit}"
        f'<g class="lit" style="--n:{last + 2}">{verdict}</g>{columns.pulse(span, middle, LOSS, units=UNITS)}'
    )


def _style(count: int) -> str:
    """The style sheet, with the times at which things happen as shares of one cycle."""
    walk = STEP * (count - 1)
    cycle = 1 + walk + PAUSE + walk
    end = 100 * (cycle - 1 - walk) / cycle  # from here on, what is lit goes out again, for a second
    there = 100 * walk / cycle
    frames = (
        f"svg{{--cycle:{cycle:g}s}}"
        f"@keyframes lit{{0%{{opacity:0}}3%,{end:.2f}%{{opacity:1}}{end + 3:.2f}%,100%{{opacity:0}}}}"
        f"@keyframes go{{{there:.2f}%,100%{{transform:translateX(var(--far))}}}}"
        f"@keyframes seen{{0%,{there:.2f}%{{opacity:1}}{there + 3:.2f}%,100%{{opacity:0}}}}"
        "@media (prefers-reduced-motion:reduce){svg *{animation:none!important}}"
    )
    return styles.style("film").removeprefix("<style>").removesuffix("</style>") + frames
