"""The pictures of progress: a learner's concepts, how well confidence fits, and what has moved in a class."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import require
from ..kit import show as kit
from ..kit.journal import Said
from ..kit.marks import grammar
from ..kit.marks.picture import Picture
from ..lessons.concepts import CONCEPTS, Concept
from . import say
from .counting import levels, taken
from .records import Level, Row
from .results import Class, Progress

NOTHING = "There is nothing to draw yet, because nothing has been answered."
UNSURE = "There is nothing to draw yet, because no answer was given with a confidence."
UNASKED = "There is nothing to draw yet, because nobody has taken a form of the inventory."
WARM = 4  # warm-ups of a concept that have a place in the picture
DOT: dict[str, Any] = dict(
    linestyle="none", marker="o", color=grammar.INK, markeredgecolor=grammar.INK, markeredgewidth=1.8
)
ROOM = 0.37  # inches, for a row with two lines of words


def show(record: Any, picture: str | None = None) -> Picture | Said:
    """Return the picture of a Progress or of a Class; ValueError for anything else, and for another picture."""
    fits = isinstance(record, (Progress, Class))
    require.instance("record", record, fits, "what progress.record() or progress.collect(folder) returns")
    if picture is not None:
        require.text("picture", picture)
    return kit.show(record, picture)


# --- of a learner -----------------------------------------------------------------------------------------------------


@kit.draws(Progress)
def concepts(progress: Progress) -> Picture | Said:
    """Return the concepts by rows: before the course, in the warm-ups, and after it; a filled circle was right."""
    if not progress.entries:
        return Said(NOTHING)
    forms = taken(progress.entries)
    warm = {name: [entry.right for entry in progress.entries if entry.kind == "warm-up" and entry.concept == name]
            for name in CONCEPTS}  # fmt: skip
    columns = max(1, min(WARM, max(map(len, warm.values()))))
    end = 1.9 + 0.7 * columns  # where the last column stands
    figure, axes = _rows([_named(concept) for concept in CONCEPTS.values()], 0.6)
    for y, name in enumerate(CONCEPTS):
        _dot(axes, 0, y, forms.before[name].right if name in forms.before else None)
        for k in range(columns):
            _dot(axes, 1.3 + 0.7 * k, y, warm[name][k] if k < len(warm[name]) else None)
        _dot(axes, end, y, forms.after[name].right if name in forms.after else None)
    axes.set_xlim(-0.6, end + 0.6)
    axes.set_xticks([0, end / 2, end], ["before", "warm-ups", "after"], fontsize=12)
    axes.tick_params(axis="x", top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
    said = say.concepts_sentence(forms, warm, len(CONCEPTS))
    return Picture(figure, said, say.concepts_alt(forms, warm))


def _dot(axes: Axes, x: float, y: float, right: bool | None) -> None:
    if right is None:
        axes.plot([x], [y], linestyle="none", marker="_", color=grammar.FAINT, markersize=7)
    else:
        axes.plot([x], [y], **DOT, markersize=10, fillstyle="full" if right else "none")


@kit.draws(Progress)
def calibration(progress: Progress) -> Picture | Said:
    """Return the share of right answers for each confidence, beside what its word promises."""
    found = levels(progress.entries)
    return _calibration(found, say.calibration_sentence(found)) if found else Said(UNSURE)


def _calibration(found: Sequence[Level], said: str) -> Picture:
    figure = grammar.new_figure(9.0, 0.9 + 0.75 * len(found))
    axes = figure.add_axes((0.13, 0.62 / figure.get_figheight(), 0.72, 1 - 0.72 / figure.get_figheight()))
    for y, level in enumerate(found):
        share = level.right / level.answers
        promise = {"guess": level.chance, "certain": 1.0}.get(level.confidence)
        axes.barh([y], [share], height=0.36, color="#c9d3dc", edgecolor=grammar.INK, linewidth=1.2)
        if promise is not None:
            look: dict[str, Any] = {**grammar.MARK, "color": grammar.INK, "linewidth": 2.4}
            axes.plot([promise] * 2, [y - 0.38, y + 0.38], clip_on=False, **look)
        axes.text(1.03, y, f"{level.right} of {level.answers}", va="center", fontsize=13, color=grammar.INK)
    axes.set(xlim=(0, 1), ylim=(len(found) - 0.5, -0.5))
    axes.set_yticks(range(len(found)), [level.confidence for level in found], fontsize=13)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"], fontsize=12)
    axes.set_xlabel("share of right answers", fontsize=12, color=grammar.INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    return Picture(figure, said, say.calibration_alt(found))


# --- of a class -------------------------------------------------------------------------------------------------------


@kit.draws(Class)
def moves(known: Class) -> Picture | Said:
    """Return the shares of learners who are right before and after, by concept, sorted by what was gained."""
    asked = [row for row in known.rows if row.both] or [row for row in known.rows if row.once]
    if not asked:
        return Said(UNASKED)
    together = bool(asked[0].both)
    ordered = sorted(asked, key=lambda row: -row.gain if together else row.once_right / row.once)
    figure, axes = _rows([_named(CONCEPTS[row.concept]) for row in ordered], 0.56)
    for y, row in enumerate(ordered):
        _move(axes, y, row)
    axes.set(xlim=(-0.04, 1.04))
    axes.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"], fontsize=12)
    axes.tick_params(axis="x", top=True, labeltop=True, bottom=False, labelbottom=False, length=3)
    return Picture(figure, say.moves_sentence(ordered), say.moves_alt(ordered))


def _move(axes: Axes, y: int, row: Row) -> None:
    n = row.both or row.once
    first, then = (row.before / n, row.after / n) if row.both else (row.once_right / n, None)
    if then is not None and then != first:
        axes.annotate("", (then, y), (first, y), arrowprops=dict(arrowstyle="-|>", color=grammar.FAINT, linewidth=1.8))
    axes.plot([first], [y], **{**DOT, "markerfacecolor": grammar.PAPER}, markersize=10)
    if then is not None:
        axes.plot([then], [y], **DOT, markersize=6)
    axes.text(1.06, y, f"n = {n}", va="center", fontsize=11, color=grammar.INK, clip_on=False)


@kit.draws(Class, picture="calibration")
def class_calibration(known: Class) -> Picture | Said:
    """Return the share of right answers for each confidence, over all learners of a class."""
    if not known.levels:
        return Said(UNSURE)
    return _calibration(known.levels, say.calibration_sentence(known.levels, say.OF_CLASS))


# --- parts ------------------------------------------------------------------------------------------------------------


def _rows(names: Sequence[str], left: float) -> tuple[Figure, Axes]:
    """A figure with a row for each name, and the axes beside the names, which take the share ``left`` of the width."""
    height = ROOM * len(names) + 0.5
    figure = grammar.new_figure(9.0, height)
    axes = figure.add_axes((left, 0.08 / height, 0.93 - left, (height - 0.5) / height))
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks([])
    beside = axes.get_yaxis_transform()  # across: in widths of the axes; down: in rows
    for y, name in enumerate(names):
        axes.text((0.008 - left) / (0.93 - left), y, name, transform=beside, va="center", fontsize=10.5)
    for y in range(1, len(names)):
        axes.axhline(y - 0.5, color="#dddddd", linewidth=0.8, xmin=-left / (0.93 - left), clip_on=False)
    axes.spines[:].set_visible(False)
    return figure, axes


def _named(concept: Concept) -> str:
    return textwrap.fill(f"{concept.lesson} · {concept.says}", 62)
