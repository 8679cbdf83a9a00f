"""The report on trial: each network a dot, by what the report said of it and by what it learned."""

from __future__ import annotations

import numpy as np

from ....kit.marks import curves, grammar
from ....kit.marks.picture import Picture
from ..records import LEARNS, WARNS, Trial
from ..say.trial import MOMENTS, trial_alt, trial_sentence

LOOKS = {
    "convolutional": grammar.Look(grammar.CURES["batch"].color, "o", "convolutional"),
    "recurrent": grammar.Look(grammar.CURES["skip/depth"].color, "s", "recurrent"),
    "transformer": grammar.Look(grammar.CURES["plain"].color, "D", "transformer"),
}
WIDEST = 4.0  # of the score; beyond, at the edge
LEAST = -4.0


def trial(record: Trial) -> Picture:
    """Draw the accuracy of each network over the score of its report, before training and after fifty steps."""
    figure = grammar.new_figure(9.0, 4.4)
    for k, (step, moment) in enumerate(MOMENTS.items()):
        axes = figure.add_axes((0.08 + 0.48 * k, 0.15, 0.42, 0.62))
        grammar.tidy(axes, 12)
        _dots(axes, record, step)
        axes.set_title(f"{moment}: area {record.areas['the report'][step]:.2f}", fontsize=13, loc="left")
        axes.set_xlabel("score of the report", fontsize=12)
    curves.title(figure, "accuracy after training")
    handles = [
        curves.key(look.label, color=look.color, marker=look.marker, linestyle="none", markersize=7)
        for look in LOOKS.values()
    ]
    curves.legend(figure, handles=handles)
    return Picture(figure, trial_sentence(record), trial_alt(record))


def _dots(axes, record: Trial, step: int) -> None:
    """The networks; to the right of the dotted line the report warns, and above the other one a network learns."""
    for kind, look in LOOKS.items():
        of_kind = np.array(record.kinds) == kind
        x = np.clip(record.scores[step][of_kind], LEAST, WIDEST)
        dots = dict(color=look.color, marker=look.marker, linestyle="none", alpha=0.75, markersize=6, clip_on=False)
        axes.plot(x, record.accuracy[of_kind], **dots)
    axes.axvline(WARNS, **grammar.MARK)
    axes.axhline(LEARNS, **grammar.MARK)
    low = LEAST if step else 0.0
    axes.set(xlim=(low, WIDEST), ylim=(0, 1.03))
    at = np.arange(low, WIDEST + 1, 2 if step else 1)
    edges = {WIDEST: f"≥ {WIDEST:.0f}", LEAST: f"≤ {LEAST:.0f}"}
    axes.set_xticks(at, [edges.get(value, f"{value:.0f}") for value in at])
