"""What truncation loses: the error of the gradient by span, what is learned in windows, and the stored table of it."""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps
from matplotlib.patches import Rectangle

from ....kit.marks import curves, grammar, heatmap
from ....kit.marks.grammar import CURES, MARK
from ....kit.marks.picture import Picture
from ....kit.words.cells import CELLS
from ..records import CHANCE
from ..say import truncation as say

SPARE = tuple(CURES[name] for name in ("rms", "skip", "skip/√depth", "batch", "layer", "skip/depth"))
RUNS = (CURES["plain"], CURES["skip/depth"], CURES["batch"], CURES["layer"], CURES["skip"], CURES["rms"])
BLOCK = 100  # steps of the stream, whose mean accuracy is drawn
ACROSS, ROW = 9.0, 0.56  # inches: the width of a table, and the height of one of its rows
GAP = 0.78  # inches from one panel to the next
LIGHT = 0.48  # of the way from a guess to all right: from here on, letters are dark


# --- the gradient -----------------------------------------------------------------------------------------------------


def error(records) -> Picture:
    """Draw the relative error of the truncated gradient by span, a curve for each net."""
    return _by_span(records, "error", "relative error of the gradient, ‖cut − whole‖ / ‖whole‖")


def cosine(records) -> Picture:
    """Draw the cosine between the truncated gradient and the whole one by span, a curve for each net."""
    return _by_span(records, "cosine", "cosine between the truncated gradient and the whole one")


def _by_span(records, kind: str, title: str) -> Picture:
    axes = curves.axes(grammar.new_figure(), title)
    spans = sorted({span for record in records for span in record.spans})
    first, last = np.log2([spans[0], spans[-1]])
    room = max(last - first, 1.0)
    values = np.concatenate([getattr(record, kind).ravel() for record in records])
    axes.set(xlim=(first - 0.03 * room, last + 0.5 * room), ylim=(min(0.0, values.min()), max(1.05, values.max())))
    ends = []
    for record, look in zip(records, _looks(records), strict=True):
        order = np.argsort(record.spans)
        x = np.log2(record.spans)[order]
        medians = curves.curve(axes, x, getattr(record, kind)[:, order], look, every=1)
        ends.append((x[-1], medians[-1], say.net_name(record, records), look.color))
    for at in {end[0] for end in ends}:
        curves.label_ends(axes, at, [end[1:] for end in ends if end[0] == at])
    axes.set_xticks(np.log2(spans), spans)
    axes.set_xlabel("span k: steps that the gradient goes back at most", fontsize=13)
    curves.legend(axes.figure)
    return Picture(axes.figure, say.truncation_sentence(records, kind), say.truncation_alt(records, kind))


def _looks(records) -> list:
    """The look of each net: that of its cell, and where a cell comes again, one that no cell here has."""
    of_cells = {CELLS[record.cell].color for record in records}
    spare = iter([look for look in SPARE if look.color not in of_cells])
    seen, looks = set(), []
    for record in records:
        looks.append(next(spare, CELLS[record.cell]) if record.cell in seen else CELLS[record.cell])
        seen.add(record.cell)
    return looks


# --- the echo ---------------------------------------------------------------------------------------------------------


def echo(records) -> Picture:
    """Draw the accuracy of the answers along the stream, a curve for each run."""
    axes = curves.axes(grammar.new_figure(), f"accuracy of the answers, mean of about {BLOCK} steps")
    steps = max(record.span * record.course.shape[1] for record in records)
    axes.set(xlim=(0, 1.42 * steps), ylim=(min(0.4, *(record.course.min() for record in records)), 1.05))
    for height in {CHANCE, *(record.expected for record in records if not record.carried)}:
        axes.plot([0, steps], [height, height], **MARK)
    ends = []
    for record, look in curves.with_looks(records, RUNS):
        x, rows = _in_blocks(record)
        medians = curves.curve(axes, x, rows, look)
        ends.append((medians[-1], say.run_name(record, records), look.color))
    curves.label_ends(axes, steps, ends)
    axes.set_xticks(np.linspace(0, steps, 5).round())
    axes.set_xlabel("step of the stream; dotted: a guess, and what one's own window holds", fontsize=13)
    curves.legend(axes.figure)
    return Picture(axes.figure, say.echo_sentence(records), say.echo_alt(records))


