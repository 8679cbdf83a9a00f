"""What arrives of a gradient after many steps of an RNN, an LSTM or a GRU, as curves over time."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb

from ....kit.marks import curves, grammar
from ....kit.marks.flow import DECADES
from ....kit.marks.picture import Picture
from ....kit.words.cells import CELLS
from ..say import reach_sentence, short_name

MARKERS = {"paired": "P", "chrono": "X"}  # of an LSTM whose input gate has a bias too


def reach(records) -> Picture:
    """Draw ‖dL/dstate_t‖ over that of h_T, where each ReachRecord is a curve and the past is on the left."""
    figure = grammar.new_figure(9.0, 5.0)
    axes = figure.add_axes((0.075, 0.125, 0.905, 0.775))
    grammar.tidy(axes)
    T = max(record.T for record in records)
    quantiles = [grammar.decades(grammar.quantiles(record.sizes)) for record in records]
    floor, ceiling = _limits(np.concatenate([rows.ravel() for rows in quantiles]))
    ends = []
    for record, rows, look in zip(records, quantiles, _looks(records), strict=True):
        at = np.arange(T - record.T, T + 1)
        style = dict(alpha=0.16, linewidth=2.4, every=max(1, T // 8))
        median = curves.band(axes, at, rows.clip(floor, ceiling), look, **style)
        ends.append((median[0], short_name(record, records), look.color))
    axes.set(xlim=(-0.42 * T, 1.01 * T), ylim=(floor, ceiling))
    curves.ground(axes, floor, ceiling)
    _name_reach(axes, T)
    _label_starts(axes, ends)
    return Picture(figure, reach_sentence(records))


def _looks(records) -> list[grammar.Look]:
    """The look of each record's cell; where a cell comes more than once, the darker the larger its bias.

    A cell whose input gate has a bias too has another marker, because its bias may be that of a cell without it.
    """
    looks = []
    for record in records:
        look = CELLS[record.cell]
        look = look._replace(marker=MARKERS.get(record.mode, look.marker))
        biases = sorted({_opened(other) for other in records if other.cell == record.cell})
        share = biases.index(_opened(record)) / max(len(biases) - 1, 1)
        looks.append(look._replace(color=_shade(look.color, share)) if len(biases) > 1 else look)
    return looks


def _opened(record) -> float:
    """The bias that opens a record's gate; chrono's is drawn, and of T steps its median is about ln T/2."""
    return float(np.log(record.T / 2)) if record.mode == "chrono" else record.bias


def _shade(color: str, share: float) -> str:
    """A colour from its light side, 0, to its dark side, 1."""
    ramp = LinearSegmentedColormap.from_list("shades", [_mixed(color, 1.0, 0.25), color, _mixed(color, 0.0, 0.65)])
    return to_hex(ramp(share))


def _mixed(color: str, with_grey: float, part: float) -> tuple[float, ...]:
    return tuple((1 - part) * channel + part * with_grey for channel in to_rgb(color))


def _name_reach(axes, T: int) -> None:
    """The ticks and names of the axes, and the legend."""
    axes.set_xticks(np.linspace(0, T, 6).round())
    axes.set_xlabel("step t: the loss is at the last one, the gradient comes from the right", fontsize=13)
    handles = [curves.key("median", linewidth=2.6), curves.band_key()]
    curves.legend(axes.figure, handles=handles, columnspacing=1.4)
    curves.title(axes.figure, "gradient of the state, relative to that of the last h", color="black")


def _label_starts(axes, ends) -> None:
    """Labels left of the curves' starts.   ends : (height, text, colour)."""
    points = 72 / axes.figure.dpi
    room = dict(bottom=axes.bbox.y0 * points + 9, top=axes.bbox.y1 * points - 9)
    curves.label_ends(axes, 0, ends, ha="right", fontsize=13, **room)


def _limits(rows) -> tuple[float, float]:
    """Floor and ceiling in steps."""
    least, most = curves.span(rows, empty=(-1.0, 1.0))
    return -grammar.up_to(-least, DECADES), grammar.up_to(most, DECADES)
