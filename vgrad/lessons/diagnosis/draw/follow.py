"""Networks that train, in the plane of two numbers: how much error is left, and the backward gain."""

from __future__ import annotations

import numpy as np

from ....kit.marks import curves, grammar
from ....kit.marks.picture import Picture
from ....probes.diagnosis import CONVERGED, LOST_ON_THE_WAY
from ..say.follow import LOOKS, paths_alt, paths_sentence

LIMIT = np.log10(CONVERGED / 2)  # of the error that is left, from which on the report says "converged"
LOW = np.log10(LOST_ON_THE_WAY)
CORNERS = {  # where a quarter's name stands, and which it is
    "converged": (0.02, 0.96, "left", "top"),
    "not learned yet": (0.98, 0.96, "right", "top"),
    "converged, though little arrives": (0.02, 0.04, "left", "bottom"),
    "vanished": (0.98, 0.04, "right", "bottom"),
}

ENDS = {  # where "step 1000" stands beside the end of a path, in points
    "tanh, 5 layers": (0, -16, "center"),
    "sigmoid, 4 layers": (0, 15, "center"),
    "sigmoid, 10 layers": (-14, 0, "right"),
}
NAMES = {
    "tanh, 5 layers": (0, -34, "center"),
    "sigmoid, 4 layers": (0, 32, "center"),
    "sigmoid, 10 layers": (0, 34, "center"),
}


def paths(records) -> Picture:
    """Draw the path of each kind of network: thin lines are single networks, and the thick one is their median."""
    axes = curves.axes(grammar.new_figure(9.0, 5.0), "‖dh_1‖ / ‖dlogits‖, which is the backward gain")
    axes.set(xlim=(-3.3, 0.6), ylim=(-7, 2))
    axes.axvspan(LIMIT, 0.6, ymax=(LOW + 7) / 9, color=grammar.VANISHING_SIDE, linewidth=0, zorder=0)
    axes.axvline(LIMIT, **grammar.MARK)
    axes.axhline(LOW, **grammar.MARK)
    for words, (x, y, ha, va) in CORNERS.items():
        ink = grammar.VANISHING if words == "vanished" else grammar.FAINT
        axes.text(x, y, words, transform=axes.transAxes, ha=ha, va=va, color=ink, fontsize=14, style="italic")
    for record in records:
        _path(axes, record)
    grammar.decade_ticks(axes, -7, 2)
    axes.set_xticks(range(-3, 1), [grammar.power_of_ten(k) for k in range(-3, 1)])
    axes.set_xlabel("‖dlogits‖ over that at step 0, which is how much error is left", fontsize=13)
    return Picture(axes.figure, paths_sentence(records), paths_alt(records))


def _path(axes, record) -> None:
    look = LOOKS[record.name]
    left, reaches = np.log10(record.left), np.log10(record.reaches)
    axes.plot(left, reaches, color=look.color, alpha=0.35, linewidth=1)
    x, y = np.median(left, axis=1), np.median(reaches, axis=1)
    axes.plot(x, y, color=look.color, marker=look.marker, linewidth=2.4, markersize=7)
    end, start = dict(xy=(x[-1], y[-1]), fontsize=11), dict(xy=(x[0], y[0]), fontsize=11)
    _write(axes, look.color, f"step {record.steps[-1]}", **end, away=ENDS[record.name])
    _write(axes, look.color, "step 0", **start, away=(12, 0, "left"))
    _write(axes, look.color, record.name, xy=end["xy"], fontsize=14, weight="bold", away=NAMES[record.name])


def _write(axes, color: str, text: str, xy, away, **style) -> None:
    """Write a text so many points right of xy and above it."""
    right, above, side = away
    axes.annotate(text, xy, (right, above), textcoords="offset points", ha=side, va="center", color=color, **style)
