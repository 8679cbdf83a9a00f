"""The clinic's chart: the patient as columns of units, the list of tests, their results, and a stamp.

The columns get their colour by the gradient profile, and by the activation statistics it is seen which units have flat
slopes. The other tests have a panel each, and so has the training after a treatment. All of it stands still: it is
drawn anew for another visit.
"""

from __future__ import annotations

import textwrap

import numpy as np
from matplotlib.patches import FancyBboxPatch
from matplotlib.patheffects import withStroke

from ....kit.marks import curves, grammar
from ....kit.marks.picture import LivePicture
from ....kit.words.phrases import GUESS
from ..say.clinic import TESTS, verdicts
from .columns import CARD, LETTERS, columns, faint

COLOR = "#12305c"  # one look for all: the activation is not told
OTHER = "#8f2fb0"
GOOD, BAD, OPEN = "#00805d", "#b3261e", grammar.FAINT
LEAST, HIGHEST = -8.0, 2.0  # decades of updates
CEILING = 4.0  # of a loss
PANELS = (CARD + 0.62, 0.5, 5.62, 1.35)  # inches: left, bottom, width, height
WIDE = 0.2  # of the figure; a panel that is wider has room for words
GAP = 0.62  # inches between two panels


class ClinicPlot(LivePicture):
    """The picture of a Visit, kept alive."""

    def _build(self, record):
        return []

    def update(self, record, **how) -> None:
        """Draw the chart of ``record``."""
        self.view = record
        super().update(record, **how)

    def _limits(self, record):
        return ((record.patient, record.ordered, record.chosen, record.tries, record.told),)

    def _frame(self, visit) -> None:
        record = self.view
        width, height = self.size
        self.figure.clear()
        self.page = self.figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(0, height))  # in inches
        self.page.axis("off")
        _list(self.page, record)
        self.stamp = _stamp(self.page, record)
        self.columns = columns(self.page, record)
        self.panels = self._results(record)

    def _move(self, record, visit) -> None:
        pass

    def _results(self, record) -> dict:
        """A panel for each result there is, as wide as there is room."""
        shown = [name for name in DRAW if name in record.ordered]
        if record.course is not None:
            shown = [*(name for name in shown if name != "loss"), "treated"]
        left, bottom, width, height = PANELS
        if not shown:
            words = "the results of the tests appear here"
            self.page.text(left + width / 2, bottom + height / 2, words, ha="center", **faint())
            return {}
        each = (width - GAP * (len(shown) - 1)) / len(shown)
        panels = {}
        for k, name in enumerate(shown):
            place = np.array([left + k * (each + GAP), bottom, each, height]) / np.tile(self.size, 2)
            panels[name] = self.figure.add_axes(tuple(place))
            grammar.tidy(panels[name], size=11)
            panels[name].set_title(TITLES[name], fontsize=12.5, loc="left", color=grammar.INK)
            (_treated if name == "treated" else DRAW[name])(panels[name], record)
        return panels


# --- the card ---------------------------------------------------------------------------------------------------------


def _list(page, record) -> None:
    """Who it is, and which tests are ordered."""
    depth = len(record.file.dh)
    page.text(0.12, 4.34, f"Patient {record.patient}", fontsize=19, weight="bold", color=grammar.INK, va="center")
    page.text(0.12, 4.04, f"a network of {depth} layers", fontsize=LETTERS, color=grammar.INK, va="center")
    for k, (name, title) in enumerate(TESTS.items()):
        on = name in record.ordered
        ink = grammar.INK if on else grammar.FAINT
        y = 3.66 - 0.29 * k
        page.text(0.12, y, "☑" if on else "☐", fontsize=16, color=GOOD if on else grammar.FAINT, va="center")
        page.text(0.42, y, title, fontsize=LETTERS, color=ink, weight="bold" if on else "normal", va="center")


