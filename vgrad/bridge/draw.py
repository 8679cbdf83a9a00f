"""Layers by steps: where the gradient arrives, while a network trains, and under it how much there is to correct."""

from __future__ import annotations

import numpy as np

from .. import require
from ..kit.marks import grammar, heatmap
from ..kit.marks.picture import Picture
from ..kit.words.phrases import lines
from .course import Course, course
from .readings import Readings
from .report import report
from .words import of_error, of_layers

WHAT = {
    "dz": "‖dL/dz‖ of each layer, relative to the last layer at the same step",
    "dx": "‖dL/dx‖ of each layer's input, relative to the last layer's at the same step",
    "dW": "‖dL/dW‖ of each layer, relative to the last layer at the same step",
    "update": "‖ΔW‖ / ‖W‖ of each layer, relative to 1 / 1000",
}
NAMED = 12  # layers whose name is written
USUAL = 1e-3  # an update, relative to the weights


def show(readings: Readings, what: str = "dz") -> Picture:
    """Return the map of layers by steps: blue where the gradient has vanished, and orange where it has exploded.

    what : "dz", "dx", "dW" or "update". Beneath the map stands how much there is still to correct, beside a guess.
    """
    require.instance(
        "readings", readings, isinstance(readings, Readings), "what watch(model).readings or readings returns"
    )
    require.choice("what", what, WHAT)
    rows = np.flatnonzero(np.isfinite(getattr(readings, what)).any(axis=0))
    names = [readings.names[row] for row in rows]
    decades = _decades(getattr(readings, what)[:, rows], what)
    most = grammar.up_to(np.abs(decades[np.isfinite(decades)]).max(initial=0), heatmap.DECADES)
    figure = grammar.new_figure(9.0, 5.2)
    above = figure.add_axes((0.27, 0.36, 0.62, 0.55))
    beneath = figure.add_axes((0.27, 0.12, 0.62, 0.17))
    _map(above, decades, most)
    _label(above, names)
    above.set_title(WHAT[what], fontsize=11, loc="left", color=grammar.INK)
    heatmap.bar(figure.add_axes((0.91, 0.36, 0.015, 0.55)), most, 10)
    c = course(readings)
    _error(beneath, readings.steps, c.left)
    said = _caption(c, readings, report(readings).state, marked=bool(np.isinf(decades).any()))
    return Picture(figure, said, _alt(names, readings.steps, decades))


def _decades(numbers, what: str):
    with np.errstate(divide="ignore", invalid="ignore"):
        reference = USUAL if what == "update" else numbers[:, -1:]
        return np.log10(numbers / reference)


def _map(axes, decades, most: float) -> None:
    R, L = decades.shape
    rgba = heatmap.colours(decades.T, most)
    rgba[np.isnan(decades.T)] = (0, 0, 0, 0)
    axes.imshow(rgba, aspect="auto", interpolation="nearest", extent=(-0.5, R - 0.5, L - 0.5, -0.5))
    axes.set_facecolor(heatmap.FUTURE)
    for marker, colour, cells in (
        ("v", grammar.VANISHING, decades == -np.inf),
        ("^", grammar.EXPLODING, decades == np.inf),
    ):
        reading, layer = np.nonzero(cells)
        axes.plot(reading[:: max(1, len(reading) // 60)], layer[:: max(1, len(reading) // 60)], linestyle="none",
                  marker=marker, color=colour, markersize=5, markeredgecolor=grammar.PAPER)  # fmt: skip
    axes.set(xlim=(-0.5, R - 0.5), ylim=(L - 0.5, -0.5))
    axes.set_xticks([])
    axes.spines[:].set_visible(False)


def _label(axes, names: list[str]) -> None:
    """The names of a few layers, the first and the last among them."""
    at = np.unique(np.round(np.linspace(0, len(names) - 1, min(len(names), NAMED))).astype(int))
    axes.set_yticks(at, [_short(names[k]) for k in at], fontsize=10)
    axes.tick_params(length=3, colors=grammar.INK)


def _short(name: str) -> str:
    return name if len(name) <= 28 else f"…{name[-27:]}"


def _error(axes, steps, left) -> None:
    R = len(left)
    axes.plot(np.arange(R), left, color=grammar.INK, linewidth=1.8)
    axes.axhline(1.0, **grammar.MARK)
    known = left[np.isfinite(left)]
    axes.set(xlim=(-0.5, R - 0.5), ylim=(0, max(1.15, known.max(initial=0) * 1.05)))
    at = np.unique(np.round(np.linspace(0, R - 1, min(R, 8))).astype(int))
    axes.set_xticks(at, [f"{steps[k]:,}" for k in at], fontsize=10)
    axes.set_xlabel("step of training, of those that were read", fontsize=11, color=grammar.INK)
    axes.set_ylabel("left to\ncorrect", fontsize=10, color=grammar.INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=10, colors=grammar.INK)


def _caption(c: Course, readings: Readings, state: str, marked: bool) -> str:
    """Return what the map shows, in a sentence of at most twenty words, and what was read."""
    left = f"{c.left[-1]:.0%} {of_error(readings)} is left"
    spread = f"a layer receives 10^-{c.spread[-1]:.1f} of what another one receives"
    if c.spread[-1] == np.inf:
        spread = "no gradient reaches some layer"
    if np.isnan(c.spread[-1]):
        spread = "one layer was read, and there is none to compare it with"
    found = {
        "fresh": f"At step {c.steps[-1]}, {spread}.",
        "learning": f"The network is learning, because {left}.",
        "converged": f"The network has converged, because only {left}.",
        "vanished": f"The gradient has vanished, because at the end {spread}, and {left}.",
        "stuck": f"The gradient reaches every layer, and yet {left}.",
        "not finite": "Some numbers are no longer finite, so training has ended.",
    }
    marks = "A triangle marks a gradient that is exactly 0, or not finite. " if marked else ""
    return lines(found[state], of_layers(readings), f"{marks}White is within a factor of ten.")


def _alt(names, steps, decades) -> str:
    def of(row: int) -> str:
        at = np.unique(np.round(np.linspace(0, len(names) - 1, min(len(names), 5))).astype(int))
        return ", ".join(f"{names[k]} {decades[row, k]:+.1f}" for k in at)

    return f"Decades by layer at step {steps[0]}: {of(0)}. At step {steps[-1]}: {of(-1)}."
