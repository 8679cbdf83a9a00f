"""Who solves a task whose answer lies T steps back: scores while networks train, and the stored tables as fields."""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps
from matplotlib.patches import Rectangle

from ....kit.marks import curves, grammar
from ....kit.marks.grammar import CURES, MARK
from ....kit.marks.picture import Picture
from ....kit.words.phrases import solved_count
from ..records import TASKS
from ..say import solve as say

LOOKS = tuple(CURES[name] for name in ("skip", "rms", "plain", "skip/depth", "batch", "layer", "skip/√depth"))
SPAN = 10  # steps whose mean score is drawn
ACROSS, ROW = 9.0, 0.62  # inches: the width of a table, and the height of a row
LIGHT = 0.55  # of the way from chance to all right: from here on, letters are dark


def verdicts(cells) -> Picture:
    """Draw a stored table as fields, a row for each net and a column for each T; in each the median score.

    Under the score stands how many networks have solved the task. The colour goes from chance to a perfect score.
    """
    task = TASKS[cells[0].settings["task"]]
    found = say.verdicts(cells)
    lengths = sorted({T for row in found.values() for T in row})
    height = 1.2 + ROW * len(found)
    figure = grammar.new_figure(ACROSS, height)
    title = f"{task.score}, median of the networks, and how many have solved it; chance is {task.chance:.3g}"
    curves.title(figure, title, y=1 - 0.08 / height)
    axes = figure.add_axes((0.3, 0.72 / height, 0.68, ROW * len(found) / height))
    axes.set(xlim=(-0.5, len(lengths) - 0.5), ylim=(len(found) - 0.5, -0.5))
    for k, row in enumerate(found.values()):
        for column, T in enumerate(lengths):
            if T in row:
                _field(axes, column, k, row[T], task)
            else:
                axes.text(column, k, "not run", ha="center", va="center", fontsize=12, color=grammar.FAINT)
    axes.set_xticks(range(len(lengths)), [f"T = {T}" for T in lengths], fontsize=13)
    axes.set_yticks(range(len(found)), list(found), fontsize=13)
    axes.tick_params(length=0, colors=grammar.INK)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("steps between what is to be remembered and the answer, at most", fontsize=13)
    return Picture(figure, say.table_sentence(cells), say.table_alt(cells))


def _field(axes, column: int, row: int, verdict, task) -> None:
    score = float(np.median(verdict.final))
    best = 1.0 if task.score == "accuracy" else 0.0
    share = min(max((score - task.chance) / (best - task.chance), 0.0), 1.0)
    face = colormaps["cividis"](share)
    axes.add_patch(Rectangle((column - 0.49, row - 0.46), 0.98, 0.92, facecolor=face, linewidth=0))
    words = dict(ha="center", va="center", color=grammar.PAPER if share < LIGHT else grammar.INK)
    axes.text(column, row - 0.16, f"{score:.2g}", fontsize=14, weight="bold", **words)
    axes.text(column, row + 0.26, solved_count(verdict.solved), fontsize=12, **words)


def course(records) -> Picture:
    """Draw the score of the batches of training, the mean of ten each; dotted are chance and what counts as solved."""
    task = TASKS[records[0].task]
    steps = max(record.done for record in records)
    axes = curves.axes(grammar.new_figure(), f"{task.score} of {SPAN} batches")
    top = 1.05 if task.score == "accuracy" else 0.35
    axes.set(xlim=(0, 1.5 * steps), ylim=(0, top))
    for height in (task.chance, task.solved):
        axes.plot([0, steps], [height, height], **MARK)
    ends = []
    for record, look in curves.with_looks(records, LOOKS):
        span = min(SPAN, record.done)
        rows = record.scores[:, : record.done // span * span].reshape(record.seeds, -1, span).mean(axis=-1)
        x = span * (np.arange(rows.shape[1]) + 0.5)
        median = curves.curve(axes, x, np.nan_to_num(rows, nan=top, posinf=top).clip(0, top), look)
        ends.append((median[-1], say.record_name(record), look.color))
    curves.label_ends(axes, steps, ends)
    axes.set_xticks(np.linspace(0, steps, 5).round())
    axes.set_xlabel("step of training; dotted: chance, and solved", fontsize=13)
    curves.legend(axes.figure)
    return Picture(axes.figure, say.course_sentence(records))
