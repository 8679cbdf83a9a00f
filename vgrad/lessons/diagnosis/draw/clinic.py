"""A patient's chart: a panel for each test that has been ordered, and one for the treatment; and the same in words."""

from __future__ import annotations

import numpy as np

from ....kit.marks import curves, grammar
from ....kit.marks.picture import LivePicture
from ....kit.words.phrases import GUESS
from ..say.clinic import TESTS

COLOR = "#12305c"  # one look for all: the activation is not told
OTHER = "#c23b00"
DECADES = 12
LEAST = -8.0  # decades of updates
MOST = 2.0
HIGHEST = 4.0  # of a loss
BLANK = dict(ha="center", va="center", fontsize=12, color=grammar.FAINT, style="italic")


class ClinicPlot(LivePicture):
    """The picture of a Visit, kept alive: two rows of three panels."""

    size = (9.0, 5.4)

    def _build(self, record):
        room = dict(left=0.065, right=0.985, bottom=0.1, top=0.93, wspace=0.27, hspace=0.5)
        self.panels = self.figure.subplots(2, 3, gridspec_kw=room).ravel()
        return []  # all of it stands still, and is drawn anew for another visit

    def update(self, record) -> None:
        """Draw the chart of ``record``."""
        for panel, (name, title) in zip(self.panels, TESTS.items(), strict=False):
            _fresh(panel, title)
            if name in record.ordered:
                DRAW[name](panel, record.file)
            else:
                _blank(panel, "not ordered")
        _fresh(self.panels[-1], "after your treatment")
        _outcome(self.panels[-1], record)
        self.canvas.forget()


def _fresh(panel, title: str) -> None:
    panel.clear()
    grammar.tidy(panel, size=10)
    panel.set_title(title, fontsize=12, loc="left", color=grammar.INK)


def _blank(panel, words: str) -> None:
    panel.grid(False)
    panel.set(xticks=[], yticks=[], xlim=(0, 1), ylim=(0, 1))
    panel.text(0.5, 0.5, words, **BLANK)


def _layers(panel, depth: int, name="layer") -> np.ndarray:
    panel.set_xlim(0.6, depth + 0.4)
    panel.set_xticks(sorted({1, (depth + 1) // 2, depth}))
    panel.set_xlabel(name, fontsize=10, labelpad=1)
    return np.arange(1, depth + 1)


def _profile(panel, file) -> None:
    layers = _layers(panel, len(file.dh))
    decades = grammar.decades(file.dh)
    top = grammar.up_to(np.max(np.abs(decades), where=np.isfinite(decades), initial=0), (2, 4, 8, DECADES))
    grammar.shade(panel, -grammar.HEALTHY, grammar.HEALTHY, -top, top, words=False)
    inside = np.isfinite(decades) & (abs(decades) <= top)
    panel.plot(layers[inside], decades[inside], "o-", color=COLOR, markersize=4)
    for there, edge, marker, color in (
        (decades < -top, -top, "v", grammar.VANISHING),
        ((decades > top) | np.isnan(decades), top, "^", grammar.EXPLODING),
    ):
        panel.plot(layers[there], np.full(there.sum(), edge), marker, color=color, clip_on=False)
    panel.set_ylim(-top, top)
    grammar.decade_ticks(panel, -top, top, most=4)


def _activations(panel, file) -> None:
    layers = _layers(panel, len(file.flat))
    panel.plot(layers, file.flat, "s-", color=OTHER, markersize=4, label="flat slopes")
    panel.plot(layers, np.nan_to_num(file.alike), "o-", color=COLOR, markersize=4, label="inputs differ by")
    panel.set(ylim=(-0.03, 1.45), yticks=[0, 0.5, 1])
    panel.legend(loc="upper center", ncols=2, fontsize=9, frameon=False, columnspacing=1.0, handletextpad=0.4)


def _line(panel, file) -> None:
    size = np.abs(file.line).max()
    line = file.line / size if size > 0 else file.line
    panel.plot(np.linspace(0, 1, len(line)), line, color=COLOR, linewidth=1.2)
    panel.set(xlim=(0, 1), ylim=(-1.1, 1.1), xticks=[0, 1], yticks=[-1, 0, 1])
    panel.set_xticklabels([])
    panel.set_xlabel("from one picture to another", fontsize=10, labelpad=1)


def _updates(panel, file) -> None:
    layers = _layers(panel, len(file.updates), "layer, the output's last")
    panel.plot(
        layers,
        curves.within(grammar.decades(file.updates), LEAST, MOST),
        "o-",
        color=COLOR,
        markersize=4,
        clip_on=False,
    )
    panel.axhline(-3, color=grammar.FAINT, linewidth=1.2, linestyle=":")
    panel.set_ylim(LEAST, MOST)
    grammar.decade_ticks(panel, LEAST, MOST, most=5)


def _loss(panel, file) -> None:
    _losses(panel, file.losses)


def _losses(panel, losses) -> None:
    steps = np.arange(1, len(losses) + 1)
    shown = np.nan_to_num(losses, nan=np.inf)
    over = shown > HIGHEST
    panel.axhline(GUESS, color=grammar.FAINT, linewidth=1.2, linestyle=":")
    panel.plot(steps, np.where(over, np.nan, shown), color=COLOR, linewidth=1.6)
    panel.plot(steps[over], np.full(over.sum(), HIGHEST), "^", color=grammar.EXPLODING, markersize=4, clip_on=False)
    panel.set(xlim=(0, len(losses)), ylim=(0, HIGHEST), yticks=[0, 1, 2, 3, 4])
    panel.set_xlabel("step of training", fontsize=10, labelpad=1)


DRAW = {"profile": _profile, "activations": _activations, "line": _line, "updates": _updates, "loss": _loss}


def _outcome(panel, record) -> None:
    if record.course is not None:
        _losses(panel, record.course.losses)
        return
    diagnosis, treatment = (choice or "…" for choice in record.chosen)
    _blank(panel, f"patient {record.patient}\ndiagnosis: {diagnosis}\ntreatment: {treatment}")