def _in_blocks(record) -> tuple:
    """The middles of blocks of windows, in steps of the stream, and each network's mean accuracy there."""
    windows = record.course.shape[1]
    each = min(windows, max(1, BLOCK // record.span))
    rows = record.course[:, : windows // each * each].reshape(record.seeds, -1, each).mean(axis=-1)
    return record.span * each * (np.arange(rows.shape[1]) + 0.5), rows


# --- the stored table -------------------------------------------------------------------------------------------------


def table(cells) -> Picture:
    """Draw the stored table "echo" as coloured fields: a row for each lag, a column for each span."""
    panels = say.panels(cells)
    lags = sorted({lag for fields in panels.values() for lag, _ in fields})
    height = 0.6 + len(panels) * (GAP + ROW * len(lags))
    figure = grammar.new_figure(ACROSS, height)
    curves.title(figure, f"accuracy of all answers, median and range; a guess has {CHANCE:g}", y=1 - 0.08 / height)
    top = height - 0.8
    for (cell, carried), fields in panels.items():
        tall = ROW * len(lags)
        axes = figure.add_axes((0.085, (top - tall) / height, 0.905, tall / height))
        _panel(axes, fields, lags)
        axes.set_title(say.panel_name(cell, carried), loc="left", fontsize=13, weight="bold", color=CELLS[cell].color)
        top -= tall + GAP
    axes.set_xlabel("span of the windows; right of the line, a window holds an input and its echo", fontsize=13)
    return Picture(figure, say.table_sentence(cells), say.table_alt(cells))


def _panel(axes, fields: dict, lags: list[int]) -> None:
    """Draw the fields of one cell, with its state carried over or not: L upwards, spans to the right."""
    names = ([] if all(span for _, span in fields) else ["readout\nalone"]) + list(say.SPANS)
    left = len(names) - len(say.SPANS)
    axes.set(xlim=(-0.5, len(names) - 0.5), ylim=(len(lags) - 0.5, -0.5), facecolor=heatmap.FUTURE)
    for row, lag in enumerate(lags):
        spans = ([None] if left else []) + [of(lag) for of in say.SPANS.values()]
        for column, span in enumerate(spans):
            if (lag, span) in fields:
                _field(axes, column, row, fields[lag, span])
    axes.axvline(left + 1.5, color=grammar.INK, linewidth=2.6)  # from here on, a window holds a cause and its answer
    if left:
        axes.axvline(0.5, color=grammar.PAPER, linewidth=5)
    axes.set_xticks(range(len(names)), names, fontsize=12)
    axes.set_yticks(range(len(lags)), [f"L = {lag}" for lag in lags], fontsize=13)
    axes.tick_params(length=0, colors=grammar.INK)
    axes.spines[:].set_visible(False)


def _field(axes, column: int, row: int, accuracy) -> None:
    """A coloured field with its median, and under it the range of the networks."""
    median = float(np.median(accuracy))
    share = (median - CHANCE) / (1 - CHANCE)
    color = colormaps["cividis"](min(max(share, 0.0), 1.0))
    axes.add_patch(Rectangle((column - 0.49, row - 0.47), 0.98, 0.94, facecolor=color, linewidth=0))
    words = dict(ha="center", va="center", color=grammar.PAPER if share < LIGHT else grammar.INK)
    axes.text(column, row - 0.17, f"{median:.2f}", fontsize=14, weight="bold", **words)
    axes.text(column, row + 0.27, f"{accuracy.min():.2f}–{accuracy.max():.2f}", fontsize=11, **words)
