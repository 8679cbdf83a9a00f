"""A cell unrolled in time as a chain, as a map or by its spectra, and still pictures of a gradient and of powers."""

from __future__ import annotations

import numpy as np

from ....kit.marks import curves, grammar
from ....kit.marks.picture import LivePicture, Picture
from ....kit.words import cells
from ..say.recurrence import alt, gradient_sentence, powers_sentence, sentence
from .chain import ChainView
from .views import MapView, SpectraView

STRETCH = grammar.Look("#b3006b", ">", "singular values")
EIGEN = grammar.Look("#00558f", "o", "eigenvalues")
OTHERS = (cells.CELLS["gru"], cells.CELLS["irnn"])  # looks of a third and a fourth curve


class RecurrencePlot(LivePicture):
    """The picture of an unrolled cell, kept alive: one of three views, by the record's ``view``."""

    def _build(self, record):
        self.views = {name: View(self.figure) for name, View in VIEWS.items()}
        return [artist for view in self.views.values() for artist in view.artists]

    def _limits(self, record):
        return record.view, *self.views[record.view].limits(record)

    def _frame(self, shown: str, *limits) -> None:
        for name, view in self.views.items():
            for axes in view.axes:
                axes.set_visible(name == shown)
        self.views[shown].frame(*limits)

    def _move(self, record, shown: str, *limits) -> None:
        for name, view in self.views.items():
            for artist in view.artists:
                artist.set_visible(name == shown)
        self.views[shown].move(record, *limits)


VIEWS = {"chain": ChainView, "map": MapView, "spectra": SpectraView}


def unrolled(record) -> Picture:
    """Return a still picture of one unrolled cell."""
    return Picture(RecurrencePlot(record).figure, sentence(record), alt(record))


def gradient(record) -> Picture:
    """Return the chain of one unrolled cell without what its weights predict: the gradient alone."""
    chain = record._replace(view="chain", bounds={})
    return Picture(RecurrencePlot(chain).figure, gradient_sentence(chain), alt(chain))


def powers(record) -> Picture:
    """Draw ‖Wᵗ‖ of some matrices, each with its ρᵗ dashed."""
    axes = curves.axes(grammar.new_figure(), "how far Wᵗ stretches, ‖Wᵗ‖")
    rows = grammar.decades(record.sizes)
    times = np.arange(record.sizes.shape[1])
    least, most = curves.span(rows)
    floor = np.floor(least - 0.5)
    ceiling = np.ceil(most + 0.5)
    each = [*zip(record.names, rows, grammar.decades(record.radius), strict=True)]
    ends = []
    for (name, row, radius), look in curves.with_looks(each, (STRETCH, EIGEN, *OTHERS), "record.names"):
        theory = times * radius if np.isfinite(radius) else None
        drawn = curves.curve(axes, times, row, look, floor=floor, theory=theory, every=10)
        ends.append((drawn[-1], name, look.color))
        _mark_peak(axes, row, look.color)
    axes.set(xlim=(0, 1.22 * times[-1]), ylim=(floor, ceiling))
    curves.ground(axes, floor, ceiling)
    axes.set_xlabel("number of steps, t", fontsize=13)
    curves.label_ends(axes, times[-1], ends)
    curves.legend(axes.figure, handles=[curves.key("ρᵗ, as the eigenvalues predict", **grammar.THEORY)])
    return Picture(axes.figure, powers_sentence(record))


def _mark_peak(axes, row, color: str) -> None:
    """A line where the powers are largest, if that is later than at the start."""
    peak = int(row.argmax())
    if peak > 0:
        axes.axvline(peak, **grammar.MARK)
        axes.text(peak + 1, row[peak] + 0.5, f"t = {peak}", color=color, fontsize=13)
