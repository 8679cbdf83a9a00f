"""The strip: the network itself, and a gradient that is sent back through it.

Columns of units, one for each layer, stand above a curve of log ‖dh‖. A pulse leaves the loss on the right and walks to
the left, a layer every 60 ms. Each column lights up by the size of the gradient that arrives there, relative to the
last layer's: blue where it vanishes, white where it holds, orange where it explodes. It is SVG and CSS alone, so that
it moves without a kernel: in JupyterLab, on slides, on dashboards and on a page that was saved.
"""

from __future__ import annotations

import html
import itertools
import zlib
from typing import Any

import numpy as np

from ... import require
from ...require import Flag, Text
from .. import styles
from ..words.flow import sentence
from ..words.phrases import five, lines, points, predicted, size, so_it
from . import grammar
from .columns import COLUMNS
from .picture import WORDS, Picture, bundle
from .strip_svg import Chain, drawing
from .units import UnitsPlot

_NUMBERS = itertools.count(1)
HERE = "\0"  # where the name of a strip comes, which no text on a page contains


class Strip(Picture):
    """The strip and its sentence.  ``html`` is both, as one string for a widget or a page of one's own.

    Where a page may not show SVG, as a notebook that is not trusted, the still picture is shown instead.
    """

    def __init__(self, chain: Chain, caption: str, alt: str):
        super().__init__(UnitsPlot(chain).figure, caption, alt)
        body = drawing(chain, HERE, alt)
        self.name = f"strip{zlib.crc32(body.encode()):08x}-{next(_NUMBERS)}"
        self.svg = body.replace(HERE, self.name)

    @property
    def html(self) -> str:
        """The control, the picture and the sentence."""
        return self._alive() + self._said()

    def _repr_html_(self) -> str:
        return self.html

    def _ipython_display_(self) -> None:
        from IPython.display import display  # there, where this method is called

        data, metadata = bundle(self.figure, self.caption, self.alt)
        display({"image/png": data["image/png"]}, metadata=metadata, raw=True)
        display({"text/html": f'<i class="vgrad-strip-alive"></i>{self.html}', "text/plain": self.caption}, raw=True)

    def _alive(self) -> str:
        """The moving picture. It is hidden unless its style sheet has come along."""
        control = f'<input type="checkbox" id="{self.name}"><label for="{self.name}">Send it back</label>'
        begin = '<div class="vgrad-strip" style="display: none">'
        return f"{styles.STRIP}{begin}{control}{self.svg}</div>"

    def _said(self) -> str:
        """The sentence. Its third line, which says how it was measured, is folded."""
        first, *more = html.escape(self.caption, quote=False).split("\n")
        said = "<br>".join([first, *more[:1]])
        how = "".join(f"<details><summary>How this was measured</summary>{line}</details>" for line in more[1:])
        return f'<div style="{WORDS}"><p role="status">{said}</p>{how}</div>'


@require.guarded
def strip(
    sizes, *, theory=None, skip: Flag = False, place: Text = "layer", names=None, start: Text = "input",
    end: Text = "loss", every: Flag = False, caption: Text = "", alt: Text = "",
) -> Strip:  # fmt: skip
    """Return the strip of any chain: ‖dh_k‖ / ‖dh_n‖ of its parts k = 1 … n, which are layers or steps in time.

    sizes : (n,), numbers of 0 or more, inf and NaN where they overflowed; theory : the same, dashed; skip : whether a
    second lane is drawn; place : what a part is, "layer" or "step"; names : of the parts, (n,), else 1 … n; start, end:
    what stands before and after; every : whether an input comes in at each part, as in time; caption, alt : the words,
    where those that are made from the sizes do not do. Of more than 100 parts, 100 are drawn. Raises ValueError, which
    names the argument, its value and what is allowed.
    """
    sizes = _curve("sizes", sizes)
    theory = None if theory is None else _curve("theory", theory, len(sizes))
    named = range(1, len(sizes) + 1) if names is None else require.several("names", names)
    require.instance("names", names, len(named) == len(sizes), f"as many as there are sizes, {len(sizes)}")
    chain = Chain(sizes, theory, bool(skip), place, tuple(map(str, named)), start, end, bool(every))
    said = " ".join([_finding(sizes, theory, place), *_marked(sizes, place)])
    return Strip(chain, caption or said, alt or _drawn(sizes, said, place))


def flow_strip(record) -> Strip:
    """Return the strip of a FlowRecord: ‖dh‖ of its layers, the median of its networks."""
    record = record._replace(shown=("dh",), scale="log")
    sizes = record.relative["dh"].median
    finding, *rest = sentence(record).split("\n")
    said = [finding, *_marked(sizes, "layer")]
    return strip(
        sizes, theory=record.theory["dh"], skip=record.net.skip is not None, caption=lines(said, *rest),
        alt=_drawn(sizes, " ".join(said), "layer"),
    )  # fmt: skip


def _curve(name: str, values: Any, length: int | None = None) -> np.ndarray:
    """Return sizes as an array, (n,); raise ValueError by their name unless they are of 0 or more, or NaN."""
    expected = "numbers of 0 or more in one dimension" + (f", {length} of them" if length else "")
    try:
        sizes = np.asarray(values)
    except (TypeError, ValueError):
        sizes = np.zeros((0, 0))
    fits = (
        sizes.dtype.kind in "fiu"
        and sizes.ndim == 1
        and sizes.size
        and not (sizes < 0).any()
        and length in (None, sizes.size)
    )
    require.instance(name, values, fits, expected)
    require.whole(f"len({name})", sizes.size, 1, require.MOST)
    return sizes.astype(float)


def _finding(sizes, theory, place: str) -> str:
    """The finding in whole sentences: first over last, the verdict, theory beside it."""
    if len(sizes) == 1:
        return f"With a single {place}, the first is the last, and there is nothing to lose on the way."
    where = f"The gradient at the first of {grammar.count(len(sizes), place)}"
    if not np.isfinite(sizes[0]):
        return f"{where} overflows."
    told = size(sizes[0], "times that at the last")
    said = f"{where} is {told}, {so_it(sizes[0])}."
    return said + predicted(np.nan if theory is None else theory[0])


def _marked(sizes, place: str) -> list[str]:
    """What there is to say of sizes that have a mark, as they are exactly 0 or not finite, and of those not drawn."""
    said = []
    for cells, what in ((sizes == 0, "exactly 0"), (~np.isfinite(sizes), "no longer finite")):
        if cells.any():
            last = int(np.flatnonzero(cells)[-1]) + 1
            said.append(f"It is {what} in {grammar.count(int(cells.sum()), place)}, up to {place} {last}.")
    if len(sizes) > COLUMNS:
        said.append(f"Of {grammar.count(len(sizes), place)}, {COLUMNS} are drawn.")
    return said


def _drawn(sizes, said: str, place: str) -> str:
    """The text that stands for the picture: the finding, what is drawn, and the sizes of five parts."""
    places = five(1, len(sizes))
    told = points([sizes[k - 1] for k in places], places, f"at {place}")
    return f"{said} A column of units for each {place}, lit by the gradient that arrives: {told}."