def _stamp(page, record) -> list:
    """The verdict on the diagnosis, and on the treatment, in a frame; return its texts."""
    title, lines, good = verdicts(record)
    color = {True: GOOD, False: BAD, None: OPEN}[good]
    style = dict(boxstyle="round,pad=0.06", linewidth=3 if good is not None else 1.4, edgecolor=color, facecolor="none")
    if good is None:
        style["linestyle"] = "--"
    page.add_patch(FancyBboxPatch((0.16, 0.42), CARD - 0.36, 1.5, **style))
    middle = 0.16 + (CARD - 0.36) / 2
    texts = [page.text(middle, 1.68, title, fontsize=18, weight="bold", color=color, ha="center", va="center")]
    y = 1.38
    for line in lines:
        words = textwrap.fill(line, 24)
        texts.append(page.text(0.24, y, words, fontsize=LETTERS, color=color, va="top", linespacing=1.1))
        y -= 0.21 * (words.count("\n") + 1) + 0.07
    return texts


# --- the results ------------------------------------------------------------------------------------------------------


def _layers(panel, depth: int) -> np.ndarray:
    panel.set_xlim(0.6, depth + 0.4)
    panel.set_xticks(sorted({1, (depth + 1) // 2, depth}))
    panel.set_xlabel("layer", fontsize=11, labelpad=1)
    return np.arange(1, depth + 1)


def _activations(panel, record) -> None:
    file = record.file
    layers = _layers(panel, len(file.flat))
    panel.plot(layers, file.flat, "x-", color=OTHER, markersize=5, label="flat slopes")
    panel.plot(layers, np.nan_to_num(file.alike), "o-", color=COLOR, markersize=4, label="inputs differ by")
    panel.set(ylim=(-0.03, 2.1), yticks=[0, 0.5, 1])
    panel.set_yticklabels(["0", "½", "all"])
    panel.legend(loc="upper left", fontsize=11, frameon=False, handletextpad=0.3, handlelength=1.0, borderpad=0,
                 labelspacing=0.2)  # fmt: skip


def _line(panel, record) -> None:
    line = record.file.line
    size = np.abs(line).max()
    panel.plot(np.linspace(0, 1, len(line)), line / size if size > 0 else line, color=COLOR, linewidth=1.2)
    panel.set(xlim=(0, 1), ylim=(-1.1, 1.1), xticks=[], yticks=[-1, 0, 1])
    panel.set_xlabel("input to input", fontsize=11, labelpad=4)


def _updates(panel, record) -> None:
    updates = record.file.updates
    layers = _layers(panel, len(updates))
    decades = curves.within(grammar.decades(updates), LEAST, HIGHEST)
    panel.plot(layers, decades, "o-", color=COLOR, markersize=4, clip_on=False)
    panel.axhline(-3, **grammar.MARK)
    panel.set_ylim(LEAST, HIGHEST)
    grammar.decade_ticks(panel, LEAST, HIGHEST, most=5)


def _loss(panel, record) -> None:
    _losses(panel, record.file.losses, COLOR)


def _treated(panel, record) -> None:
    """The loss after the treatment, and if it was ordered the one before."""
    if "loss" in record.ordered:
        _curve(panel, record.file.losses, grammar.FAINT)
    _losses(panel, record.course.losses, GOOD if record.course.learns else BAD)


def _losses(panel, losses, color: str) -> None:
    _curve(panel, losses, color)
    panel.axhline(GUESS, **grammar.MARK)
    if panel.get_position().width > WIDE:
        words = panel.text(len(losses), GUESS, "guessing", fontsize=11, color=grammar.FAINT, ha="right", va="bottom")
        words.set_path_effects([withStroke(linewidth=4, foreground=grammar.PAPER)])  # a loss may end on it
    panel.set(xlim=(0, len(losses)), ylim=(0, CEILING), yticks=[0, 2, 4])
    panel.set_xlabel("step of training", fontsize=11, labelpad=1)


def _curve(panel, losses, color: str) -> None:
    """The loss at each step, and a mark at the upper edge where it is beyond it."""
    steps = np.arange(1, len(losses) + 1)
    shown = np.nan_to_num(losses, nan=np.inf)
    over = shown > CEILING
    panel.plot(steps, np.where(over, np.nan, shown), color=color, linewidth=2)
    panel.plot(steps[over], np.full(over.sum(), CEILING), "^", color=color, markersize=4, clip_on=False)


DRAW = {"activations": _activations, "line": _line, "updates": _updates, "loss": _loss}
TITLES = {
    "activations": "activations", "line": "along a line", "updates": "update ratios", "loss": "loss",
    "treated": "loss, treated",
}  # fmt: skip
